// Services that were written straight into etcd.
import { fileURLToPath } from 'node:url'
import type { Lab } from '../test/lab/lab.ts'
import { namespacePlace } from '../test/lab/network.ts'

const seeder = fileURLToPath(new URL('seed-services.mjs', import.meta.url))

export interface Seeding {
  /** What their names begin with; a number follows. They are in the namespace `default`. */
  readonly prefix: string
  /** The pool that they ask for. */
  readonly pool: string
  /** The first two octets of the addresses that they hold, such as `10.200`; they hold none when not set. */
  readonly octets?: string
  readonly loadBalancerClass?: string
}

export class SeededServices {
  readonly #lab: Lab
  readonly #seeding: Seeding
  #count = 0

  constructor(lab: Lab, seeding: Seeding) {
    this.#lab = lab
    this.#seeding = seeding
  }

  /** So many there are from now on. */
  async grow(count: number): Promise<void> {
    if (count > this.#count) await this.#seed(this.#count, count)
    this.#count = Math.max(count, this.#count)
  }

  async remove(): Promise<void> {
    if (this.#count > 0) await this.#seed(0, 0)
    this.#count = 0
  }

  get names(): readonly string[] {
    return Array.from({ length: this.#count }, (_, index) => `${this.#seeding.prefix}-${index}`)
  }

  async #seed(from: number, to: number): Promise<void> {
    const words = [process.execPath, seeder, JSON.stringify(this.#seeding), String(from), String(to)]
    await namespacePlace(this.#lab.name, 'n1').must(words, { limitMs: 600_000 })
  }
}
