// The promise of metallb lint: about random objects it says what the webhook would say of each, in the same state of the cluster.
import { expect } from 'chai'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { applyPatch } from '../../../admission/json-patch.ts'
import { review, reviewService } from '../../../admission/review.ts'
import { type Verdict, warningText } from '../../../admission/verdict.ts'
import { lint } from '../../../cli/lint/lint.ts'
import { formatAddress } from '../../../core/address.ts'
import { createIpam } from '../../../core/ipam.ts'
import type { Service } from '../../../core/objects.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { viewService } from '../../../core/service.ts'
import type { Fields } from '../../../core/shape.ts'
import { requestFor, type Surroundings, worldOf } from '../admission/example.ts'
import { poolList, someAddress, someService } from '../core/arbitraries.ts'
import { serviceObject } from '../core/objects.ts'
import { settings } from './settings.ts'

const namespaces = {
  shop: {},
  bank: { labels: { tier: 'gold' } },
  lab: { annotations: { 'metallb.io/default-pool': 'p1', 'metallb.io/admission': 'warn' } },
} as const satisfies Surroundings['namespaces']

const oddSpecs = fc.constantFrom<Fields>(
  {},
  {},
  { addresses: ['10.0.0.9-10.0.0.1'] },
  { autoAsign: true },
  { addresses: 'x' },
  { addresses: ['10.0.0.0/24'] },
)
const pools = fc.tuple(poolList, fc.array(oddSpecs, { minLength: 4, maxLength: 4 })).map(([list, odd]) =>
  list.map((pool, index) => {
    const { creationTimestamp: _, ...metadata } = pool.metadata
    return { ...pool, metadata, spec: { ...pool.spec, ...odd[index] } } as unknown as Fields
  }),
)
const services = fc
  .array(fc.record({ service: someService, held: fc.option(fc.uniqueArray(someAddress, { minLength: 1, maxLength: 2 })) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((list) => [
    ...new Map(list.map(({ service: { key, options }, held }) => [key, serviceObject(key, { ...options, held: held ?? [] })])).values(),
  ])

const advertisement = { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: 'all', namespace: 'metallb-system' } }

/** Everything in one file for each object, so that no two findings are about one. */
function said(objects: readonly Fields[]): readonly string[] {
  const files = objects.map((object, index) => ({
    name: String(index).padStart(3, '0'),
    text: stringify(object, { aliasDuplicateObjects: false, version: '1.1' }),
    isNamed: true,
  }))
  const { findings } = lint(files, settings)
  return findings.map(
    ({ subject, severity, field, message, code }) => `${subject?.kind} ${subject?.name} ${severity} ${field}: ${message} [${code}]`,
  )
}

function sayingsOf(object: Fields, { problems, warnings }: Verdict): readonly string[] {
  const { name } = object['metadata'] as { readonly name: string }
  const about = `${String(object['kind'])} ${name}`
  return [...problems.map((problem) => `${about} error ${warningText(problem)}`), ...warnings.map((text) => `${about} warning ${text}`)]
}

function expectedOfPools(all: readonly Fields[], stored: readonly Service[]): readonly string[] {
  return all.flatMap((object, index) =>
    sayingsOf(object, review(requestFor(object), worldOf(all.slice(0, index), { namespaces, services: stored }))),
  )
}

/** As `kubectl apply` would go: who holds an address is there already, then those who ask for one, then those who name a pool, then the others. */
function expectedOfServices(poolObjects: readonly Fields[], all: readonly Service[]): readonly string[] {
  const isHolding = (service: Service): boolean => viewService(service).held.length > 0
  const cluster = all.filter(isHolding)
  const rank = (service: Service): number => {
    const { hostPart, requestedAddresses, requestedPools } = viewService(service)
    if (isHolding(service)) return 0
    if (requestedAddresses.length > 0 || hostPart !== undefined) return 1
    return requestedPools.length > 0 ? 2 : 3
  }
  return all
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((service) => {
      const world = worldOf(poolObjects, { namespaces, services: cluster })
      const written = service as unknown as Fields
      const object = applyPatch(written, review(requestFor(written), world).patch)
      const verdict = reviewService(requestFor(object), world)
      if (verdict.problems.length === 0 && !isHolding(service))
        cluster.push(withAddress(object as unknown as Service, poolObjects, cluster))
      return sayingsOf(object, verdict)
    })
}

/** What the controller then makes of it. */
function withAddress(service: Service, poolObjects: readonly Fields[], cluster: readonly Service[]): Service {
  const world = worldOf(poolObjects, { namespaces })
  const ipam = createIpam(world.pools.pools, { poolPriority: 'highest', reserved: [] })
  const namespaceOf = (name: string): ReturnType<typeof world.namespaceOf> => world.namespaceOf(name)
  rebuild(
    ipam,
    cluster.map((each) => viewService(each)),
    namespaceOf,
    undefined,
  )
  const view = viewService(service)
  const allocation = ipam.allocate(view, namespaceOf(view.namespace))
  const ingress = allocation.ok ? allocation.value.addresses.map((address) => ({ ip: formatAddress(address), ipMode: 'VIP' })) : []
  return { ...service, status: { loadBalancer: { ingress } } }
}

describe('metallb lint and the webhook', () => {
  it('say the same', () => {
    const seen = { errors: 0, warnings: 0 }
    fc.assert(
      fc.property(pools, services, (poolObjects, all) => {
        const spaces = Object.entries(namespaces).map(([name, metadata]) => ({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, ...metadata },
        }))
        const found = said([...all.map((service) => service as unknown as Fields), ...spaces, ...poolObjects, advertisement])
        const expected = [...expectedOfPools(poolObjects, all), ...expectedOfServices(poolObjects, all)]
        expect(found.toSorted().join('\n')).to.equal(expected.toSorted().join('\n'))
        seen.errors += found.filter((text) => text.includes(' error ')).length
        seen.warnings += found.filter((text) => text.includes(' warning ')).length
      }),
      { numRuns: 300 },
    )
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).to.be.greaterThan(100)
  })
})
