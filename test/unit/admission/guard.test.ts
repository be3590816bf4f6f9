// The change guard against those who act on a change: what it foretells is what they do.
import { expect } from 'chai'
import fc from 'fast-check'
import { worldAfter } from '../../../admission/guard/change.ts'
import { guard, guardedKinds } from '../../../admission/guard/guard.ts'
import { impactOf } from '../../../admission/guard/impact.ts'
import type { Fields } from '../../../core/shape.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { Cluster } from '../controller/cluster.ts'
import { namespaceViews, poolList, someService } from '../core/arbitraries.ts'
import { poolObject, serviceObject } from '../core/objects.ts'
import { deletionOf, ownNamespace, requestFor, stored, worldOf } from './example.ts'

const namespaces = Object.fromEntries(namespaceViews.map(({ name, labels }) => [name, { labels }]))

/** Over all others, older or younger than they are: what the webhook would have refused. */
const wide = fc
  .option(fc.constantFrom('2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z'))
  .map((creationTimestamp) =>
    creationTimestamp === null ? [] : [poolObject('wide', { addresses: ['10.0.0.0/16'] }, { creationTimestamp })],
  )
const configuration = fc.tuple(poolList, wide).map(([pools, more]): readonly IPAddressPool[] => [...pools, ...more])
const services = fc.uniqueArray(someService, { maxLength: 10, selector: ({ key }) => key })

describe('the change guard', () => {
  it('foretells whom the controller takes its addresses from', () => {
    let seen = 0
    fc.assert(
      fc.property(configuration, configuration, services, (before, after, balanced) => {
        const cluster = new Cluster(before)
        for (const { name, labels, annotations } of namespaceViews) cluster.namespaces.set(name, { name, labels, annotations })
        cluster.restart()
        for (const { key, options } of balanced) cluster.put(serviceObject(key, options))
        const surroundings = { services: [...cluster.services.values()], namespaces }
        const world = worldOf(before as unknown as readonly Fields[], surroundings)
        const next = worldOf(after as unknown as readonly Fields[], surroundings)
        const foretold = impactOf(world, { ...world, poolObjects: next.poolObjects, pools: next.pools }).addresses
        cluster.events.length = 0
        cluster.reconfigure(after)
        const done = cluster.events.flatMap((event) => /ClearAssignment (\S+): /.exec(event)?.[1] ?? [])
        expect(foretold.map(({ service }) => service)).to.deep.equal([...new Set(done)].toSorted())
        seen += done.length
      }),
      { numRuns: 2000 },
    )
    expect(seen, 'addresses that were lost').to.be.greaterThan(100)
  })

  it('never throws, whatever shape an object has', () => {
    const everything: Fields = { metadata: { name: 'lan' } }
    const world = worldOf([stored('lan', ['10.0.0.0/24'], 1)], {
      services: [serviceObject('shop/web', { held: ['10.0.0.1'] })],
      l2Advertisements: [everything],
    })
    const kinds = ['IPAddressPool', 'L2Advertisement', 'BGPAdvertisement', 'BGPPeer', 'BFDProfile', 'Community', 'Pod']
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.object({ withBigInt: true }), fc.object({ withBigInt: true }), (kind, spec, old) => {
        const shaped = (body: unknown): Fields => ({
          apiVersion: 'metallb.io/v1beta1',
          kind,
          metadata: { name: 'lan', namespace: ownNamespace },
          spec: body,
        })
        for (const request of [requestFor(shaped(spec), shaped(old)), deletionOf(shaped(old))]) {
          guardedKinds(request)
          guard(request, world)
        }
      }),
    )
  })

  it('sees an object that the caches do not know yet', () => {
    const world = worldOf([], {})
    const after = worldAfter(world, 'pools', { namespace: ownNamespace, name: 'lan' }, stored('lan', ['10.0.0.0/24'], 1))
    expect(after.pools.pools.map(({ name }) => name)).to.deep.equal(['lan'])
  })
})
