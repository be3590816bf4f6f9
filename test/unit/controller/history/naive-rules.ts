// A second implementation of who may have which address, from the specification alone, as slow as it is simple: every address is written down and looked at.
import type { Namespace, Node, Service } from '../../../../core/objects.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../../schemas/generated/types.ts'
import { type Family, familyOf, isBuggy, sorted, writeOut } from './naive-addresses.ts'

/** The cluster as somebody sees it. */
export interface World {
  readonly services: readonly Service[]
  readonly namespaces: readonly Namespace[]
  readonly nodes: readonly Node[]
  readonly pools: readonly IPAddressPool[]
  readonly policies: readonly AllocationPolicy[]
}

/** What a Service comes to: addresses of one pool, or every reason that is true of it. */
export type Verdict = { readonly pool: string; readonly addresses: readonly string[] } | { readonly reasons: ReadonlySet<string> }

type Labels = Readonly<Record<string, string>>

interface NaivePool {
  readonly object: IPAddressPool
  readonly name: string
  readonly addresses: readonly string[]
  readonly isBroken: boolean
}

const writtenOut = new WeakMap<IPAddressPool, { readonly addresses: readonly string[]; readonly isBroken: boolean }>()

function readPool(object: IPAddressPool): NaivePool {
  let known = writtenOut.get(object)
  if (known === undefined) {
    const entries = object.spec.addresses.map(writeOut)
    const addresses = entries.flatMap((entry) => entry ?? [])
    known = { addresses, isBroken: entries.includes(undefined) || new Set(addresses).size < addresses.length }
    writtenOut.set(object, known)
  }
  return { object, name: object.metadata.name ?? '', ...known }
}

