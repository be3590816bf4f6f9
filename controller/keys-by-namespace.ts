/** Which Services a change of a Namespace is about, without a look at all the others. */
export class KeysByNamespace {
  readonly #keys = new Map<string, Set<string>>()

  add(namespace: string, key: string): void {
    const known = this.#keys.get(namespace)
    if (known === undefined) this.#keys.set(namespace, new Set([key]))
    else known.add(key)
  }

  remove(namespace: string, key: string): void {
    const known = this.#keys.get(namespace)
    known?.delete(key)
    if (known?.size === 0) this.#keys.delete(namespace)
  }

  in(namespace: string): Iterable<string> {
    return this.#keys.get(namespace) ?? []
  }
}
