import type { Address } from './address.ts'
import { ReturningMap } from './returning-map.ts'

/** IPv4 addresses of one page differ in so many last bits. */
const pageBits = 8
const pageMask = 2 ** pageBits - 1

interface Page<V> {
  readonly slots: (V | undefined)[]
  used: number
}

/** A map by address. What lies side by side is kept side by side: a page of IPv4 addresses is found in a map small enough for the processor's cache. */
export class AddressMap<V extends NonNullable<unknown>> {
  readonly #pages = new ReturningMap<number, Page<V>>()
  readonly #ipv6 = new ReturningMap<bigint, V>()

  get({ value }: Pick<Address, 'value'>): V | undefined {
    return typeof value === 'bigint' ? this.#ipv6.get(value) : this.#pages.get(value >>> pageBits)?.slots[value & pageMask]
  }

  /** An address that is not in the map. */
  add({ value }: Pick<Address, 'value'>, entry: V): void {
    if (typeof value === 'bigint') {
      this.#ipv6.set(value, entry)
      return
    }
    const known = this.#pages.get(value >>> pageBits)
    const page = known ?? { slots: Array<V | undefined>(pageMask + 1).fill(undefined), used: 0 }
    if (known === undefined) this.#pages.set(value >>> pageBits, page)
    page.slots[value & pageMask] = entry
    page.used++
  }

  /** An address that is in the map. */
  delete({ value }: Pick<Address, 'value'>): void {
    if (typeof value === 'bigint') {
      this.#ipv6.delete(value)
      return
    }
    const page = this.#pages.get(value >>> pageBits)
    if (page === undefined) return
    page.slots[value & pageMask] = undefined
    page.used--
    if (page.used === 0) this.#pages.delete(value >>> pageBits)
  }

  *values(): Generator<V> {
    for (const { slots } of this.#pages.values()) for (const entry of slots) if (entry !== undefined) yield entry
    yield* this.#ipv6.values()
  }
}
