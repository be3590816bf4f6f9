// Which addresses Services have left, and when: what a pool with `metallb.io/hold` keeps for them, and the order in which one with `metallb.io/reuse` hands them
// out again. Every replica keeps its own, from what it sees of the Services; pools without these options cost nothing and are not in it.
//
// One of several Services on an address may leave it and come back like any other; while somebody is on it, nothing has to be kept.
import { type Address, compareAddresses } from './address.ts'
import type { Pool } from './config/pool.ts'
import type { NamespacedName } from './namespaced-name.ts'
import { OldestFirst } from './oldest-first.ts'
import type { AddressRange } from './range.ts'
import { OverlappingRanges } from './range-index.ts'
import { ReturningMap } from './returning-map.ts'
import type { ServiceView } from './service.ts'
import { after, type Instant, instant, type Millis } from './time.ts'

/** An address that was left. */
export interface Release {
  readonly address: Address
  /** Since 1970. */
  readonly at: Instant
  /** Who may come back to it; absent when its Service lives and is elsewhere now, or the time is over. */
  readonly service?: NamespacedName
}

/** For whom an address is kept, and until when. Of several the one that may come back longest. */
export interface Keeping {
  readonly service: NamespacedName
  readonly until: Instant
}

type Shown = Pick<ServiceView, 'key' | 'isLoadBalancer' | 'held'>

interface Rules {
  readonly pool: string
  readonly range: AddressRange
  readonly hold: Millis
  readonly isOrdered: boolean
}

/** When nobody may come back to an address any more. */
interface End {
  readonly at: Instant
  readonly rank: number | bigint
}

class Left {
  readonly address: Address
  rules: Rules
  /** The last time that somebody left it. */
  at: Instant
  /** Who may come back, and when each left. */
  readonly leavers = new Map<NamespacedName, Instant>()
  end: End | undefined

  constructor(address: Address, rules: Rules, at: Instant) {
    this.address = address
    this.rules = rules
    this.at = at
  }
}

const nowhere: readonly Address[] = []

/** Beyond that many addresses the tenth that was left longest ago is forgotten. */
const most = 65_536

export class Releases {
  #now = instant(0)
  /** Ranges of the pools with an option. */
  #rules = new OverlappingRanges<Rules>([])
  readonly #lefts = new ReturningMap<number | bigint, Left>()
  readonly #byService = new ReturningMap<NamespacedName, Set<Left>>()
  readonly #ends = new OldestFirst<End>()

