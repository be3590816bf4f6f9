import type { KubeObject } from '../../core/objects.ts'

/**
 * Objects as our own writes left them, until the watch has caught up: a cache that still shows the state before the write would make us write again.
 *
 * A write has the version before it as precondition, so the cache goes from that version to ours without anything between.
 */
export class OwnWrites<T extends KubeObject> {
  readonly #writes = new Map<string, { readonly before: ReadonlySet<string>; readonly object: T }>()

  /** @param before the object that the write was based on */
  record(key: string, before: T, object: T): void {
    const known = this.#writes.get(key)?.before
    this.#writes.set(key, { before: new Set([...(known ?? []), before.metadata.resourceVersion ?? '']), object })
  }

  /** The newer of the cached object and our own last write. */
  latest(key: string, cached: T | undefined): T | undefined {
    const write = this.#writes.get(key)
    if (write === undefined) return cached
    if (cached !== undefined && write.before.has(cached.metadata.resourceVersion ?? '')) return write.object
    this.#writes.delete(key)
    return cached
  }
}
