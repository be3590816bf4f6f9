import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import { annotations as names } from '../../../core/annotations.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { Service } from '../../../core/objects.ts'
import { rebuild } from '../../../core/rebuild.ts'
import type { ServiceView } from '../../../core/service.ts'
import { type Action } from '../../../core/service-plan.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../schemas/generated/types.ts'
import { allAddresses, namespaceViews, poolList, someAddress, someService } from '../core/arbitraries.ts'
import { address, namespaceOf, policyObject, type ServiceOptions, serviceObject } from '../core/objects.ts'
import { Cluster } from './cluster.ts'

type Step =
  | { readonly verb: 'put'; readonly key: string; readonly options: ServiceOptions; readonly bornAt: number; readonly type: string }
  | { readonly verb: 'remove'; readonly key: string }
  | { readonly verb: 'restart' }
  | { readonly verb: 'reconfigure'; readonly pools: readonly IPAddressPool[]; readonly nodes: readonly string[] }
  | { readonly verb: 'limit'; readonly policies: readonly AllocationPolicy[] }
  /** A write of an earlier leader that arrives late. */
  | { readonly verb: 'late'; readonly key: string; readonly addresses: readonly string[] }
  | { readonly verb: 'relabel'; readonly namespace: string; readonly tier: string }

const put = fc
  .tuple(someService, fc.integer({ min: 0, max: 9 }), fc.constantFrom('LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'ClusterIP'))
  .map(([{ key, options }, bornAt, type]): Step => ({ verb: 'put', key, options, bornAt, type }))
const someKey = someService.map(({ key }) => key)
const addresses = fc.record({ ipv4: fc.integer({ min: 0, max: 3 }), ipv6: fc.integer({ min: 0, max: 2 }) }, { requiredKeys: [] })
const policy = fc
  .tuple(fc.constantFrom('a', 'b'), fc.subarray(['shop', 'bank']), addresses, fc.constantFrom(undefined, 'p0', 'p1'))
  .map(([name, namespaces, quota, defaultPool]) =>
    policyObject(name, { namespaces, quota: { addresses: quota }, ...(defaultPool === undefined ? {} : { defaultPool }) }),
  )
const step = fc.oneof(
  { weight: 8, arbitrary: put },
  { weight: 3, arbitrary: someKey.map((key): Step => ({ verb: 'remove', key })) },
  { weight: 1, arbitrary: fc.constant<Step>({ verb: 'restart' }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(poolList, fc.subarray(['10.0.0.253', '10.0.5.1', 'fd00:1::1']))
      .map(([pools, nodes]): Step => ({ verb: 'reconfigure', pools, nodes })),
  },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(policy, { maxLength: 2, selector: ({ metadata }) => metadata.name })
      .map((policies): Step => ({ verb: 'limit', policies })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(someKey, fc.uniqueArray(someAddress, { minLength: 1, maxLength: 2 }))
      .map(([key, addresses]): Step => ({ verb: 'late', key, addresses })),
  },
  { weight: 1, arbitrary: fc.constantFrom('gold', 'none', '').map((tier): Step => ({ verb: 'relabel', namespace: 'bank', tier })) },
)

function perform(cluster: Cluster, action: Step): void {
  switch (action.verb) {
    case 'put':
      cluster.put(updated(cluster.services.get(action.key), action))
      break
    case 'remove':
      cluster.remove(action.key)
      break
    case 'restart':
      cluster.restart()
      break
    case 'reconfigure':
      cluster.nodeAddresses = action.nodes
      cluster.reconfigure(action.pools)
      break
    case 'limit':
      cluster.limit(action.policies)
      break
    case 'late': {
      const object = cluster.services.get(action.key)
      if (object === undefined) return
      const { annotations = {} } = object.metadata
      cluster.put({
        ...object,
        metadata: { ...object.metadata, annotations: { ...annotations, [names.allocatedFromPool]: 'p0' } },
        status: { loadBalancer: { ingress: action.addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } },
      })
      break
    }
    case 'relabel':
      cluster.namespaces.set(action.namespace, namespaceOf(action.namespace, action.tier === '' ? {} : { tier: action.tier }))
      for (const service of cluster.services.values()) if (service.metadata.namespace === action.namespace) cluster.put(service)
      break
  }
}

/** The user changes what is his; status, identity and our annotation stay, as the API server keeps them. */
function updated(existing: Service | undefined, { key, options, bornAt, type }: Extract<Step, { readonly verb: 'put' }>): Service {
  const fresh = serviceObject(key, { ...options, createdAt: `2026-01-01T00:00:0${bornAt}Z`, spec: { ...options.spec, type } })
  if (existing === undefined) return fresh
  const pool = existing.metadata.annotations?.[names.allocatedFromPool]
  const annotations = { ...fresh.metadata.annotations, ...(pool === undefined ? {} : { [names.allocatedFromPool]: pool }) }
  const kept = existing.metadata.creationTimestamp
  const metadata = { ...fresh.metadata, annotations, ...(kept === undefined ? {} : { creationTimestamp: kept }) }
  // A Service that is no LoadBalancer has no status.
  const status = type === 'LoadBalancer' ? existing.status : { loadBalancer: {} }
  return { ...fresh, metadata, ...(status === undefined ? {} : { status }) }
}

function views(cluster: Cluster): readonly ServiceView[] {
  return [...cluster.services.keys()].flatMap((key) => cluster.view(key) ?? [])
}

function quotaUses(cluster: Cluster): readonly { readonly what: string; readonly used: number; readonly allowed: number }[] {
  return [...cluster.namespaces.keys()].flatMap((namespace) =>
    (['IPv4', 'IPv6'] as const).map((family) => ({ what: `${namespace} ${family}`, ...cluster.quotaUse(namespace, family) })),
  )
}

function mayShare(a: ServiceView, b: ServiceView): boolean {
  const backend = (view: ServiceView): string => (view.externalTrafficPolicy === 'Local' ? JSON.stringify(view.selector) : '')
  const clash = a.ports.some((one) => b.ports.some((other) => one.port === other.port && one.protocol === other.protocol))
  return a.sharingKey !== undefined && a.sharingKey === b.sharingKey && backend(a) === backend(b) && !clash
}

function isReason(action: Action): boolean {
  // With a newer reason it waits with others, and those with whom it waited are asked.
  if (action.type === 'reconsider') return true
  if (action.type === 'writeStatus') return action.addresses.length === 0 && action.condition?.status === 'False'
  return action.type === 'emitEvent' && action.severity === 'Warning' && action.reason !== 'ClearAssignment'
}

/** Everything that can be asked of the books. */
function contents(ipam: Ipam): unknown {
  const allocations = ipam
    .allocations()
    .map(({ service, pools, addresses: on }) => `${service} ${pools.join()} ${on.map(formatAddress).join()}`)
  const shown = allAddresses.map((text) => [ipam.poolOf(address(text))?.name, ...ipam.holdersOf(address(text)).toSorted()])
  const usage = ipam.pools.map(({ name }) => ({ name, ...ipam.usage(name) }))
  return { allocations: allocations.toSorted(), shown, usage, counts: namespaceViews.map(({ name }) => ipam.heldIn(name)) }
}

/** Whether a Service that has fewer addresses than it asks for could have another. */
function isServedMore(ipam: Ipam, view: ServiceView, namespace: NamespaceView): boolean {
  const wants = view.families.length * view.addressCount
  const isCounted = view.requestedAddresses.length === 0 && view.requestFault === undefined
  return isCounted && ipam.allocationOf(view.key) !== undefined && view.heldText.length < wants && ipam.extend(view, namespace).ok
}

function expectRight(cluster: Cluster): void {
  const all = views(cluster)
  for (const [index, view] of all.entries()) {
    // Who waits may be told a newer reason, since others have moved; and then no more.
    if (view.heldText.length === 0) expect(cluster.planFor(view.key).filter((action) => !isReason(action))).to.deep.equal([])
    cluster.look(view.key)
    expect(cluster.planFor(view.key), `planned again: ${view.key}`).to.deep.equal([])
    for (const other of all.slice(index + 1)) {
      const common = view.heldText.filter((text) => other.heldText.includes(text))
      if (common.length > 0) expect(mayShare(view, other), `${view.key} and ${other.key} on ${common.join()}`).to.equal(true)
    }
  }
  const { pools, ...others } = cluster.configuration()
  const anew = (): Ipam => {
    const ipam = createIpam(pools, { poolPriority: 'highest', ...others })
    rebuild(ipam, all, (name) => cluster.namespace(name))
    return ipam
  }
  if (pools.length > 0) expect(contents(cluster.book.ipam)).to.deep.equal(contents(anew()))
  for (const view of all.filter(({ isLoadBalancer, heldText }) => isLoadBalancer && heldText.length === 0))
    expect(anew().allocate(view, cluster.namespace(view.namespace)).ok, `${view.key} waits for nothing`).to.equal(false)
  for (const view of all.filter(({ isLoadBalancer, heldText }) => isLoadBalancer && heldText.length > 0))
    expect(isServedMore(anew(), view, cluster.namespace(view.namespace)), `${view.key} waits for nothing more`).to.equal(false)
  const held = new Set(all.filter(({ isLoadBalancer }) => isLoadBalancer).flatMap(({ heldText }) => heldText))
  const assigned = pools.reduce((sum, { name }) => {
    const usage = cluster.book.ipam.usage(name)
    return sum + (usage?.assignedIPv4 ?? 0n) + (usage?.assignedIPv6 ?? 0n)
  }, 0n)
  if (pools.length > 0) expect(assigned).to.equal(BigInt(held.size))
}

describe('The controller, over random histories,', () => {
  it('comes to rest with every Service right, no address double, and nobody moved for the sake of others', () => {
    fc.assert(
      fc.property(poolList, fc.array(step, { maxLength: 40, size: 'max' }), (pools, steps) => {
        const cluster = new Cluster()
        for (const view of namespaceViews) cluster.namespaces.set(view.name, view)
        cluster.reconfigure(pools)
        for (const action of steps) {
          const before = new Map(views(cluster).map((view) => [view.key as string, view.heldText]))
          const used = quotaUses(cluster).map((use) => use.used)
          perform(cluster, action)
          expectRight(cluster)
          // What a Service has it keeps, also what an earlier leader gave it.
          if (action.verb !== 'late') {
            for (const [index, use] of quotaUses(cluster).entries())
              expect(use.used, `${use.what} after ${action.verb}`).to.be.at.most(Math.max(use.allowed, used[index] ?? 0))
          }
          if (action.verb !== 'put' && action.verb !== 'remove' && action.verb !== 'restart' && action.verb !== 'limit') continue
          for (const view of views(cluster)) {
            const had = before.get(view.key)
            if (had === undefined || had.length === 0 || (action.verb === 'put' && view.key === action.key)) continue
            expect(view.heldText, `${view.key} after ${action.verb}`).to.include.members([...had])
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