export const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`

export function isOurs({ spec }: Service): boolean {
  const { type, loadBalancerClass } = spec ?? {}
  return type === 'LoadBalancer' && (loadBalancerClass === undefined || loadBalancerClass.startsWith('metallb.io/'))
}

/** The addresses that the status shows. */
export function shownOf({ status }: Service): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
}

function annotation({ metadata }: Service, name: string): string {
  const { [`metallb.io/${name}`]: value = '', [`metallb.universe.tf/${name}`]: old = '' } = metadata.annotations ?? {}
  return value === '' ? old : value
}

function familiesOf({ spec }: Service): readonly Family[] {
  return [...new Set((spec?.clusterIPs ?? []).map(familyOf))]
}

/** Undefined when it cannot be read. */
function requestedBy(service: Service): readonly string[] | undefined {
  const listed = annotation(service, 'loadBalancerIPs')
  const single = service.spec?.loadBalancerIP ?? ''
  if (listed !== '' && single !== '') return undefined
  const texts = (listed === '' ? single : listed)
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
  const isEach = texts.every((text) => writeOut(`${text}-${text}`) !== undefined)
  const isPlain = listed === '' || annotation(service, 'address-count') === ''
  return isEach && isPlain && new Set(texts).size === texts.length ? texts : undefined
}

/** How many of each family; undefined when it cannot be read. */
function countOf(service: Service): number | undefined {
  const text = annotation(service, 'address-count')
  return text === '' ? 1 : /^(?:[1-9]|1[0-6])$/.test(text) ? Number(text) : undefined
}

/** Undefined when it cannot be read. */
function requestedPoolsOf(service: Service): readonly string[] | undefined {
  const text = annotation(service, 'address-pool')
  if (text === '' || (isPreference(service) && !text.includes(','))) return []
  const names = text.split(',').map((name) => name.trim())
  return names.includes('') || new Set(names).size < names.length ? undefined : names
}

/** The pool was filled in, and nobody asked for it. */
function isPreference({ metadata }: Service): boolean {
  return metadata.annotations?.['metallb.io/address-pool-source'] === 'default'
}

function isLegible(service: Service): boolean {
  return [requestedBy(service), countOf(service), requestedPoolsOf(service)].every((part) => part !== undefined)
}

/** What a request that cannot be read no longer says. */
const isOfRequest = new Set(['OutsideRequestedPool', 'AddressesInSeveralPools'])

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

/** Whether two Services may be on one address. */
export function mayShare(a: Service, b: Service): boolean {
  const [key, other] = [annotation(a, 'allow-shared-ip'), annotation(b, 'allow-shared-ip')]
  const backends = ({ spec }: Service): string =>
    spec?.externalTrafficPolicy === 'Local'
      ? JSON.stringify(Object.entries(spec.selector ?? {}).toSorted(([one], [two]) => (one < two ? -1 : 1)))
      : ''
  const ports = ({ spec }: Service): readonly string[] => (spec?.ports ?? []).map(({ port, protocol }) => `${protocol}/${port}`)
  return key !== '' && key === other && backends(a) === backends(b) && ports(a).every((port) => !ports(b).includes(port))
}

function matches(selector: { readonly matchLabels?: Labels }, labels: Labels): boolean {
  return Object.entries(selector.matchLabels ?? {}).every(([name, value]) => labels[name] === value)
}

export class Rules {
  readonly #world: World
  readonly #pools: readonly NaivePool[]
  readonly #reserved: ReadonlySet<string>
  readonly #highestFirst: boolean
  readonly #frozen: ReadonlySet<NaivePool>
  /** Address → who shows it, ours alone. */
  readonly #holders = new Map<string, Service[]>()

  constructor(world: World, highestFirst = true) {
    this.#world = world
    this.#highestFirst = highestFirst
    this.#pools = world.pools.map(readPool).filter(({ addresses }) => addresses.length > 0)
    this.#frozen = new Set(this.#pools.filter((pool) => this.#isLatecomer(pool)))
    this.#reserved = new Set(world.nodes.flatMap(({ status }) => (status?.addresses ?? []).map(({ address }) => address)))
    for (const service of world.services.filter(isOurs)) this.add(service, shownOf(service))
  }

  get hasPools(): boolean {
    return this.#pools.length > 0
  }

  /** The Service is on these too. */
  add(service: Service, addresses: readonly string[]): void {
    for (const text of addresses) {
      const here = (this.#holders.get(text) ?? []).filter((other) => keyOf(other) !== keyOf(service))
      this.#holders.set(text, [...here, service])
    }
  }

  holdersOf(text: string): readonly Service[] {
    return this.#holders.get(text) ?? []
  }

  /** The pool that an address belongs to: of two that overlap the older, whose younger rival is frozen. */
  ownerOf(text: string): NaivePool | undefined {
    const all = this.#pools.filter(({ addresses }) => addresses.includes(text)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return all.find((pool) => !this.#isFrozen(pool)) ?? all[0]
  }

  #isFrozen(pool: NaivePool): boolean {
    return this.#frozen.has(pool)
  }

  #isLatecomer(pool: NaivePool): boolean {
    const age = ({ object: { metadata } }: NaivePool): string => `${metadata.creationTimestamp} ${metadata.name}`
    const older = this.#pools.filter((other) => age(other) < age(pool))
    return pool.isBroken || older.some(({ addresses }) => addresses.some((text) => pool.addresses.includes(text)))
  }

  /** Why a Service that shows these addresses must give them up; undefined when it may keep them. */
  mustLeave(service: Service, held: readonly string[]): string | undefined {
    const outright = this.#outright(service)
    if (outright !== undefined) return outright
    const [families, wanted] = [held.map(familyOf), familiesOf(service)]
    const lacksOne = wanted.some((family) => !families.includes(family))
    if (families.some((family) => !wanted.includes(family))) return 'FamiliesChanged'
    if (lacksOne && service.spec?.ipFamilyPolicy === 'RequireDualStack') return 'FamiliesChanged'
    if (!isLegible(service)) return [...this.#forbidden(service, held)].find((reason) => !isOfRequest.has(reason))
    const requested = requestedBy(service) ?? []
    if (requested.length > 0 && requested.toSorted(byText).join() !== held.toSorted(byText).join()) return 'OtherAddressRequested'
    const most = requested.length > 0 ? held.length : (countOf(service) ?? 1)
    if (wanted.some((family) => families.filter((each) => each === family).length > most)) return 'Surplus'
    // A pool that was split takes nobody anything.
    return [...this.#forbidden(service, held)].find((reason) => reason !== 'AddressesInSeveralPools')
  }

  /** What a Service without address gets. */
  find(service: Service): Verdict {
    const outright = this.#outright(service)
    if (outright !== undefined) return { reasons: new Set([outright]) }
    if (!isLegible(service)) return { reasons: new Set(['RequestInvalid']) }
    const requested = requestedBy(service) ?? []
    if (requested.length > 0) return this.#findRequested(service, requested)
    const names = requestedPoolsOf(service) ?? []
    return names.length > 0 ? this.#findNamed(service, names) : this.#findOpen(service)
  }

  /** What is missing for one who has this: of the pool of the family that it has, or of its first address, or of those it lists. Undefined when nothing is. */
  findMore(service: Service, held: readonly string[]): Verdict | undefined {
    if (!isLegible(service) || requestedBy(service)?.length !== 0 || service.metadata.deletionTimestamp !== undefined) return undefined
    const lacking = familiesOf(service)
      .map((family) => ({ family, count: (countOf(service) ?? 1) - held.filter((text) => familyOf(text) === family).length }))
      .filter(({ count }) => count > 0)
    if (lacking.length === 0) return undefined
    const found = lacking.flatMap(({ family, count }) => {
      const kin = held.find((text) => familyOf(text) === family)
      const home = this.ownerOf(kin ?? held[0] ?? '')?.name
      const names = kin === undefined ? [home, ...(requestedPoolsOf(service) ?? [])] : [home]
      const pools = this.#pools.filter(({ name }) => names.includes(name)).toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
      const open = pools.filter((pool) => !this.#isFrozen(pool) && this.#welcomes(pool, service))
      return open.map((pool) => this.#obtainable(pool, family, service, { count, held })).find((each) => each !== undefined) ?? []
    })
    if (found.length > 0) return { pool: '', addresses: [...held, ...found] }
    return { reasons: new Set(['QuotaExceeded', 'PoolExhausted', 'FamilyUnavailable', 'PoolFrozen', 'NoPoolAvailable']) }
  }

  /** The quota leaves the Service's namespace no further address. */
  isShort(service: Service, family: Family): boolean {
    return this.#roomFor(service, family) <= 0
  }

  #roomFor(service: Service, family: Family): number {
    const { namespace = '' } = service.metadata
    const limits = this.#world.policies
      .filter(({ spec }) => this.#covers(spec, namespace))
      .flatMap(({ spec }) => spec.quota?.addresses?.[family === 'IPv4' ? 'ipv4' : 'ipv6'] ?? [])
    return Math.min(...limits.map(Number), Number.POSITIVE_INFINITY) - this.usedIn(namespace, family)
  }

  /** Distinct addresses of a namespace. */
  usedIn(namespace: string, family: Family): number {
    const all = [...this.#holders].filter(([text]) => familyOf(text) === family)
    return all.filter(([, here]) => here.some(({ metadata }) => metadata.namespace === namespace)).length
  }

  /** Distinct addresses of a pool that are in use, and those that could be. */
  usage(object: IPAddressPool, family: Family): { readonly assigned: number; readonly usable: number } {
    const pool = this.#pools.find(({ name }) => name === object.metadata.name)
    const own = (pool?.addresses ?? []).filter((text) => familyOf(text) === family)
    return {
      assigned: own.filter((text) => this.ownerOf(text) === pool && this.holdersOf(text).length > 0).length,
      usable: own.filter((text) => !(object.spec.avoidBuggyIPs === true && isBuggy(text))).length,
    }
  }

  #outright(service: Service): string | undefined {
    if (!this.hasPools) return 'NoPools'
    const { clusterIPs = [], ipFamilyPolicy } = service.spec ?? {}
    if (clusterIPs.length === 0) return 'NoClusterAddress'
    return ipFamilyPolicy === 'RequireDualStack' && clusterIPs.length < 2 ? 'DualStackImpossible' : undefined
  }

  /** Every rule that these addresses would break. */
  #forbidden(service: Service, addresses: readonly string[]): ReadonlySet<string> {
    const reasons = new Set<string>()
    const pools = new Set(addresses.map((text) => this.ownerOf(text)?.name))
    if (pools.has(undefined)) reasons.add('AddressInNoPool')
    if (pools.size > 1 && (requestedPoolsOf(service) ?? []).length < 2) reasons.add('AddressesInSeveralPools')
    const named = requestedPoolsOf(service) ?? []
    const isNamed = named.length > 0 || (requestedBy(service) ?? []).length > 0 || !isLegible(service)
    for (const text of addresses) {
      const pool = this.ownerOf(text)
      if (pool === undefined) continue
      if (pool.object.spec.avoidBuggyIPs === true && isBuggy(text)) reasons.add('AddressAvoided')
      if (named.length > 0 && !named.includes(pool.name)) reasons.add('OutsideRequestedPool')
      if (!this.#welcomes(pool, service)) reasons.add('NamespaceNotAllowed')
      if (!isNamed && !this.#selects(pool, service)) reasons.add('ServiceNotSelected')
      if (!this.#isFree(text, service))
        for (const reason of ['AddressInUse', 'SharingKeyDiffers', 'BackendsDiffer', 'PortInUse']) reasons.add(reason)
    }
    return reasons
  }

  #findRequested(service: Service, requested: readonly string[]): Verdict {
    const reasons = new Set(this.#forbidden(service, requested))
    const families = familiesOf(service)
    if (
      families.some((family) => !requested.map(familyOf).includes(family)) ||
      requested.some((text) => !families.includes(familyOf(text)))
    )
      reasons.add('RequestFamiliesDiffer')
    for (const text of requested) {
      const pool = this.ownerOf(text)
      if (pool !== undefined && this.#isFrozen(pool)) reasons.add('PoolFrozen')
      if (this.#reserved.has(text)) reasons.add('NodeAddress')
      const fresh = requested.filter((each) => familyOf(each) === familyOf(text) && !this.#isOfNamespace(each, service))
      if (fresh.length > Math.max(this.#roomFor(service, familyOf(text)), 0)) reasons.add('QuotaExceeded')
    }
    return reasons.size > 0 ? { reasons } : { pool: this.ownerOf(requested[0] ?? '')?.name ?? '', addresses: sorted(requested) }
  }

  /** Names that are no pool are passed over. */
  #findNamed(service: Service, names: readonly string[]): Verdict {
    const known = names.flatMap((name) => this.#pools.filter((pool) => pool.name === name))
    const open = known.filter((pool) => !this.#isFrozen(pool) && this.#welcomes(pool, service))
    const reasons = [
      'NoPoolAvailable',
      'QuotaExceeded',
      'PoolExhausted',
      'FamilyUnavailable',
      'PoolUnknown',
      'PoolFrozen',
      'NamespaceNotAllowed',
    ]
    return this.#best(open, service, names.length > 1) ?? { reasons: new Set(reasons) }
  }

  /** Pools with serviceAllocation that apply come first, by priority; then the others, the default before all. Equal ones by name. */
  #findOpen(service: Service): Verdict {
    const open = this.#pools
      .filter((pool) => pool.object.spec.autoAssign !== false && !this.#isFrozen(pool))
      .filter((pool) => this.#welcomes(pool, service) && this.#selects(pool, service))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const pinned = open.filter(({ object }) => object.spec.serviceAllocation !== undefined)
    const general = open.filter(({ object }) => object.spec.serviceAllocation === undefined)
    const rank = ({ object }: NaivePool): number => {
      const priority = object.spec.serviceAllocation?.priority ?? 0
      if (priority === 0) return Number.POSITIVE_INFINITY
      return this.#highestFirst ? -priority : priority
    }
    const named = annotation(service, 'address-pool')
    const preferred = named === '' ? (pinned.length > 0 ? undefined : this.#defaultFor(service, general)) : named
    const isOther = ({ name }: NaivePool): number => (name === preferred ? 0 : 1)
    const found =
      this.#best(
        pinned.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b))),
        service,
      ) ??
      this.#best(
        general.toSorted((a, b) => isOther(a) - isOther(b)),
        service,
      )
    return (
      found ?? {
        reasons: new Set([
          'NoPoolAvailable',
          ...(familiesOf(service).some((each) => this.#roomFor(service, each) < (countOf(service) ?? 1)) ? ['QuotaExceeded'] : []),
        ]),
      }
    )
  }

  #defaultFor(service: Service, open: readonly NaivePool[]): string | undefined {
    const { namespace = '' } = service.metadata
    const ofNamespace = this.#namespace(namespace)?.metadata.annotations?.['metallb.io/default-pool']
    const marked = this.#pools
      .filter(({ object }) => object.metadata.annotations?.['metallb.io/is-default-pool'] === 'true')
      .toSorted((a, b) =>
        `${a.object.metadata.creationTimestamp} ${a.name}` < `${b.object.metadata.creationTimestamp} ${b.name}` ? -1 : 1,
      )[0]
    const ofPolicies = this.#world.policies
      .toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
      .filter(({ spec }) => this.#covers(spec, namespace))
      .flatMap(({ spec }) => spec.defaultPool ?? [])
    return [ofNamespace, marked?.name, ...ofPolicies].find((name) => open.some((pool) => pool.name === name))
  }

  /** The first pool with all families; of a list else each from the first that has it; else, unless both are required, the first with the primary one, else with the other. */
  #best(pools: readonly NaivePool[], service: Service, mayCombine = false): Verdict | undefined {
    const families = familiesOf(service)
    const options = pools.map((pool) => ({ pool: pool.name, texts: families.map((family) => this.#obtainable(pool, family, service)) }))
    const whole = options.find(({ texts }) => !texts.includes(undefined))
    if (whole !== undefined) return { pool: whole.pool, addresses: sorted(whole.texts.flatMap((text) => text ?? [])) }
    const parts = [...families.keys()].flatMap((index) => options.find(({ texts }) => texts[index] !== undefined)?.texts[index] ?? [])
    if (mayCombine && new Set(parts.map(familyOf)).size === families.length) return { pool: '', addresses: sorted(parts) }
    if (service.spec?.ipFamilyPolicy === 'RequireDualStack') return undefined
    for (const index of families.keys()) {
      const part = options.find(({ texts }) => texts[index] !== undefined)
      if (part !== undefined) return { pool: part.pool, addresses: part.texts[index] ?? [] }
    }
    return undefined
  }

  /** The first addresses of the family in listed order that are free, or may be shared: as many as are wanted, or undefined. */
  #obtainable(
    pool: NaivePool,
    family: Family,
    service: Service,
    { count, held }: { readonly count: number; readonly held: readonly string[] } = { count: countOf(service) ?? 1, held: [] },
  ): readonly string[] | undefined {
    let room = this.#roomFor(service, family)
    const found: string[] = []
    for (const text of pool.addresses.filter((each) => familyOf(each) === family && !held.includes(each))) {
      const isBad = (pool.object.spec.avoidBuggyIPs === true && isBuggy(text)) || this.#reserved.has(text) || !this.#isFree(text, service)
      const isNew = !this.#isOfNamespace(text, service)
      if (isBad || (isNew && room <= 0)) continue
      found.push(text)
      if (isNew) room--
      if (found.length === count) return found
    }
    return undefined
  }

  #isFree(text: string, service: Service): boolean {
    return this.holdersOf(text).every((other) => keyOf(other) === keyOf(service) || mayShare(other, service))
  }

  #isOfNamespace(text: string, { metadata }: Service): boolean {
    return this.holdersOf(text).some((other) => other.metadata.namespace === metadata.namespace)
  }

  #welcomes({ object }: NaivePool, { metadata }: Service): boolean {
    return this.#covers(object.spec.serviceAllocation ?? {}, metadata.namespace ?? '')
  }

  #covers(
    scope: { readonly namespaces?: readonly string[]; readonly namespaceSelectors?: readonly { readonly matchLabels?: Labels }[] },
    name: string,
  ): boolean {
    const { namespaces = [], namespaceSelectors = [] } = scope
    if (namespaces.length + namespaceSelectors.length === 0) return true
    const labels = this.#namespace(name)?.metadata.labels ?? {}
    return namespaces.includes(name) || namespaceSelectors.some((selector) => matches(selector, labels))
  }

  #selects({ object }: NaivePool, { metadata }: Service): boolean {
    const selectors = object.spec.serviceAllocation?.serviceSelectors ?? []
    return selectors.length === 0 || selectors.some((selector) => matches(selector, metadata.labels ?? {}))
  }

  #namespace(name: string): Namespace | undefined {
    return this.#world.namespaces.find(({ metadata }) => metadata.name === name)
  }
}
