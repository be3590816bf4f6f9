import type { Address } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'

/** Services whose status shows addresses on which they are not: others are there, or no pool has them. */
export class Outsiders {
  readonly #addresses = new Map<NamespacedName, readonly Address[]>()
  readonly #keys = new Map<number | bigint, readonly NamespacedName[]>()

  /** One that is not here. */
  enter(key: NamespacedName, addresses: readonly Address[]): void {
    this.#addresses.set(key, addresses)
    for (const { value } of addresses) this.#keys.set(value, [...(this.#keys.get(value) ?? []), key])
  }

  leave(key: NamespacedName): void {
    for (const { value } of this.of(key)) {
      const others = (this.#keys.get(value) ?? []).filter((other) => other !== key)
      if (others.length > 0) this.#keys.set(value, others)
      else this.#keys.delete(value)
    }
    this.#addresses.delete(key)
  }

  of(key: NamespacedName): readonly Address[] {
    return this.#addresses.get(key) ?? []
  }

  at(address: Address): readonly NamespacedName[] {
    return this.#keys.get(address.value) ?? []
  }

  /** Those with an address of which this holds. */
  where(holds: (address: Address) => boolean): readonly NamespacedName[] {
    return [...this.#addresses].flatMap(([key, addresses]) => (addresses.some(holds) ? [key] : []))
  }
}
