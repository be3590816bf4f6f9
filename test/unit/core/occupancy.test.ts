import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import { Occupancy, type OccupancySource } from '../../../core/occupancy.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { type ServiceView, viewService } from '../../../core/service.ts'
import { namespaceViews, poolList, someAddress, someService } from './arbitraries.ts'
import { namespaceOf, policies, serviceObject } from './objects.ts'

const known = (name: string): NamespaceView => namespaceViews.find((each) => each.name === name) ?? namespaceOf(name)
/** They take nobody an address that he has, and are held against a probe. */
const quotas = policies({ few: { namespaces: ['shop'], quota: { addresses: { ipv4: 1, ipv6: 2 } } } })
const held = fc.oneof(fc.constant([]), fc.uniqueArray(someAddress, { maxLength: 2 }))

/** Everything that can be asked of the books. */
function contents(ipam: Ipam, services: readonly ServiceView[]): unknown {
  const allocations = ipam.allocations().map(({ service, pool, addresses }) => `${service} ${pool} ${addresses.map(formatAddress).join()}`)
  const usage = ipam.pools.map(({ name }) => ipam.usage(name))
  const shown = services.flatMap((service) => service.held.map((address) => [...ipam.holdersOf(address)].toSorted()))
  const counts = namespaceViews.map(({ name }) => ipam.heldIn(name))
  return { allocations: allocations.toSorted(), usage, shown, counts }
}

describe('the books of what Services hold', () => {
  it('follow changes one by one to what a rebuild would make', () => {
    const changes = fc.array(fc.record({ service: someService, held, day: fc.integer({ min: 1, max: 9 }), isGone: fc.boolean() }), {
      maxLength: 25,
    })
    fc.assert(
      fc.property(poolList, changes, (pools, history) => {
        const services = new Map<string, ServiceView>()
        const compiled = compilePools(pools).pools
        const source: OccupancySource = {
          poolPriority: 'highest',
          pools: () => compiled,
          policies: () => quotas,
          reserved: () => [],
          services: () => [...services.values()],
          namespaceOf: known,
        }
        const occupancy = new Occupancy(source)
        for (const { service, held: addresses, day, isGone } of history) {
          const { key, options } = service
          const view = viewService(serviceObject(key, { ...options, held: addresses, createdAt: `2026-01-0${day}T00:00:00Z` }))
          services.delete(key)
          if (isGone) occupancy.drop(view.key)
          else {
            services.set(key, view)
            occupancy.put(view)
          }
          const fresh = createIpam(compiled, { poolPriority: 'highest', reserved: [], policies: quotas })
          rebuild(fresh, source.services(), known, undefined)
          expect(contents(occupancy.ipam, source.services())).to.deep.equal(contents(fresh, source.services()))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('answer a probe as the allocator would, and are not changed by it', () => {
    const holders = fc.array(fc.record({ service: someService, held }), { maxLength: 12 })
    fc.assert(
      fc.property(poolList, holders, someService, (pools, stored, asked) => {
        const compiled = compilePools(pools).pools
        const services = new Map(
          stored.map(({ service, held: has }) => [service.key, viewService(serviceObject(service.key, { ...service.options, held: has }))]),
        )
        const build = (): Ipam => {
          const ipam = createIpam(compiled, { poolPriority: 'highest', reserved: [], policies: quotas })
          rebuild(ipam, [...services.values()], known, undefined)
          return ipam
        }
        const ipam = build()
        const current = services.get(asked.key)?.held.map(formatAddress) ?? []
        const service = viewService(serviceObject(asked.key, { ...asked.options, held: current }))
        const before = contents(ipam, [...services.values()])
        const answer = ipam.probe(service, asked.namespace)
        expect(contents(ipam, [...services.values()])).to.deep.equal(before)
        const real = build()
        const kept =
          service.held.length > 0 && service.requestedAddresses.ok ? real.claim(service, service.held, asked.namespace) : undefined
        const outcome = kept?.ok === true ? kept : real.allocate(service, asked.namespace)
        expect(answer.ok).to.equal(outcome.ok)
        if (answer.ok && outcome.ok) expect(answer.value.addresses).to.deep.equal(outcome.value.addresses)
      }),
    )
  })
})
