import { OldestFirst } from './oldest-first.ts'
import type { Place } from './pool-space.ts'
import { ReturningMap } from './returning-map.ts'
import type { Instant } from './time.ts'

interface Released {
  readonly at: Instant
  readonly rank: number | bigint
  readonly place: Place
}

/** Free addresses of one family that were in use before: the one released longest ago is handed out first. */
export class ReleasedPlaces {
  readonly #queue = new OldestFirst<Released>()
  readonly #byAddress = new ReturningMap<number | bigint, Released>()

  get oldest(): Place | undefined {
    return this.#queue.first?.place
  }

  /** @returns false when it was here */
  put(place: Place, at: Instant): boolean {
    const { value } = place.address
    const known = this.#byAddress.get(value)
    if (known !== undefined) this.#queue.delete(known)
    const released = { at, rank: value, place }
    this.#byAddress.set(value, released)
    this.#queue.put(released)
    return known === undefined
  }

  /** @returns false when it was not here */
  delete(value: number | bigint): boolean {
    const known = this.#byAddress.delete(value)
    if (known === undefined) return false
    this.#queue.delete(known)
    return true
  }

  /** All of them; costs as much as there are. */
  oldestFirst(): readonly Place[] {
    const all = [...this.#byAddress.values()].toSorted((a, b) => a.at - b.at || (a.rank < b.rank ? -1 : 1))
    return all.map(({ place }) => place)
  }

  places(): readonly Place[] {
    return [...this.#byAddress.values()].map(({ place }) => place)
  }
}
