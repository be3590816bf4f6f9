// What one would write first: the addresses in use, and a look at each from the lowest on until one is not among them.

export class NaiveAllocator {
  readonly #first: number
  readonly #used = new Set<number>()
  readonly #held = new Map<string, number>()

  constructor(first: number) {
    this.#first = first
  }

  /** @param from where it begins to look: the lowest address when not set */
  allocate(key: string, from = this.#first): void {
    let address = from
    while (this.#used.has(address)) address++
    this.#used.add(address)
    this.#held.set(key, address)
  }

  release(key: string): void {
    const address = this.#held.get(key)
    this.#held.delete(key)
    if (address !== undefined) this.#used.delete(address)
  }
}
