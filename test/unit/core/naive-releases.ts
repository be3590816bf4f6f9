// A second allocator for pools that hold addresses and let them rest: it writes down every address and every departure, and looks at all of them each time.

export interface NaivePool {
  readonly name: string
  readonly addresses: readonly string[]
  /** Milliseconds. */
  readonly hold: number
  readonly isOrdered: boolean
}

export interface NaiveService {
  readonly name: string
  readonly families: readonly ('IPv4' | 'IPv6')[]
  readonly sharingKey?: string | undefined
  readonly port: number
  readonly asks?: string | undefined
}

interface Departure {
  readonly address: string
  readonly at: number
  /** Who may come back. */
  readonly name?: string | undefined
}

const familyOf = (text: string): string => (text.includes(':') ? 'IPv6' : 'IPv4')

/** In the order of numbers: all addresses here differ in their last part only, which is one digit. */
const byNumber = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export class NaiveReleases {
  pools: readonly NaivePool[] = []
  reserved: readonly string[] = []
  now = 0
  readonly stays = new Map<string, { readonly service: NaiveService; readonly addresses: readonly string[] }>()
  #departures: Departure[] = []

  reconfigure(pools: readonly NaivePool[], reserved: readonly string[]): void {
    this.pools = pools
    this.reserved = reserved
    this.#forget()
  }

  pass(ms: number): void {
    this.now += ms
    this.#forget()
  }

  remove(name: string): void {
    const stay = this.stays.get(name)
    this.stays.delete(name)
    for (const address of stay?.addresses ?? []) this.#departures.push({ address, at: this.now, name })
    this.#forget()
  }

  /** @returns its addresses, or nothing */
  create(service: NaiveService): readonly string[] {
    const found = this.find(service)
    if (found.length > 0) {
      this.stays.set(service.name, { service, addresses: found })
      this.#departures = this.#departures
        .map((each) => (each.name === service.name ? { ...each, name: undefined } : each))
        // Of what is in use only the claims of others are of interest.
        .filter(({ address, name }) => name !== undefined || !found.includes(address))
      this.#forget()
    }
    return found
  }

  find(service: NaiveService): readonly string[] {
    if (service.asks !== undefined)
      return this.#isOpen(service.asks, service) && service.families.join() === familyOf(service.asks) ? [service.asks] : []
    const isHome = (pool: NaivePool): boolean => pool.addresses.some((address) => this.#mayReturn(address, service))
    for (const pool of [...this.pools.filter(isHome), ...this.pools]) {
      const found = service.families.flatMap((family) => this.#best(pool, family, service) ?? [])
      if (found.length === service.families.length) return found
    }
    return []
  }

  /** Nobody has it, and only its Service may. */
  isKept(address: string, name?: string): boolean {
    const claims = this.#departures.filter((each) => each.address === address && each.name !== undefined)
    return this.#tenants(address).length === 0 && claims.length > 0 && claims.every((each) => each.name !== name)
  }

  keptIn(pool: NaivePool): number {
    return pool.addresses.filter((address) => !this.reserved.includes(address) && this.isKept(address)).length
  }

  #best(pool: NaivePool, family: string, service: NaiveService): string | undefined {
    const all = pool.addresses.filter((address) => familyOf(address) === family)
    const home = all.find((address) => this.#mayReturn(address, service))
    if (home !== undefined) return home
    const open = all.filter((address) => this.#isOpen(address, service))
    const [free] = open
      .filter((address) => this.#tenants(address).length === 0)
      .toSorted((a, b) => this.#rest(pool, a) - this.#rest(pool, b) || byNumber(a, b))
    const shared = open.find((address) => this.#tenants(address).length > 0)
    return free === undefined || (shared !== undefined && byNumber(shared, free) < 0) ? shared : free
  }

  /** When it was left; never is longest ago. */
  #rest(pool: NaivePool, address: string): number {
    if (!pool.isOrdered) return -1
    return Math.max(-1, ...this.#departures.filter((each) => each.address === address).map(({ at }) => at))
  }

  #mayReturn(address: string, service: NaiveService): boolean {
    const isKnown = this.#departures.some((each) => each.address === address && each.name === service.name)
    return isKnown && this.#isOpen(address, service)
  }

  #isOpen(address: string, service: NaiveService): boolean {
    if (this.reserved.includes(address) || !this.pools.some((pool) => pool.addresses.includes(address))) return false
    if (this.isKept(address, service.name)) return false
    const isFriend = (other: NaiveService): boolean =>
      service.sharingKey !== undefined && other.sharingKey === service.sharingKey && other.port !== service.port
    return this.#tenants(address).every(isFriend)
  }

  #tenants(address: string): readonly NaiveService[] {
    return [...this.stays.values()].flatMap(({ service, addresses }) => (addresses.includes(address) ? service : []))
  }

  /** What means nothing any more. */
  #forget(): void {
    const poolOf = (address: string): NaivePool | undefined => this.pools.find((pool) => pool.addresses.includes(address))
    this.#departures = this.#departures.flatMap(({ address, at, name }): readonly Departure[] => {
      const pool = poolOf(address)
      const isLive = pool !== undefined && name !== undefined && at + pool.hold > this.now
      return isLive || pool?.isOrdered === true ? [{ address, at, name: isLive ? name : undefined }] : []
    })
  }
}
