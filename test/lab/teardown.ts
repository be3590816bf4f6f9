// Removes a lab by its record.
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeGroups } from './cgroup.ts'
import { endMarked } from './mark.ts'
import { restoreNetnsFolder } from './netns-folder.ts'
import { removeNetwork } from './network.ts'
import { isAlive, killProcess, ownIdentity } from './process-identity.ts'
import { bootId, type LabState, labFolder, labNames, labRoot, owned, readState, withMachineLock, writeState } from './state.ts'

/**
 * Removes everything that the record names, in any state between half made and half removed.
 *
 * @throws when another live process is making or removing the lab
 */
export async function removeLab(name: string): Promise<void> {
  const state = await claim(name, (found) => {
    const busy = found.phase !== 'ready' && isAlive(found.owner) && found.owner.pid !== process.pid
    if (busy) throw new Error(`lab "${name}" is being ${found.phase === 'making' ? 'made' : 'removed'} by process ${found.owner.pid}`)
    return true
  })
  if (state !== undefined) await removeRecorded(state)
}

/** Makes this process the one that removes the lab, if the test holds. One of two that sweep at once finds the other as the owner. */
export function claim(name: string, test: (state: LabState) => boolean): Promise<LabState | undefined> {
  return withMachineLock(async () => {
    const state = readState(name)
    if (state === undefined) {
      removeEmpty(labFolder(name))
      return undefined
    }
    if (!test(state)) return undefined
    const claimed = owned(state, 'removing')
    writeState(claimed)
    return claimed
  })
}

/** Removes what a record names that this process has claimed. */
export async function removeRecorded(state: LabState): Promise<void> {
  if (state.owner.pid !== ownIdentity().pid) throw new Error(`lab "${state.name}" is not claimed by this process`)
  if (state.boot === bootId()) {
    for (const identity of Object.values(state.processes)) killProcess(identity)
    await endMarked(state.name)
    await removeGroups(state.cgroups)
    await removeNetwork(state)
  }
  await withMachineLock(async () => {
    const folder = labFolder(state.name)
    // The record goes last: until then whoever finds it can go on from here.
    for (const entry of readdirSync(folder)) if (entry !== 'state.json') rmSync(join(folder, entry), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
    removeEmpty(labRoot())
    if (state.boot === bootId() && labNames().length === 0) await restoreNetnsFolder(state.netnsBefore)
  })
}

/**
 * A folder without a record is what a process left that died right after making it, perhaps with a record half written.
 * One with anything else in it is not ours.
 */
function removeEmpty(folder: string): void {
  if (!existsSync(folder)) return
  rmSync(join(folder, 'state.json.new'), { force: true })
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}
