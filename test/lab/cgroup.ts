// The control groups of a node: a folder per hierarchy, below the hierarchy's root and not below the caller's group, because a lab outlives the shell that started it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './wait.ts'

export interface Hierarchy {
  readonly mountPoint: string
  readonly version: 1 | 2
  /** Version 1 only: what is mounted with it. */
  readonly controllers: readonly string[]
}

const controllersOfVersion1 = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'hugetlb',
  'net_cls',
  'net_prio',
  'perf_event',
  'rdma',
  'misc',
]

/**
 * The hierarchies that a text in the form of /proc/self/mountinfo lists, each once.
 *
 * @see proc(5) for the fields: 5 is the mount point; after a lone hyphen come the type, the source and the options of the file system
 */
export function parseHierarchies(mountinfo: string): readonly Hierarchy[] {
  const found = new Map<string, Hierarchy>()
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const mountPoint = before.split(' ')[4] ?? ''
    const [type = '', , options = ''] = after.split(' ')
    if (type === 'cgroup2') found.set('cgroup2', found.get('cgroup2') ?? { mountPoint, version: 2, controllers: [] })
    if (type !== 'cgroup') continue
    const controllers = options.split(',').filter((option) => controllersOfVersion1.includes(option) || option.startsWith('name='))
    const key = controllers.join(',')
    if (key !== '' && !found.has(key)) found.set(key, { mountPoint, version: 1, controllers })
  }
  return [...found.values()]
}

export function readHierarchies(): readonly Hierarchy[] {
  return parseHierarchies(readFileSync('/proc/self/mountinfo', 'utf8'))
}

/** The folders of a lab, to be recorded before they are made. */
export function labGroups(lab: string, hierarchies: readonly Hierarchy[]): readonly string[] {
  return hierarchies.map(({ mountPoint }) => join(mountPoint, `metallb-lab-${lab}`))
}

/** Whether pods are limited by version 2: the only hierarchy, no version 1 beside it. */
export function isUnified(hierarchies: readonly Hierarchy[]): boolean {
  return hierarchies.every(({ version }) => version === 2)
}

/** Makes the groups of a node below those of its lab; what a killed node left in them is removed first (kubelet would take a minute over it). */
export function makeNodeGroups(lab: string, node: string, hierarchies: readonly Hierarchy[]): readonly string[] {
  return hierarchies.map((hierarchy) => {
    const parent = join(hierarchy.mountPoint, `metallb-lab-${lab}`)
    const group = join(parent, node)
    if (existsSync(group)) removeTree(group)
    for (const folder of [parent, group]) {
      mkdirSync(folder, { recursive: true })
      // A new group of version 1 has no processors and no memory until it is told which.
      if (hierarchy.controllers.includes('cpuset')) {
        for (const file of ['cpuset.cpus', 'cpuset.mems']) writeFileSync(join(folder, file), readFileSync(join(folder, '..', file)))
      }
    }
    if (isUnified(hierarchies)) delegate(hierarchy.mountPoint, parent, group)
    return group
  })
}

/**
 * Version 2: a group that hands controllers down holds no processes itself, so the node's processes start in a leaf, and each group above hands
 * everything down. In a container the top group is not the real root and may hold processes: they move to a leaf of their own.
 * The move is untested; the rest was tried on Debian 12 and 13 with systemd.
 */
function delegate(top: string, parent: string, group: string): void {
  mkdirSync(join(group, 'init'), { recursive: true })
  try {
    handDown(top)
  } catch {
    const leaf = join(top, 'metallb-lab-others')
    mkdirSync(leaf, { recursive: true })
    for (const pid of pidsOf(top)) writeFileSync(join(leaf, 'cgroup.procs'), String(pid))
    handDown(top)
  }
  handDown(parent)
}

function handDown(group: string): void {
  const available = readFileSync(join(group, 'cgroup.controllers'), 'utf8').trim().split(' ')
  const handed = new Set(readFileSync(join(group, 'cgroup.subtree_control'), 'utf8').trim().split(' '))
  const missing = available.filter((controller) => controller !== '' && !handed.has(controller))
  if (missing.length > 0) writeFileSync(join(group, 'cgroup.subtree_control'), missing.map((controller) => `+${controller}`).join(' '))
}

/** Moves a process into groups. */
export function enterGroups(groups: readonly string[], pid: number): void {
  for (const group of groups) writeFileSync(join(group, 'cgroup.procs'), String(pid))
}

function pidsOf(group: string): readonly number[] {
  return readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
}

function groupsBelow(group: string): readonly string[] {
  if (!existsSync(group)) return []
  const below = readdirSync(group, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? groupsBelow(join(group, entry.name)) : [],
  )
  return [...below, group]
}

/** Ends every process in these groups and removes the groups. They are ours: who is in them belongs to the lab. */
export async function removeGroups(groups: readonly string[]): Promise<void> {
  await until(
    'the processes of a lab to end',
    () => {
      for (const group of groups) {
        for (const folder of groupsBelow(group)) {
          for (const pid of pidsOf(folder)) {
            // 0 is a process that is not visible from here; it cannot be one of ours.
            if (pid !== 0) tryKill(pid)
          }
        }
      }
      try {
        for (const group of groups) removeTree(group)
        return true
      } catch {
        return undefined
      }
    },
    { limitMs: 20_000, everyMs: 20, evidence: () => groups.filter((group) => existsSync(group)).join('\n') },
  )
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended since.
  }
}

/** Removes a group and all below it; throws while a process is in one. */
function removeTree(group: string): void {
  for (const folder of groupsBelow(group)) {
    try {
      rmdirSync(folder)
    } catch (error) {
      if (existsSync(folder)) throw error
    }
  }
}
