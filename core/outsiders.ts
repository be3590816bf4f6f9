import type { Address } from './address.ts'
import type { Ipam } from './ipam.ts'
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

/** These Services, and whoever is on or shows an address that one of them is on or shows, and so on. */
export function connected(ipam: Ipam, outsiders: Outsiders, keys: Iterable<NamespacedName>): Set<NamespacedName> {
  const found = new Set(keys)
  // A Set takes in what is added while it is gone through.
  for (const key of found) {
    for (const address of [...ipam.addressesOf(key), ...outsiders.of(key)]) {
      for (const other of [...ipam.holdersOf(address), ...outsiders.at(address)]) found.add(other)
    }
  }
  return found
}
