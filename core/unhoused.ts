import type { Address, Family } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'

interface Shown {
  readonly namespace: string
  readonly addresses: readonly Address[]
}

/** Services whose status shows addresses that cannot be entered in the books: no pool has them, or others are on them. Quotas count what a status shows. */
export class Unhoused {
  readonly #shown = new Map<NamespacedName, Shown>()
  /** By namespace. */
  readonly #keys = new Map<string, Set<NamespacedName>>()
  readonly #showing = new Map<number | bigint, Set<NamespacedName>>()

  /** Replaces what was known of the Service. */
  enter(service: { readonly key: NamespacedName; readonly namespace: string }, addresses: readonly Address[]): void {
    const { key, namespace } = service
    this.leave(key)
    if (addresses.length === 0) return
    this.#shown.set(key, { namespace, addresses })
    const keys = this.#keys.get(namespace)
    if (keys === undefined) this.#keys.set(namespace, new Set([key]))
    else keys.add(key)
    for (const { value } of addresses) {
      const others = this.#showing.get(value)
      if (others === undefined) this.#showing.set(value, new Set([key]))
      else others.add(key)
    }
  }

  /** @returns false when there was nothing */
  leave(key: NamespacedName): boolean {
    const shown = this.#shown.get(key)
    if (shown === undefined) return false
    this.#shown.delete(key)
    const keys = this.#keys.get(shown.namespace)
    keys?.delete(key)
    if (keys?.size === 0) this.#keys.delete(shown.namespace)
    for (const { value } of shown.addresses) {
      const others = this.#showing.get(value)
      others?.delete(key)
      if (others?.size === 0) this.#showing.delete(value)
    }
    return true
  }

  /** Whether another Service of its namespace shows the address. */
  hasNeighbour(address: Address, { key, namespace }: { readonly key: NamespacedName; readonly namespace: string }): boolean {
    const others = [...(this.#showing.get(address.value) ?? [])]
    return others.some((other) => other !== key && this.#shown.get(other)?.namespace === namespace)
  }

  of(key: NamespacedName): readonly Address[] {
    return this.#shown.get(key)?.addresses ?? []
  }

  /** Distinct addresses of the namespace for which this holds. */
  count(namespace: string, family: Family, holds: (address: Address) => boolean): number {
    const keys = this.#keys.get(namespace)
    if (keys === undefined) return 0
    const all = [...keys].flatMap((key) => this.of(key)).filter((address) => address.family === family && holds(address))
    return new Set(all.map(({ value }) => value)).size
  }
}
