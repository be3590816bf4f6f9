import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import type { Allocation } from '../../../core/allocation.ts'
import type { Policy } from '../../../core/config/policy.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { ServiceView } from '../../../core/service.ts'
import { namespaceViews, poolList, someAddress, someService } from './arbitraries.ts'
import { NaiveIpam, type NaiveQuotas } from './naive-ipam.ts'
import { address, policies, service } from './objects.ts'

type Step = { readonly verb: 'allocate' | 'release' | 'vacate' | 'settle' | 'claim' | 'keep'; readonly addresses: readonly string[] } & {
  readonly view: ServiceView
  readonly namespace: NamespaceView
}

const step = fc
  .tuple(
    someService,
    fc.constantFrom(
      'allocate' as const,
      'allocate' as const,
      'release' as const,
      'vacate' as const,
      'settle' as const,
      'claim' as const,
      'keep' as const,
    ),
    fc.uniqueArray(someAddress, { minLength: 1, maxLength: 4 }),
  )
  .map(([{ key, namespace, options }, verb, addresses]): Step => ({ view: service(key, options), namespace, verb, addresses }))

const limit = fc.record({ IPv4: fc.integer({ min: 0, max: 3 }), IPv6: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] })
const someQuotas = fc.record({ shop: limit, bank: limit, lab: limit }, { requiredKeys: [] })

function policiesOf(quotas: NaiveQuotas): readonly Policy[] {
  const specs = Object.entries(quotas).map(([name, { IPv4: ipv4, IPv6: ipv6 }]) => {
    const addresses = { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) }
    return [name, { namespaces: [name], quota: { addresses } }] as const
  })
  return policies(Object.fromEntries(specs))
}

const shown = (result: { readonly ok: boolean; readonly value?: Allocation }): unknown =>
  result.value === undefined ? undefined : { addresses: result.value.addresses.map(formatAddress), pools: result.value.pools }

describe('The allocator', () => {
  it('does what the naive one does, over random histories', () => {
    fc.assert(
      fc.property(
        poolList,
        fc.constantFrom('highest' as const, 'lowest' as const),
        fc.subarray(['10.0.0.253', 'fd00:1::1', '10.0.5.1']),
        someQuotas,
        fc.array(step, { maxLength: 60, size: 'max' }),
        (objects, poolPriority, reserved, quotas, steps) => {
          const { pools, problems } = compilePools(objects)
          for (const found of problems.values()) expect(found.every(({ code }) => code === 'SecondDefaultPool')).to.equal(true)
          const ipam = createIpam(pools, { poolPriority, reserved: reserved.map(address), policies: policiesOf(quotas) })
          const naive = new NaiveIpam(pools, poolPriority === 'highest', reserved, quotas)
          for (const { verb, view, namespace, addresses } of steps) {
            switch (verb) {
              case 'allocate':
                expect(shown(ipam.allocate(view, namespace))).to.deep.equal(naive.allocate(view, namespace))
                break
              case 'claim':
                expect(shown(ipam.claim(view, addresses.map(address), namespace))).to.deep.equal(naive.claim(view, addresses, namespace))
                break
              case 'keep': {
                const held = ipam.allocationOf(view.key)?.addresses ?? []
                if (held.length === 0) break
                expect(shown(ipam.claim(view, held, namespace))).to.deep.equal(naive.claim(view, held.map(formatAddress), namespace))
                break
              }
              case 'release':
                ipam.release(view.key)
                naive.release(view.key)
                break
              case 'vacate':
                ipam.vacate(view.key)
                naive.vacate(view.key)
                break
              case 'settle':
                ipam.settle(view.key)
                naive.settle(view.key)
                break
            }
            for (const { name } of namespaceViews) {
              expect(ipam.heldIn(name)).to.deep.equal({ IPv4: naive.countIn(name, 'IPv4'), IPv6: naive.countIn(name, 'IPv6') })
            }
            expect(ipam.allocationOf(view.key)?.addresses.map(formatAddress)).to.deep.equal(naive.held(view.key))
          }
          for (const pool of pools) {
            const usage = ipam.usage(pool.name)
            const used = naive.used(pool)
            expect(usage?.assignedIPv4).to.equal(BigInt(used.filter((text) => !text.includes(':')).length))
            const total = naive.total(pool)
            expect(usage?.totalIPv4).to.equal(BigInt(total.filter((text) => !text.includes(':')).length))
            expect(usage?.totalIPv6).to.equal(BigInt(total.filter((text) => text.includes(':')).length))
            expect(usage?.assignedIPv6).to.equal(BigInt(used.filter((text) => text.includes(':')).length))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
