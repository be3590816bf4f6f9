// All pools together: what one alone cannot show (overlaps, a second default).
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { formatAddress, sameAddress } from '../address.ts'
import { byAge } from '../age.ts'
import { annotations } from '../annotations.ts'
import { findOverlaps, type Overlap } from '../overlap.ts'
import { type Problem, problem } from '../problem.ts'
import { compilePool, type Pool, type PoolRange } from './pool.ts'

export interface CompiledPools {
  /** By name. The younger of two overlapping pools is frozen; of several default pools only the oldest stays default. */
  readonly pools: readonly Pool[]
  /** By pool name; pools without problems have no entry. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>
  readonly warnings: ReadonlyMap<string, readonly Problem[]>
}

/** The single rules of every pool, then the rules between them; both sides of a conflict get a problem, each from its own view. */
export function compilePools(objects: readonly IPAddressPool[]): CompiledPools {
  const problems = new Map<string, Problem[]>()
  const warnings = new Map<string, readonly Problem[]>()
  const report = (pool: string, found: readonly Problem[]): void => {
    if (found.length > 0) problems.set(pool, [...(problems.get(pool) ?? []), ...found])
  }
  const parsed: Pool[] = []
  for (const object of objects) {
    const compiled = compilePool(object)
    const { name } = compiled
    report(name, compiled.problems)
    if (compiled.warnings.length > 0) warnings.set(name, compiled.warnings)
    if (compiled.pool !== undefined) parsed.push(compiled.pool)
  }
  const oldestFirst = parsed.toSorted(byAge)
  const frozen = new Set<string>()
  for (const overlap of findOverlaps(oldestFirst.flatMap(claimsOf))) {
    const { a, b } = overlap
    if (a.pool.name === b.pool.name) report(a.pool.name, [overlapInside(overlap)])
    else {
      report(a.pool.name, [overlapBetween(a, b, overlap)])
      report(b.pool.name, [overlapBetween(b, a, overlap)])
    }
    frozen.add(b.pool.name)
  }
  const [chosen, ...others] = oldestFirst.filter((pool) => pool.isDefault)
  for (const other of others) if (chosen !== undefined) report(other.name, [secondDefault(other, chosen)])
  const pools = parsed
    .map((pool) => ({ ...pool, frozen: pool.frozen || frozen.has(pool.name), isDefault: pool === chosen }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { pools, problems, warnings }
}

interface Claim {
  readonly pool: Pool
  readonly range: PoolRange
}

function claimsOf(pool: Pool): readonly { readonly range: PoolRange; readonly owner: Claim }[] {
  return pool.ranges.map((range) => ({ range, owner: { pool, range } }))
}

function sharedSpan({ from, to }: Overlap<Claim>): string {
  return sameAddress(from, to) ? `both hold ${formatAddress(from)}` : `both hold ${formatAddress(from)} to ${formatAddress(to)}`
}

function overlapBetween(mine: Claim, other: Claim, overlap: Overlap<Claim>): Problem {
  const what = `CIDR "${mine.range.text}" in pool "${mine.pool.name}" overlaps with already defined CIDR "${other.range.text}" in pool "${other.pool.name}"`
  const fix = `to change what pool "${other.pool.name}" hands out, edit the addresses of pool "${other.pool.name}" instead of defining a second pool, or choose other addresses here`
  return problem('PoolOverlap', `spec.addresses[${mine.range.index}]`, `${what}: ${sharedSpan(overlap)}; ${fix}`, mine.range.text)
}

function overlapInside(overlap: Overlap<Claim>): Problem {
  const { a, b } = overlap
  const what = `CIDR "${b.range.text}" in pool "${b.pool.name}" overlaps with CIDR "${a.range.text}" in the same pool`
  return problem(
    'RangeOverlap',
    `spec.addresses[${b.range.index}]`,
    `${what} (spec.addresses[${a.range.index}]): ${sharedSpan(overlap)}; remove or shorten one of them`,
    b.range.text,
  )
}

function secondDefault(other: Pool, chosen: Pool): Problem {
  return problem(
    'SecondDefaultPool',
    `metadata.annotations[${annotations.isDefaultPool}]`,
    `pool "${other.name}" cannot be the default pool: pool "${chosen.name}" already is; remove the annotation ${annotations.isDefaultPool} from pool "${chosen.name}" first`,
    'true',
  )
}
