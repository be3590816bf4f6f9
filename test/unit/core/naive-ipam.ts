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
  readonly addresses: readonly string[]
  /** Of each address. */
  readonly pools: readonly string[]
}

const isV6 = (text: string): boolean => text.includes(':')
const familyOf = (text: string): string => (isV6(text) ? 'IPv6' : 'IPv4')
const familiesOf = (texts: readonly string[]): string => [...new Set(texts.map(familyOf))].toSorted().join()
const inOrder = (texts: readonly string[]): readonly string[] => [...texts.filter((text) => !isV6(text)), ...texts.filter(isV6)]

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

/** Of every range that is a prefix the address with these host bits. */
function withHost(pool: Pool, host: bigint): readonly string[] {
  return pool.ranges.flatMap(({ canonical, first }) => {
    const [, length] = canonical.split('/')
    const isThere = length !== undefined && first.family === 'IPv6' && host < 2n ** (128n - BigInt(length))
    return isThere ? [formatAddress({ family: 'IPv6', value: BigInt(first.value) + host })] : []
  })
}

export class NaiveIpam {
  readonly #pools: readonly Pool[]
  readonly #highestFirst: boolean
  readonly #reserved: ReadonlySet<string>
  readonly #quotas: NaiveQuotas
  #stays: Stay[] = []
  /** How many new addresses of each family the Service in question may have. */
  #room: Readonly<Record<string, number>> = {}

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
    this.#room = Object.fromEntries(service.families.map((family) => [family, this.#roomFor(service, family)]))
    if (this.held(service.key) !== undefined) this.release(service.key)
    const stays = this.#stays
    this.#stays = stays.filter((stay) => stay.service.key !== service.key)
    const found = this.#find(service, namespace)
    this.#stays = stays
    return this.#enter(service, found)
  }

  #roomFor(service: ServiceView, family: string): number {
    const own = new Set(this.#stays.filter((stay) => stay.service.key === service.key).flatMap(({ addresses }) => addresses))
    const brings = [...own].filter((text) => familyOf(text) === family && !this.#hasNeighbour(text, service)).length
    const quota = this.#quotas[service.namespace]?.[family] ?? Number.POSITIVE_INFINITY
    return Math.max(quota - this.countIn(service.namespace, family), 0) + brings
  }

  #hasNeighbour(text: string, { key, namespace }: ServiceView): boolean {
    return this.#stays.some(({ service, addresses }) => service.key !== key && service.namespace === namespace && addresses.includes(text))
  }

  /** In this order, as many as the quota has room for. */
  #within(texts: readonly string[], service: ServiceView): readonly string[] {
    const room = { ...this.#room }
    return texts.filter((text) => {
      if (this.#hasNeighbour(text, service)) return true
      const left = room[familyOf(text)] ?? 0
      room[familyOf(text)] = left - 1
      return left > 0
    })
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
    if (service.requestFault !== undefined || !this.#possible(service)) return undefined
    const wanted = service.requestedAddresses.map(formatAddress)
    if (wanted.length > 0) {
      if (wanted.some((text) => this.#reserved.has(text)) || this.#within(wanted, service).length < wanted.length) return undefined
      if (familiesOf(wanted) !== service.families.toSorted().join()) return undefined
      const found = this.#fits(service, inOrder(wanted), namespace)
      return service.requestedPools.length < 2 && new Set(found?.pools).size > 1 ? undefined : found
    }
    if (service.requestedPools.length > 0) {
      const listed = service.requestedPools.flatMap((name) => this.#pools.filter((pool) => pool.name === name))
      return this.#best(
        listed.filter((pool) => this.#welcomes(pool, namespace)),
        service,
        true,
      )
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
    if (service.preferredPool !== undefined) return service.preferredPool
    if (open.some(({ allocation }) => allocation !== undefined)) return undefined
    return (open.find(({ name }) => name === namespace.defaultPool) ?? open.find(({ isDefault }) => isDefault))?.name
  }

  #best(pools: readonly Pool[], service: ServiceView, mayCombine = false): Found | undefined {
    const { families, addressCount } = service
    const options = pools.map((pool) =>
      families.map((family): readonly string[] => {
        const all = (family === 'IPv6' && service.hostPart !== undefined ? withHost(pool, service.hostPart) : enumerate(pool)).filter(
          (text) => familyOf(text) === family && this.#obtainable(text, service),
        )
        const texts = this.#within(all, service).slice(0, addressCount)
        return texts.length === addressCount ? texts : []
      }),
    )
    const found = (parts: readonly (readonly string[])[]): Found => {
      const addresses = inOrder(parts.flat())
      return { addresses, pools: addresses.map((text) => this.#poolOf(text)?.name ?? '') }
    }
    const whole = options.find((parts) => parts.every((texts) => texts.length > 0))
    if (whole !== undefined) return found(whole)
    const first = families.map((_, index) => options.map((parts) => parts[index] ?? []).find((texts) => texts.length > 0) ?? [])
    if (mayCombine && first.every((texts) => texts.length > 0)) return found(first)
    const part = first.find((texts) => texts.length > 0)
    return service.familyPolicy === 'RequireDualStack' || part === undefined ? undefined : found([part])
  }

  #poolOf(text: string): Pool | undefined {
    return this.#pools.find((pool) => enumerate(pool).includes(text))
  }

  #obtainable(text: string, service: ServiceView): boolean {
    if (this.#reserved.has(text)) return false
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

  #mayKeep(service: ServiceView, held: readonly string[], namespace: NamespaceView): Found | undefined {
    if (!this.#possible(service)) return undefined
    const wanted = service.requestedAddresses.map(formatAddress)
    const isCounted = wanted.length === 0 && service.requestFault === undefined
    const before = (text: string): number => held.slice(0, held.indexOf(text)).filter((other) => isV6(other) === isV6(text)).length
    const addresses = held.filter((text) => !isCounted || before(text) < service.addressCount)
    const families = [...new Set(addresses.map(familyOf))]
    const isAll = families.toSorted().join() === service.families.toSorted().join()
    const isPart =
      service.familyPolicy !== 'RequireDualStack' &&
      families.length === 1 &&
      families.every((family) => service.families.some((own) => own === family))
    if (!isAll && !isPart) return undefined
    if (wanted.length > 0 && wanted.toSorted().join() !== addresses.toSorted().join()) return undefined
    return this.#fits(service, addresses, namespace)
  }

  #fits(service: ServiceView, addresses: readonly string[], namespace: NamespaceView): Found | undefined {
    const pools = addresses.flatMap((text) => this.#poolOf(text) ?? [])
    const { requestedPools, requestedAddresses, requestFault } = service
    const isNamed = requestedPools.length + requestedAddresses.length > 0 || requestFault !== undefined
    const isRight = (pool: Pool): boolean =>
      this.#welcomes(pool, namespace) &&
      (isNamed || this.#selects(pool, service)) &&
      (requestFault !== undefined || requestedPools.length === 0 || requestedPools.includes(pool.name))
    if (pools.length < addresses.length || !pools.every(isRight)) return undefined
    const { hostPart } = service
    const isOdd = (text: string): boolean =>
      hostPart !== undefined && requestFault === undefined && isV6(text) && !pools.some((pool) => withHost(pool, hostPart).includes(text))
    if (addresses.some(isOdd)) return undefined
    return addresses.every((text) => this.#free(text, service)) ? { addresses, pools: pools.map(({ name }) => name) } : undefined
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
