// What a reflector knows: the objects by key, and who wants to hear of changes.
import type { KubeObject } from '../core/objects.ts'

export type Change<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly previous: T }
  /** `object` is the last state known. */
  | { readonly type: 'deleted'; readonly object: T }

export type Listener<T> = (change: Change<T>) => void

/** 'namespace/name', or 'name' for what has no namespace. */
export function keyOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

/** Read by everyone, written by its reflector. */
export interface Store<T> {
  get(key: string): T | undefined
  list(): readonly T[]
  readonly size: number
  /** Where the next watch continues; '' before the first list. */
  readonly resourceVersion: string
  /**
   * Calls `listener` with each object already here as 'added', then with each change in the server's order.
   *
   * @returns ends the subscription
   */
  subscribe(listener: Listener<T>): () => void
}

/** The writing side of a Store. */
export class ObjectStore<T extends KubeObject> implements Store<T> {
  readonly #objects = new Map<string, T>()
  readonly #listeners = new Set<Listener<T>>()
  readonly #onListenerError: (error: unknown) => void
  resourceVersion = ''

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(): readonly T[] {
    return [...this.#objects.values()]
  }

  get size(): number {
    return this.#objects.size
  }

  subscribe(listener: Listener<T>): () => void {
    for (const object of this.list()) this.#tell(listener, { type: 'added', object })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** An object is there, in this version. The one we have is kept when it is this version already. */
  put(object: T): void {
    const key = keyOf(object)
    const previous = this.#objects.get(key)
    if (previous === undefined) return this.#set(key, { type: 'added', object })
    if (previous.metadata.uid !== object.metadata.uid) {
      // Deleted and made again while nobody looked: another object that happens to have the name.
      this.drop(previous)
      return this.#set(key, { type: 'added', object })
    }
    if (previous.metadata.resourceVersion !== object.metadata.resourceVersion) this.#set(key, { type: 'modified', object, previous })
  }

  /** An object is gone; what is not here is not told. */
  drop(object: T): void {
    if (this.#objects.delete(keyOf(object))) this.#publish({ type: 'deleted', object })
  }

  /** The truth from a list: tells the differences, deletions first so that what they free can be used by what is new. */
  replace(objects: readonly T[], resourceVersion: string): void {
    const present = new Set(objects.map(keyOf))
    for (const [key, object] of this.#objects) if (!present.has(key)) this.drop(object)
    for (const object of objects) this.put(object)
    this.resourceVersion = resourceVersion
  }

  #set(key: string, change: Change<T>): void {
    this.#objects.set(key, change.object)
    this.#publish(change)
  }

  #publish(change: Change<T>): void {
    // A snapshot: who subscribes while this change is told has already got the object.
    const listeners = [...this.#listeners]
    for (const listener of listeners) this.#tell(listener, change)
  }

  #tell(listener: Listener<T>, change: Change<T>): void {
    try {
      listener(change)
    } catch (error) {
      this.#onListenerError(error)
    }
  }
}
