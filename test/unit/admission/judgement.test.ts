// The promise of admission, on random clusters: what is refused would not have worked, and what passes in silence works.
import { expect } from 'chai'
import fc from 'fast-check'
import { validateService } from '../../../admission/validate/service.ts'
import { createIpam } from '../../../core/ipam.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { viewService } from '../../../core/service.ts'
import type { Fields } from '../../../core/shape.ts'
import { poolList, someAddress, someService } from '../core/arbitraries.ts'
import { serviceObject } from '../core/objects.ts'
import { type Surroundings, worldOf } from './example.ts'

const namespaces: NonNullable<Surroundings['namespaces']> = { shop: {}, bank: { labels: { tier: 'gold' } }, lab: {} }
const stored = fc.array(fc.record({ service: someService, held: fc.uniqueArray(someAddress, { maxLength: 2 }) }), { maxLength: 12 })
const oddities = fc.record(
  {
    'metallb.io/loadBalancerIPs': fc.constantFrom('soon', '10.0.0.252,10.0.0.253', '10.0.0.252'),
    'metallb.universe.tf/loadBalancerIPs': fc.constantFrom('10.0.0.252', 'fd00::1'),
    'metallb.universe.tf/address-pool': fc.constantFrom('p0', 'p1'),
  },
  { requiredKeys: [] },
)

describe('the judgement of a Service', () => {
  it('refuses only what the allocator refuses, and what it lets pass without a word gets its addresses', () => {
    const seen = { refused: 0, silent: 0 }
    fc.assert(
      fc.property(poolList, stored, someService, fc.option(oddities), (pools, others, asked, odd) => {
        const services = [
          ...new Map(others.map(({ service, held }) => [service.key, serviceObject(service.key, { ...service.options, held })])).values(),
        ].filter(({ metadata }) => `${metadata.namespace}/${metadata.name}` !== asked.key)
        const world = worldOf(pools as unknown as readonly Fields[], { namespaces, services })
        const annotations = { ...asked.options.annotations, ...odd }
        const object = serviceObject(asked.key, { ...asked.options, annotations, createdAt: '' })
        const [namespace = '', name = ''] = asked.key.split('/')
        const { problems, warnings } = validateService(object as unknown as Fields, undefined, { namespace, name }, world)

        const real = createIpam(world.pools.pools, { poolPriority: 'highest', reserved: [] })
        const views = services.map((service) => viewService(service))
        rebuild(real, views, (each) => world.namespaceOf(each), undefined)
        const outcome = real.allocate(viewService(object), world.namespaceOf(namespace))
        // The allocator takes the new spelling and looks no further; a person who wrote both is asked.
        const hard = problems.filter(({ code }) => code !== 'ConflictingAnnotations')
        if (hard.length > 0) {
          seen.refused++
          expect(outcome.ok, hard.map(({ message }) => message).join()).to.equal(false)
        }
        if (problems.length === 0 && warnings.length === 0) {
          seen.silent++
          expect(outcome.ok).to.equal(true)
        }
        // Whatever does not work is at least said.
        if (!outcome.ok) expect(problems.length + warnings.length).to.be.greaterThan(0)
      }),
      { numRuns: 1000 },
    )
    expect(Math.min(seen.refused, seen.silent)).to.be.greaterThan(10)
  })

  it('never refuses the same Service twice over: writing it again unchanged passes', () => {
    fc.assert(
      fc.property(poolList, stored, someService, (pools, others, asked) => {
        const services = others.map(({ service, held }) => serviceObject(service.key, { ...service.options, held }))
        const object = serviceObject(asked.key, asked.options) as unknown as Fields
        const [namespace = '', name = ''] = asked.key.split('/')
        const world = worldOf(pools as unknown as readonly Fields[], { namespaces, services })
        expect(validateService(object, object, { namespace, name }, world).problems).to.deep.equal([])
      }),
    )
  })

  it('never throws, whatever shape a Service has', () => {
    const world = worldOf([], { namespaces })
    fc.assert(
      fc.property(fc.object(), (object) => {
        validateService({ ...object, spec: { type: 'LoadBalancer', ...object } }, undefined, { namespace: 'shop', name: 'web' }, world)
      }),
    )
  })
})
