// /run/netns, where named network namespaces are. `ip netns add` makes it and mounts it over itself; after the last lab it is again what it was.
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { machine } from './place.ts'

export const netnsFolder = '/run/netns'

export type NetnsFolder = 'absent' | 'folder' | 'mounted'

export function findNetnsFolder(): NetnsFolder {
  if (!existsSync(netnsFolder)) return 'absent'
  return isMounted() ? 'mounted' : 'folder'
}

function isMounted(): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === netnsFolder)
}

/** To be called when no lab is left, under the machine's lock. A namespace of somebody else in it keeps it as it is. */
export async function restoreNetnsFolder(before: NetnsFolder): Promise<void> {
  if (before === 'mounted' || !existsSync(netnsFolder) || readdirSync(netnsFolder).length > 0) return
  if (isMounted()) await machine.must(['umount', netnsFolder])
  if (before === 'absent') rmdirSync(netnsFolder)
}
