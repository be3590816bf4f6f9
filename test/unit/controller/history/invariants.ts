// What must hold: for each status when it is sent, by what its sender knew; and of the whole cluster when nothing is under way.
import { expect } from 'chai'
import type { Service } from '../../../../core/objects.ts'
import { familyOf } from './naive-addresses.ts'
import { isOurs, keyOf, mayShare, Rules, shownOf } from './naive-rules.ts'
import type { Replica, Request } from './replica.ts'
import type { Judge, Stage } from './stage.ts'

const addressesOf = ({ body }: Request): readonly string[] => (body.status.loadBalancer?.ingress ?? []).map(({ ip }) => ip)
const allocatedFrom = ({ metadata }: Service): string | undefined => metadata.annotations?.['metallb.io/ip-allocated-from-pool']

export class Invariants implements Judge {
  /** What a leader has decided for a Service, until all is quiet. */
  readonly #decided = new Map<string, Set<string>>()
  /** What was sent for it last. */
  readonly #latest = new Map<string, string>()
  /** Every address that a Service of a namespace has shown or been given, until all is quiet: that is none that it did not have. */
  readonly #had = new Map<string, Set<string>>()

  /** Of what a replica sends. Throws. */
  sent(request: Request, stage: Stage): void {
    if (request.kind === 'pools') return
    const { from, key } = request
    const { world } = from
    const service = world.services.find((each) => keyOf(each) === key)
    if (service === undefined) return
    const rules = rulesFor(from, request, stage)
    const wanted = addressesOf(request)
    const shown = shownOf(service)
    const decided = entry(this.#decided, `${from.reign} ${service.metadata.uid}`)
    const had = entry(this.#had, service.metadata.namespace ?? '')
    for (const text of shown) had.add(text)
    const isForeign = service.spec?.type === 'LoadBalancer' && !isOurs(service)
    // Who has left us takes nothing of ours along.
    const isLeft = allocatedFrom(service) !== undefined && wanted.length === 0
    expect(isForeign && !isLeft, `${key} belongs to another controller`).to.equal(false)
    const gained = wanted.filter((text) => !shown.includes(text))
    for (const text of gained) {
      this.#expectFree(text, service, rules, stage)
      if (!decided.has(text) && !had.has(text)) expectWithinQuota(text, service, exchanging(from, request, stage), [...shown, ...decided])
    }
    const id = `${from.reign} ${service.metadata.uid}`
    // It may be on its way from one address to another already.
    const isMoving = (this.#latest.get(id) ?? shown.join()) !== shown.join()
    if (!isMoving && shown.some((text) => !wanted.includes(text))) this.#expectMayBeTaken(service, rules, stage)
    this.#latest.set(id, wanted.join())
    for (const text of wanted) {
      decided.add(text)
      had.add(text)
    }
  }

  /** Of a cluster at rest. Throws. */
  atRest(stage: Stage): void {
    const { world } = stage
    const rules = new Rules(world)
    for (const service of world.services) {
      if (!isOurs(service)) {
        const isForeign = service.spec?.type === 'LoadBalancer'
        if (!isForeign) expect(allocatedFrom(service), `${keyOf(service)} is no LoadBalancer`).to.equal(undefined)
      } else if (shownOf(service).length === 0) expectNothingPossible(service, rules)
      else if (rules.hasPools || allocatedFrom(service) !== undefined) expectServed(service, rules)
    }
    for (const pool of world.pools) expectCounted(pool, rules)
    this.#decided.clear()
    this.#latest.clear()
    this.#had.clear()
    for (const service of world.services) for (const text of shownOf(service)) entry(this.#had, service.metadata.namespace ?? '').add(text)
  }

  /** Nobody is given what another has, as far as the sender can know. */
  #expectFree(text: string, service: Service, rules: Rules, stage: Stage): void {
    for (const other of rules.holdersOf(text)) {
      if (keyOf(other) === keyOf(service) || stage.strange.has(text) || stage.strange.has(keyOf(other))) continue
      expect(mayShare(other, service), `${keyOf(service)} is given ${text}, which ${keyOf(other)} has`).to.equal(true)
    }
  }

  /** Nobody is taken what he may keep. */
  #expectMayBeTaken(service: Service, rules: Rules, stage: Stage): void {
    const shown = shownOf(service)
    const isStrange = [keyOf(service), ...shown].some((what) => stage.strange.has(what))
    if (!isOurs(service) || isStrange) return
    if (!rules.hasPools) expect(allocatedFrom(service), `${keyOf(service)} is cleared without pools`).not.to.equal(undefined)
    expect(rules.mustLeave(service, shown), `${keyOf(service)} loses ${shown.join(' ')} for no reason`).not.to.equal(undefined)
  }
}

function entry(map: Map<string, Set<string>>, id: string): Set<string> {
  const known = map.get(id) ?? new Set()
  map.set(id, known)
  return known
}

/** What it has under way for others, and can still arrive: a Service that has changed meanwhile refuses it. */
function underWay({ from, key, reign }: Request, stage: Stage): readonly Request[] {
  const versions = new Map(from.world.services.map((service) => [keyOf(service), service.metadata.resourceVersion]))
  const isOther = (other: Request): boolean => other.from === from && other.reign === reign && other.key !== key
  const isInTime = ({ key: name, body }: Request): boolean => versions.get(name) === body.metadata.resourceVersion
  return stage.requests.filter((other) => other.kind === 'services' && isOther(other) && isInTime(other))
}

/** By what the sender knows, where each has what it shows and what is under way for it. */
function rulesFor(from: Replica, request: Request, stage: Stage): Rules {
  const { world } = from
  const rules = new Rules(world)
  for (const other of underWay(request, stage)) {
    const service = world.services.find((each) => keyOf(each) === other.key)
    if (service !== undefined && isOurs(service)) rules.add(service, addressesOf(other))
  }
  return rules
}

/** The same, where each has either what it shows or what is under way, whichever is more. */
function exchanging({ world }: Replica, request: Request, stage: Stage): Rules {
  const coming = new Map(underWay(request, stage).map((other) => [other.key, addressesOf(other)]))
  const services = world.services.map((service) => {
    const addresses = coming.get(keyOf(service)) ?? []
    if (addresses.length < shownOf(service).length || addresses.length === 0) return service
    return { ...service, status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } } }
  })
  return new Rules({ ...world, services })
}

