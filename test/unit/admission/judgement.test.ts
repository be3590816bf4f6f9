// The promise of admission, on random clusters: what is refused would not have worked, and what passes in silence works.
import { expect } from 'chai'
import fc from 'fast-check'
import { judgeHere } from '../../../admission/policy/judge.ts'
import { validateService } from '../../../admission/validate/service.ts'
import { compilePolicies } from '../../../core/config/policy.ts'
import { createIpam } from '../../../core/ipam.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { viewService } from '../../../core/service.ts'
import type { Fields } from '../../../core/shape.ts'
import type { AllocationPolicy, AllocationPolicySpec } from '../../../schemas/generated/types.ts'
import { poolList, someAddress, someService } from '../core/arbitraries.ts'
import { policyObject, serviceObject } from '../core/objects.ts'
import { requestFor, type Surroundings, worldOf } from './example.ts'

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

const quota = fc.record({ ipv4: fc.integer({ min: 0, max: 4 }), ipv6: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] })
const policies = fc.array(
  fc
    .record({ namespaces: fc.subarray(['shop', 'bank', 'lab']), addresses: quota, defaultPool: fc.constantFrom('p0', 'p1', 'gone') })
    .map(({ namespaces: scope, addresses, defaultPool }) => ({ namespaces: scope, quota: { addresses }, defaultPool })),
  { maxLength: 2 },
)
const named = (specs: readonly AllocationPolicySpec[]): readonly AllocationPolicy[] =>
  specs.map((spec, index) => policyObject(`policy-${index}`, spec))

describe('the judgement of a Service', () => {
  it('refuses only what the allocator refuses, and what it lets pass without a word gets its addresses', () => {
    const seen = { refused: 0, silent: 0 }
    let limited = 0
    fc.assert(
      fc.property(poolList, stored, policies, someService, fc.option(oddities), (pools, others, specs, asked, odd) => {
        const services = [
          ...new Map(others.map(({ service, held }) => [service.key, serviceObject(service.key, { ...service.options, held })])).values(),
        ].filter(({ metadata }) => `${metadata.namespace}/${metadata.name}` !== asked.key)
        const world = worldOf(pools as unknown as readonly Fields[], {
          namespaces,
          services,
          policies: named(specs) as unknown as readonly Fields[],
        })
        const annotations = { ...asked.options.annotations, ...odd }
        const object = serviceObject(asked.key, { ...asked.options, annotations, createdAt: '' })
        const [namespace = '', name = ''] = asked.key.split('/')
        const { problems, warnings } = validateService(object as unknown as Fields, undefined, { namespace, name }, world)

        const real = createIpam(world.pools.pools, { poolPriority: 'highest', reserved: [], policies: compilePolicies(named(specs)) })
        const views = services.map((service) => viewService(service))
        rebuild(real, views, (each) => world.namespaceOf(each))
        const outcome = real.allocate(viewService(object), world.namespaceOf(namespace))
        // The allocator takes the new spelling and looks no further; a person who wrote both is asked.
        // In a list of pools it passes over an unknown one, and a person who wrote it is asked.
        const listsPools = viewService(object).requestedPools.length > 1
        const hard = problems.filter(({ code }) => code !== 'ConflictingAnnotations' && !(listsPools && code === 'PoolUnknown'))
        if (hard.length > 0) {
          seen.refused++
          if (hard.some(({ code }) => code === 'QuotaExceeded')) limited++
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
    expect(Math.min(seen.refused, seen.silent)).to.be.greaterThan(0)
    expect(limited).to.be.greaterThan(0)
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

  it('never throws, whatever its policies say and whatever shape it has', () => {
    const expressions = fc.constantFrom(
      'object.spec.ports.all(p, p.port < 1024)',
      "object.metadata.labels['a'] == oldObject.metadata.labels['a']",
      "object.metadata.annotations.exists(k, k.startsWith('metallb.io/')) && usage.ipv4 < 3",
      'pools.exists(p, p.ipv4.available > 0 && p.name in namespaceObject.metadata.labels)',
      "request.userInfo.groups.exists(g, g == 'system:masters')",
      'size(object.spec.selector) > 0',
      '1 / size(object.spec.ports) == 1',
      'not CEL at all',
    )
    const validation = fc.record({ expression: expressions, messageExpression: fc.constantFrom('object.metadata.name', '1', '"a"') })
    fc.assert(
      fc.property(fc.array(validation, { maxLength: 4 }), fc.object(), fc.object(), (validations, spec, metadata) => {
        const rules = [policyObject('rules', { validations })] as unknown as readonly Fields[]
        const world = worldOf([], { namespaces, policies: rules })
        const object = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ...spec, type: 'LoadBalancer' } }
        const request = requestFor(object, undefined, { namespace: 'shop', name: 'web' })
        for (const asked of [request, { ...request, operation: 'UPDATE' as const, oldObject: object }])
          for (const text of judgeHere(asked, world).warnings) expect(text).to.match(/ \[Policy(?:Violated|NotEvaluated)\]$/)
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
