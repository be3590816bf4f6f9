// A second allocator, as simple as it is slow: it writes every address of every pool down and looks at each. Only for comparison.
import { type Address, formatAddress } from '../../../core/address.ts'
import type { Pool } from '../../../core/config/pool.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { ServiceView } from '../../../core/service.ts'

interface Stay {
  readonly service: ServiceView
  readonly addresses: readonly string[]
  leaving: boolean
}

/** Namespace → family → how many addresses. */
export type NaiveQuotas = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface Found {
  readonly pool: string
  readonly addresses: readonly string[]
}

const isV6 = (text: string): boolean => text.includes(':')
const familyOf = (text: string): string => (isV6(text) ? 'IPv6' : 'IPv4')

function enumerate(pool: Pool): readonly string[] {
  return pool.ranges.flatMap(({ first, last }) => {
    const all: string[] = []
    for (let value = BigInt(first.value); value <= BigInt(last.value); value++) {
      const address: Address = first.family === 'IPv4' ? { family: 'IPv4', value: Number(value) } : { family: 'IPv6', value }
      const text = formatAddress(address)
      if (!(pool.avoidBuggyIPs && /\.(?:0|255)$/.test(text))) all.push(text)
    }
    return all
  })
}

export class NaiveIpam {
  readonly #pools: readonly Pool[]
  readonly #highestFirst: boolean
  readonly #reserved: ReadonlySet<string>
  readonly #quotas: NaiveQuotas
  #stays: Stay[] = []
  /** Families of which the Service in question may have no new address. */
  #short: readonly string[] = []

  constructor(pools: readonly Pool[], highestFirst: boolean, reserved: readonly string[], quotas: NaiveQuotas = {}) {
    this.#pools = pools
    this.#highestFirst = highestFirst
    this.#reserved = new Set(reserved)
    this.#quotas = quotas
  }

  countIn(namespace: string, family: string): number {
    const theirs = this.#stays.filter(({ service }) => service.namespace === namespace).flatMap(({ addresses }) => addresses)
    return new Set(theirs.filter((text) => familyOf(text) === family)).size
  }

  held(key: string): readonly string[] | undefined {
    return this.#stays.find(({ service, leaving }) => service.key === key && !leaving)?.addresses
  }

  total(pool: Pool): readonly string[] {
    return enumerate(pool)
  }