/** A further address of the namespace needs room; whoever has one may exchange it. */
function expectWithinQuota(text: string, service: Service, rules: Rules, has: readonly string[]): void {
  const family = familyOf(text)
  const { namespace } = service.metadata
  const hasNeighbour = (each: string): boolean =>
    rules.holdersOf(each).some((other) => other.metadata.namespace === namespace && keyOf(other) !== keyOf(service))
  const isExchange = has.some((each) => familyOf(each) === family && !hasNeighbour(each))
  if (isExchange || hasNeighbour(text)) return
  expect(rules.isShort(service, family), `${keyOf(service)} gets ${text} beyond the quota of ${namespace}`).to.equal(false)
}

function conditionOf({ status }: Service): { readonly status: string; readonly reason: string } | undefined {
  return status?.conditions?.find(({ type }) => type === 'metallb.io/Allocated')
}

function expectServed(service: Service, rules: Rules): void {
  const key = keyOf(service)
  const shown = shownOf(service)
  expect(rules.mustLeave(service, shown), `${key} keeps ${shown.join(' ')}`).to.equal(undefined)
  expect(allocatedFrom(service), `the pool of ${key}`).to.equal([...new Set(shown.map((text) => rules.ownerOf(text)?.name))].join())
  expect(service.status?.loadBalancer?.ingress?.map(({ ipMode }) => ipMode)).to.deep.equal(shown.map(() => 'VIP'))
  const second = rules.findMore(service, shown)
  if (second !== undefined && 'addresses' in second) expect.fail(`${key} has ${shown.join()} and could have ${second.addresses.join()}`)
  const reason = conditionOf(service)?.reason ?? 'Allocated'
  expect(reason, `the condition of ${key}`).to.equal(second === undefined ? 'Allocated' : 'PartlyAllocated')
}

function expectNothingPossible(service: Service, rules: Rules): void {
  const key = keyOf(service)
  expect(allocatedFrom(service), `${key} has no address`).to.equal(undefined)
  if (service.metadata.deletionTimestamp !== undefined) return
  const verdict = rules.find(service)
  if ('addresses' in verdict) expect.fail(`${key} waits and could have ${verdict.addresses.join()}`)
  if (verdict.reasons.has('NoPools')) return
  const condition = conditionOf(service)
  expect(condition?.status, `the condition of ${key}`).to.equal('False')
  expect([...verdict.reasons], `the reason that ${key} is told`).to.include(condition?.reason)
}

function expectCounted(pool: { readonly metadata: { readonly name?: string } } & Parameters<Rules['usage']>[0], rules: Rules): void {
  const [v4, v6] = [rules.usage(pool, 'IPv4'), rules.usage(pool, 'IPv6')]
  if (v4.usable + v6.usable + v4.assigned + v6.assigned === 0) return
  const { assignedIPv4, assignedIPv6, availableIPv4, availableIPv6 } = pool.status ?? {}
  expect(
    [assignedIPv4, availableIPv4, assignedIPv6, availableIPv6].map(Number),
    `the counters of pool ${pool.metadata.name}`,
  ).to.deep.equal([v4.assigned, v4.usable - v4.assigned, v6.assigned, v6.usable - v6.assigned])
}
