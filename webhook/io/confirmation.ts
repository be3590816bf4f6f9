// A refusal rests on what was read live: whoever would be refused is judged again on that.
import { type Evidence, missingEvidence } from '../../admission/evidence.ts'
import type { RestingVerdict } from '../../admission/verdict.ts'
import type { World } from '../../admission/world.ts'

/** The first live read may show another obstacle that rests on something else. Two of them end within the 2 s that the API server waits. */
const rounds = 2

/**
 * What is allowed costs no call.
 *
 * @param read a world at least as new as the call in what the evidence names; undefined when that cannot be had in time
 * @returns the last verdict, and whether all that it rests on was read
 */
export async function confirmVerdict(
  first: RestingVerdict,
  judge: (world: World) => RestingVerdict | Promise<RestingVerdict>,
  read: (evidence: readonly Evidence[]) => Promise<World | undefined>,
): Promise<{ readonly verdict: RestingVerdict; readonly isConfirmed: boolean }> {
  let verdict = first
  const known: Evidence[] = []
  for (let round = 0; ; round++) {
    const missing = missingEvidence(verdict.evidence, known)
    if (missing.length === 0) return { verdict, isConfirmed: true }
    const world = round < rounds ? await read(missing) : undefined
    if (world === undefined) return { verdict, isConfirmed: false }
    known.push(...missing)
    verdict = await judge(world)
  }
}