  used(pool: Pool): readonly string[] {
    const mine = new Set(enumerate(pool))
    return [...new Set(this.#stays.flatMap(({ addresses }) => addresses))].filter((text) => mine.has(text))
  }

  release(key: string): void {
    this.#stays = this.#stays.filter(({ service }) => service.key !== key)
  }

  vacate(key: string): void {
    for (const stay of this.#stays) if (stay.service.key === key) stay.leaving = true
  }

  settle(key: string): void {
    this.#stays = this.#stays.filter(({ service, leaving }) => service.key !== key || !leaving)
  }

  allocate(service: ServiceView, namespace: NamespaceView): Found | undefined {
    this.#short = service.families.filter((family) => this.#isShort(service, family))
    if (this.held(service.key) !== undefined) this.release(service.key)
    const stays = this.#stays
    this.#stays = stays.filter((stay) => stay.service.key !== service.key)
    const found = this.#find(service, namespace)
    this.#stays = stays
    return this.#enter(service, found)
  }

  #isShort(service: ServiceView, family: string): boolean {
    const own = this.#stays.filter((stay) => stay.service.key === service.key).flatMap(({ addresses }) => addresses)
    const brings = own.some((text) => familyOf(text) === family && !this.#hasNeighbour(text, service))
    return !brings && this.countIn(service.namespace, family) >= (this.#quotas[service.namespace]?.[family] ?? Number.POSITIVE_INFINITY)
  }

  #hasNeighbour(text: string, { key, namespace }: ServiceView): boolean {
    return this.#stays.some(({ service, addresses }) => service.key !== key && service.namespace === namespace && addresses.includes(text))
  }

  #isWithin(text: string, service: ServiceView): boolean {
    return !this.#short.includes(familyOf(text)) || this.#hasNeighbour(text, service)
  }

  claim(service: ServiceView, addresses: readonly string[], namespace: NamespaceView): Found | undefined {
    return this.#enter(service, this.#mayKeep(service, addresses, namespace))
  }

  #enter(service: ServiceView, found: Found | undefined): Found | undefined {
    if (found === undefined) return undefined
    this.#stays = this.#stays
      .filter((stay) => stay.service.key !== service.key || stay.leaving)
      // What comes back to an address is no longer leaving it, and has its ports of today there.
      .map((stay) =>
        stay.service.key === service.key ? { ...stay, addresses: stay.addresses.filter((text) => !found.addresses.includes(text)) } : stay,
      )
    this.#stays.push({ service, addresses: found.addresses, leaving: false })
    return found
  }

  #find(service: ServiceView, namespace: NamespaceView): Found | undefined {
    if (!service.requestedAddresses.ok || !this.#possible(service)) return undefined
    const wanted = service.requestedAddresses.value.map(formatAddress)
    if (wanted.length > 0) {
      if (wanted.some((text) => this.#reserved.has(text) || !this.#isWithin(text, service))) return undefined
      if (wanted.map(familyOf).toSorted().join() !== service.families.toSorted().join()) return undefined
      const sorted = wanted.toSorted((a, b) => Number(isV6(a)) - Number(isV6(b)))
      return this.#fits(service, sorted, namespace)
    }
    const request = service.requestedPool
    if (request?.isDefault === false) {
      const pool = this.#pools.find(({ name }) => name === request.name)
      return pool === undefined || !this.#welcomes(pool, namespace) ? undefined : this.#best([pool], service)
    }
    const open = this.#pools.filter((pool) => pool.autoAssign && this.#welcomes(pool, namespace) && this.#selects(pool, service))
    const pinned = open.filter(({ allocation }) => allocation !== undefined)
    const general = open.filter(({ allocation }) => allocation === undefined)
    const isDefault = (pool: Pool): boolean => pool.name === this.#defaultName(service, namespace, open)
    pinned.sort((a, b) => {
      const [left, right] = [a.allocation?.priority ?? 0, b.allocation?.priority ?? 0]
      if (left === right) return a.name < b.name ? -1 : 1
      if (left === 0) return 1
      if (right === 0) return -1
      return left < right === this.#highestFirst ? 1 : -1
    })
    general.sort((a, b) => Number(isDefault(b)) - Number(isDefault(a)) || (a.name < b.name ? -1 : 1))
    return this.#best(pinned, service) ?? this.#best(general, service)
  }

  #defaultName(service: ServiceView, namespace: NamespaceView, open: readonly Pool[]): string | undefined {
    if (service.requestedPool !== undefined) return service.requestedPool.name
    if (open.some(({ allocation }) => allocation !== undefined)) return undefined
    return (open.find(({ name }) => name === namespace.defaultPool) ?? open.find(({ isDefault }) => isDefault))?.name
  }

  #best(pools: readonly Pool[], service: ServiceView): Found | undefined {
    const options = pools.map((pool) => ({
      pool: pool.name,
      texts: service.families.map((family) => enumerate(pool).find((text) => familyOf(text) === family && this.#obtainable(text, service))),
    }))
    for (const { pool, texts } of options) {
      const all = texts.filter((text) => text !== undefined)
      if (all.length === service.families.length) return { pool, addresses: all.toSorted((a, b) => Number(isV6(a)) - Number(isV6(b))) }
    }
    if (service.familyPolicy === 'RequireDualStack') return undefined
    for (const [index] of service.families.entries()) {
      for (const { pool, texts } of options) {
        const text = texts[index]
        if (text !== undefined) return { pool, addresses: [text] }
      }
    }
    return undefined
  }

  #obtainable(text: string, service: ServiceView): boolean {
    if (this.#reserved.has(text) || !this.#isWithin(text, service)) return false
    const here = this.#stays.filter(({ addresses }) => addresses.includes(text))
    if (here.length === 0) return true
    return (
      service.sharingKey !== undefined && here.every((stay) => stay.service.sharingKey === service.sharingKey) && this.#free(text, service)
    )
  }

  /** Nobody on it stands in the way. */
  #free(text: string, service: ServiceView): boolean {
    const policy = (view: ServiceView): string =>
      view.externalTrafficPolicy === 'Local' ? JSON.stringify(Object.entries(view.selector)) : ''
    return this.#stays
      .filter((stay) => stay.service.key !== service.key && stay.addresses.includes(text))
      .every(
        ({ service: other }) =>
          service.sharingKey !== undefined &&
          service.sharingKey === other.sharingKey &&
          policy(service) === policy(other) &&
          !service.ports.some(({ protocol, port }) => other.ports.some((theirs) => theirs.protocol === protocol && theirs.port === port)),
      )
  }

  #mayKeep(service: ServiceView, addresses: readonly string[], namespace: NamespaceView): Found | undefined {
    if (!this.#possible(service)) return undefined
    const families = addresses.map(familyOf)
    const isAll = families.toSorted().join() === service.families.toSorted().join()
    const isPart =
      service.familyPolicy !== 'RequireDualStack' &&
      families.length === 1 &&
      families.every((family) => service.families.some((own) => own === family))
    if (!isAll && !isPart) return undefined
    const wanted = service.requestedAddresses.ok ? service.requestedAddresses.value.map(formatAddress) : []
    if (wanted.length > 0 && wanted.toSorted().join() !== addresses.toSorted().join()) return undefined
    return this.#fits(service, addresses, namespace)
  }

  #fits(service: ServiceView, addresses: readonly string[], namespace: NamespaceView): Found | undefined {
    const pool = this.#pools.find((candidate) => addresses.every((text) => enumerate(candidate).includes(text)))
    if (pool === undefined || !this.#welcomes(pool, namespace)) return undefined
    const request = service.requestedPool?.isDefault === false ? service.requestedPool.name : undefined
    if (request !== undefined && request !== pool.name) return undefined
    const isNamed = request !== undefined || (service.requestedAddresses.ok && service.requestedAddresses.value.length > 0)
    if (!isNamed && !this.#selects(pool, service)) return undefined
    return addresses.every((text) => this.#free(text, service)) ? { pool: pool.name, addresses } : undefined
  }

  #possible(service: ServiceView): boolean {
    return (
      this.#pools.length > 0 &&
      service.families.length > 0 &&
      !(service.familyPolicy === 'RequireDualStack' && service.clusterAddresses.length < 2)
    )
  }

  #welcomes(pool: Pool, namespace: NamespaceView): boolean {
    const { namespaces = new Set<string>(), namespaceSelectors = [] } = pool.allocation ?? {}
    if (namespaces.size + namespaceSelectors.length === 0) return true
    return namespaces.has(namespace.name) || namespaceSelectors.some((selector) => selector.matches(namespace.labels))
  }

  #selects(pool: Pool, service: ServiceView): boolean {
    const { serviceSelectors = [] } = pool.allocation ?? {}
    return serviceSelectors.length === 0 || serviceSelectors.some((selector) => selector.matches(service.labels))
  }
}
