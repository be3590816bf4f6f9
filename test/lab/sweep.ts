// Puts right what interrupted runs left behind. Every run that makes labs sweeps first.
import { isAlive } from './process-identity.ts'
import { bootId, type LabState, labNames } from './state.ts'
import { claim, removeRecorded } from './teardown.ts'

/** Removes the labs that nobody owns any more: their makers died and nobody meant to keep them. Names what was removed. */
export async function sweep(): Promise<readonly string[]> {
  const removed: string[] = []
  for (const name of labNames()) {
    const state = await claim(name, isAbandoned)
    if (state === undefined) continue
    await removeRecorded(state)
    removed.push(name)
  }
  return removed
}

/** Whether nobody has a use for a lab. After a reboot nothing of it but the folder is left, kept or not. */
function isAbandoned(state: LabState): boolean {
  if (state.boot !== bootId()) return true
  return !isAlive(state.owner) && !(state.kept && state.phase === 'ready')
}