  /** Pools are these from now on. Whatever was left in others is forgotten. */
  configure(pools: readonly Pool[]): void {
    const [frozen, active] = [true, false].map((isFrozen) => pools.filter((pool) => pool.frozen === isFrozen).map(rulesOf))
    const [resting, used] = [frozen?.filter(hasUse) ?? [], active?.filter(hasUse) ?? []]
    if (resting.length + used.length === 0 && this.isIdle) return
    // A frozen pool may overlap with others, which then own the shared addresses, options or not.
    this.#rules = new OverlappingRanges([...(resting.length === 0 ? used : (active ?? [])), ...resting].flat())
    for (const left of this.#lefts.values()) {
      // A longer time brings back nobody whose time was over.
      for (const [service, at] of left.leavers) if (this.#endOf(left, at) <= this.#now) this.#dismiss(left, service)
      const found = this.#find(left.address)
      if (found !== undefined) left.rules = found
      this.#review(left, found !== undefined && (left.leavers.size > 0 || found.isOrdered))
    }
  }

  /** No pool has an option: nothing is kept, and there is nothing to note. */
  get isIdle(): boolean {
    return this.#rules.isEmpty
  }

  /** Every address is as if it had never been used. */
  get isEmpty(): boolean {
    return this.#lefts.size === 0
  }

  /** @returns addresses of which the answers may be others since the time before */
  advance(now: Instant): readonly Address[] {
    this.#now = now
    const over: Address[] = []
    for (let end = this.#ends.first; end !== undefined && end.at <= now; end = this.#ends.first) {
      const left = this.#lefts.get(end.rank)
      this.#ends.delete(end)
      if (left === undefined) continue
      for (const service of left.leavers.keys()) this.#dismiss(left, service)
      over.push(left.address)
      this.#review(left, left.rules.isOrdered)
    }
    return over
  }

  /** When the first address that is kept is kept no more. */
  get nextEnd(): Instant | undefined {
    return this.#ends.first?.at
  }

  /**
   * A Service was `before`, and is `now`; absent when it does not exist.
   *
   * @returns addresses of which the answers may be others now
   */
  observe(before: Shown | undefined, now: Shown | undefined, at: Instant): readonly Address[] {
    if (this.isIdle) return []
    const changed = [...this.advance(at)]
    const [had, has] = [addressesOf(before), addressesOf(now)]
    const isAway = now?.isLoadBalancer !== true
    for (const address of had) {
      if (has.some(({ value }) => value === address.value)) continue
      if (this.#leave({ address, at, ...(isAway && before !== undefined ? { service: before.key } : {}) })) changed.push(address)
    }
    if (now !== undefined && has.length > 0) changed.push(...this.settle(now.key, has))
    return [...changed, ...this.#limit()]
  }

  /** The Service has these addresses now, so others are not kept for it. @returns addresses of which the answers may be others now */
  settle(key: NamespacedName, addresses: readonly Address[]): readonly Address[] {
    const kept = [...(this.#byService.get(key) ?? [])]
    for (const left of kept) {
      this.#dismiss(left, key)
      this.#review(left, left.leavers.size > 0 || left.rules.isOrdered)
    }
    for (const { value } of addresses) {
      const left = this.#lefts.get(value)
      if (left !== undefined && left.leavers.size === 0) this.#review(left, false)
    }
    return kept.map(({ address }) => address)
  }

  /**
   * What another replica has noted.
   *
   * @param hasSettled whether the Service has addresses, so that none is kept for it
   * @returns addresses of which the answers may be others now
   */
  merge(releases: readonly Release[], hasSettled: (service: NamespacedName) => boolean, now: Instant): readonly Address[] {
    const changed = [...this.advance(now)]
    for (const { address, at, service } of releases) {
      const isBack = service === undefined || hasSettled(service)
      // A clock that is ahead must not keep an address the longer.
      const past = instant(Math.min(at, now))
      if (this.#leave({ address, at: past, ...(isBack ? {} : { service }) })) changed.push(address)
    }
    return [...changed, ...this.#limit()]
  }

  /** Everything, last things first. */
  list(): readonly (Release & { readonly pool: string })[] {
    const all = [...this.#lefts.values()].flatMap((left) => {
      const { address, at, leavers } = left
      const { pool, isOrdered } = left.rules
      const kept = [...leavers].flatMap(([service, time]) =>
        this.#endOf(left, time) > this.#now ? { address, at: time, pool, service } : [],
      )
      return !isOrdered || kept.some((release) => release.at === at) ? kept : [...kept, { address, at, pool }]
    })
    return all.toSorted((a, b) => b.at - a.at || compareAddresses(a.address, b.address))
  }

  /** Every address that is not as if it had never been used. */
  addresses(): readonly Address[] {
    return [...this.#lefts.values()].map(({ address }) => address)
  }

  /** Whoever is not among these may not have it. */
  keeping({ value }: Address): Keeping | undefined {
    const left = this.#lefts.get(value)
    if (left?.end === undefined || left.end.at <= this.#now) return undefined
    const [service] = [...left.leavers].reduce((best, each) => (each[1] > best[1] ? each : best))
    return { service, until: left.end.at }
  }

  /** Where the Service may come back to. */
  keptFor(key: NamespacedName): readonly Address[] {
    const lefts = this.#byService.get(key)
    if (lefts === undefined) return nowhere
    return [...lefts].filter((left) => this.#endOf(left, left.leavers.get(key)) > this.#now).map(({ address }) => address)
  }

  /** When the address was left, if that decides about the order in which it is handed out. */
  leftAt({ value }: Address): Instant | undefined {
    const left = this.#lefts.get(value)
    return left?.rules.isOrdered === true ? left.at : undefined
  }

  #find(address: Address): Rules | undefined {
    const found = this.#rules.find(address)
    return found === undefined || !hasUse([found]) ? undefined : found
  }

  #endOf({ rules }: Left, leftAt: Instant | undefined): Instant {
    return leftAt === undefined ? instant(0) : after(leftAt, rules.hold)
  }

  /** @returns whether that means anything */
  #leave({ address, at, service }: Release): boolean {
    const rules = this.#find(address)
    if (rules === undefined) return false
    const left = this.#lefts.get(address.value) ?? new Left(address, rules, at)
    left.at = instant(Math.max(left.at, at))
    const before = service === undefined ? undefined : left.leavers.get(service)
    if (service !== undefined && after(at, rules.hold) > this.#now && (before === undefined || before < at)) {
      left.leavers.set(service, at)
      const lefts = this.#byService.get(service) ?? new Set()
      lefts.add(left)
      this.#byService.set(service, lefts)
    }
    this.#lefts.set(address.value, left)
    this.#review(left, left.leavers.size > 0 || rules.isOrdered)
    return true
  }

  /** The Service may not come back to it. */
  #dismiss(left: Left, service: NamespacedName): void {
    left.leavers.delete(service)
    const lefts = this.#byService.get(service)
    lefts?.delete(left)
    if (lefts?.size === 0) this.#byService.delete(service)
  }

  /** Its end is where it belongs, or it is forgotten. */
  #review(left: Left, stays: boolean): void {
    if (left.end !== undefined) this.#ends.delete(left.end)
    left.end = undefined
    if (!stays) {
      for (const service of left.leavers.keys()) this.#dismiss(left, service)
      this.#lefts.delete(left.address.value)
    } else if (left.leavers.size > 0) {
      const last = instant(Math.max(...left.leavers.values()))
      left.end = { at: this.#endOf(left, last), rank: left.address.value }
      this.#ends.put(left.end)
    }
  }

  /** @returns what is forgotten */
  #limit(): readonly Address[] {
    if (this.#lefts.size <= most) return []
    const oldest = [...this.#lefts.values()].toSorted((a, b) => a.at - b.at).slice(0, most / 10)
    for (const left of oldest) this.#review(left, false)
    return oldest.map(({ address }) => address)
  }
}

function addressesOf(service: Shown | undefined): readonly Address[] {
  return service?.isLoadBalancer === true ? service.held : []
}

function rulesOf({ name: pool, ranges, hold, reuse }: Pool): readonly Rules[] {
  const isOrdered = reuse === 'least-recently-released'
  return ranges.map((range) => ({ pool, range, hold, isOrdered }))
}

/** Of one pool. */
function hasUse([first]: readonly Rules[]): boolean {
  return first !== undefined && (first.hold > 0 || first.isOrdered)
}
