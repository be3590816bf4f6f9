// What is known of a lab, on disk. Written before each thing is made, so that whoever finds the record after a crash can remove all of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../../tools/lock.ts'
import type { NetnsFolder } from './netns-folder.ts'
import { ownIdentity, type ProcessIdentity } from './process-identity.ts'
import type { NodeOptions, RouterKind } from './topology.ts'
import type { Uplink } from './uplink.ts'

export interface LabState {
  readonly name: string
  /** The machine's boot: after the next one only the folder is left, whatever the rest says. */
  readonly boot: string
  readonly phase: 'making' | 'ready' | 'removing'
  /** Who makes, uses or removes the lab. */
  readonly owner: ProcessIdentity
  /** Ready and meant to outlive its owner. */
  readonly kept: boolean
  readonly uplink: Uplink
  /** What /run/netns was before the first lab. */
  readonly netnsBefore: NetnsFolder
  readonly nodeOptions: readonly NodeOptions[]
  readonly routers: readonly RouterKind[]
  /** Names below /run/netns: the outer namespace and the clients', and links to those of nodes and routers. */
  readonly namespaces: readonly string[]
  /** Folders of cgroup hierarchies. */
  readonly cgroups: readonly string[]
  /** By node or router; absent while it is off. The process waits until it is recorded here before it does anything. */
  readonly processes: Readonly<Record<string, ProcessIdentity>>
  /** The path of kubectl. */
  readonly kubectl: string
}

/** Where labs live: a folder per lab. */
export function labRoot(): string {
  return process.env['METALLB_LAB_ROOT'] ?? '/var/lib/metallb-lab'
}

export function labFolder(name: string): string {
  return join(labRoot(), name)
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/**
 * Does the work while no other lab of the machine changes its record or takes an uplink; milliseconds, not minutes.
 * Not inside the root of the labs: the machine has one set of links and addresses, whatever root a lab has.
 */
export function withMachineLock<T>(work: () => Promise<T>): Promise<T> {
  return withLock('/run/lock/metallb-lab', () => undefined, work)
}

function stateFile(name: string): string {
  return join(labFolder(name), 'state.json')
}

export function readState(name: string): LabState | undefined {
  const file = stateFile(name)
  if (!existsSync(file)) return undefined
  // Written by writeState alone, and whole: a rename is atomic.
  return JSON.parse(readFileSync(file, 'utf8')) as LabState
}

export function writeState(state: LabState): void {
  mkdirSync(labFolder(state.name), { recursive: true })
  const file = stateFile(state.name)
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

/** Changes a record under the lock; two processes may work on one lab. */
export function updateState(name: string, change: (state: LabState) => LabState): Promise<LabState> {
  return withMachineLock(async () => {
    const state = readState(name)
    if (state === undefined) throw new Error(`there is no lab "${name}"`)
    const next = change(state)
    writeState(next)
    return next
  })
}

/** The names of all folders below the root, whether they hold a record or not. */
export function labNames(): readonly string[] {
  if (!existsSync(labRoot())) return []
  return readdirSync(labRoot(), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

/** All records, of this root. */
export function readStates(): readonly LabState[] {
  return labNames().flatMap((name) => {
    const state = readState(name)
    return state === undefined ? [] : [state]
  })
}

/** Makes this process the one that works on the lab. */
export function owned(state: LabState, phase: LabState['phase']): LabState {
  return { ...state, owner: ownIdentity(), phase }
}
