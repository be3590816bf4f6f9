// What a reflector knows: the objects by key, and who wants to hear of changes.
import type { KubeObject } from '../core/objects.ts'

export type Change<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T }

export type Listener<T> = (change: Change<T>) => void

/** 'namespace/name', or 'name' for what has no namespace. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata ?? {}
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name ?? ''}`
}

/** Read by everyone, written by its reflector. */
export interface Store<T> {
  get(key: string): T | undefined
  list(): readonly T[]
  readonly size: number
  /** Where the next watch continues; '' before the first list. */
  readonly resourceVersion: string
  /** Calls `listener` for each later change, in the server's order; returns the way to stop. Objects already present are told as 'added' first. */
  subscribe(listener: Listener<T>): () => void
}
