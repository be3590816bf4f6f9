// An API server in memory: objects, the order in which they changed, and status writes under their precondition.
import type { KubeObject, Service } from '../../../../core/objects.ts'
import { ApiError } from '../../../../kube/client.ts'
import { keyOf } from '../../../../kube/store.ts'

export const kinds = ['services', 'namespaces', 'nodes', 'pools', 'policies'] as const
export type Kind = (typeof kinds)[number]

export interface Change {
  readonly isGone: boolean
  readonly object: KubeObject
}

export interface StatusPatch {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string | null>> }
  readonly status: Readonly<Record<string, unknown>> & {
    readonly loadBalancer?: { readonly ingress: readonly { readonly ip: string; readonly ipMode: string }[] | null }
  }
}

export class ScriptedApi {
  readonly #objects: Readonly<Record<Kind, Map<string, KubeObject>>> = {
    services: new Map(),
    namespaces: new Map(),
    nodes: new Map(),
    pools: new Map(),
    policies: new Map(),
  }
  /** Everything that watches bring, in the server's order. */
  readonly changes: Readonly<Record<Kind, Change[]>> = { services: [], namespaces: [], nodes: [], pools: [], policies: [] }
  #version = 0

  get<T extends KubeObject>(kind: Kind, key: string): T | undefined {
    return this.#objects[kind].get(key) as T | undefined
  }

  list<T extends KubeObject>(kind: Kind): readonly T[] {
    return [...this.#objects[kind].values()] as unknown as readonly T[]
  }

  put<T extends KubeObject>(kind: Kind, object: T): T {
    this.#version++
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } }
    this.#objects[kind].set(keyOf(object), stored)
    this.changes[kind].push({ isGone: false, object: stored })
    return stored
  }

  drop(kind: Kind, key: string): void {
    const object = this.#objects[kind].get(key)
    if (object === undefined) return
    this.#version++
    this.#objects[kind].delete(key)
    this.changes[kind].push({ isGone: true, object })
  }

  /** A merge patch of `status`, which keeps annotations too. */
  patchStatus(kind: 'services' | 'pools', key: string, { metadata, status }: StatusPatch): KubeObject | ApiError {
    const object = this.#objects[kind].get(key)
    if (object === undefined) return new ApiError('gone', { status: 404, reason: 'NotFound' })
    if (object.metadata.resourceVersion !== metadata.resourceVersion) return new ApiError('changed', { status: 409, reason: 'Conflict' })
    const texts = Object.entries({ ...object.metadata.annotations, ...metadata.annotations })
    const annotations = Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== null))
    const ingress = status.loadBalancer?.ingress
    const loadBalancer = kind === 'pools' ? {} : { loadBalancer: ingress === null || ingress === undefined ? {} : { ingress } }
    const merged = { ...(object as Service).status, ...status, ...loadBalancer }
    const changed = { ...object, metadata: { ...object.metadata, annotations }, status: merged }
    return this.put(kind, changed)
  }
}
