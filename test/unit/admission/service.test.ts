import { expect } from 'chai'
import { review } from '../../../admission/review.ts'
import type { Fields } from '../../../core/shape.ts'
import { requestFor, stored, worldOf } from './example.ts'

const isDefault = { annotations: { 'metallb.io/is-default-pool': 'true' } }
const world = worldOf([stored('main', ['10.0.0.0/24'], 1, isDefault), stored('shop', ['10.0.1.0/24'], 2)], {
  namespaces: {
    shop: { annotations: { 'metallb.io/default-pool': 'shop' } },
    lost: { annotations: { 'metallb.io/default-pool': 'nowhere' } },
  },
})

function service(metadata: Fields = {}, spec: Fields = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', ...metadata },
    spec: { type: 'LoadBalancer', ...spec },
  }
}

const whole = (pool: string): readonly unknown[] => [
  {
    op: 'add',
    path: '/metadata/annotations',
    value: { 'metallb.io/address-pool': pool, 'metallb.io/address-pool-source': 'default' },
  },
]
const beside = (pool: string): readonly unknown[] => [
  { op: 'add', path: '/metadata/annotations/metallb.io~1address-pool', value: pool },
  { op: 'add', path: '/metadata/annotations/metallb.io~1address-pool-source', value: 'default' },
]

const created: Readonly<Record<string, readonly [object: Fields, patch: readonly unknown[]]>> = {
  'gets the default pool': [service(), whole('main')],
  'keeps its other annotations': [service({ annotations: { 'example.com/a': 'b' } }), beside('main')],
  'with an empty map of annotations gets single entries': [service({ annotations: {} }), beside('main')],
  "gets its namespace's default before the general one": [service({ namespace: 'shop' }), whole('shop')],
  "gets the general default when its namespace's does not exist": [service({ namespace: 'lost' }), whole('main')],
  'of a class of ours gets the default pool': [service({}, { loadBalancerClass: 'metallb.io/internal' }), whole('main')],
  'of a foreign class is not touched': [service({}, { loadBalancerClass: 'example.com/lb' }), []],
  'of type ClusterIP is not touched': [service({}, { type: 'ClusterIP' }), []],
  'that names a pool is not touched': [service({ annotations: { 'metallb.io/address-pool': 'shop' } }), []],
  'that names a pool with the deprecated prefix is not touched': [
    service({ annotations: { 'metallb.universe.tf/address-pool': 'shop' } }),
    [],
  ],
  'with an empty pool annotation is not touched': [service({ annotations: { 'metallb.io/address-pool': '' } }), []],
  'that asks for an address is not touched': [service({ annotations: { 'metallb.io/loadBalancerIPs': '10.0.1.7' } }), []],
  'that asks for an address in its spec is not touched': [service({}, { loadBalancerIP: '10.0.1.7' }), []],
  'that asks for nonsense is not touched': [service({ annotations: { 'metallb.io/loadBalancerIPs': 'soon' } }), []],
  'on its way out is not touched': [service({ deletionTimestamp: '2026-02-01T00:00:00Z' }), []],
}

describe('the default pool of a Service', () => {
  for (const [name, [object, patch]] of Object.entries(created)) {
    it(`that is created: it ${name}`, () => expect(review(requestFor(object), world).patch).to.deep.equal(patch))
  }

  it('is filled in when it becomes a LoadBalancer', () => {
    expect(review(requestFor(service(), service({}, { type: 'ClusterIP' })), world).patch).to.deep.equal(whole('main'))
  })

  it('is not filled in again when somebody has removed it', () => {
    expect(review(requestFor(service(), service()), world).patch).to.deep.equal([])
  })

  it('becomes a request when somebody writes another pool over it, in whatever type the Service is', () => {
    const defaulted = (pool: string, type = 'LoadBalancer'): Fields =>
      service({ annotations: { 'metallb.io/address-pool': pool, 'metallb.io/address-pool-source': 'default' } }, { type })
    const patchOf = (now: Fields): readonly unknown[] => review(requestFor(now, defaulted('main')), world).patch
    const toRequest = [{ op: 'remove', path: '/metadata/annotations/metallb.io~1address-pool-source' }]
    expect(patchOf(defaulted('shop'))).to.deep.equal(toRequest)
    expect(review(requestFor(defaulted('shop'), defaulted('main', 'ClusterIP')), world).patch).to.deep.equal(toRequest)
    expect(patchOf(defaulted('main, shop'))).to.deep.equal(toRequest)
    expect(patchOf(defaulted('main'))).to.deep.equal([])
    expect(patchOf(service({ annotations: { 'metallb.io/address-pool': 'shop' } }))).to.deep.equal([])
    expect(patchOf(service({ annotations: { 'metallb.io/address-pool-source': 'default' } }))).to.deep.equal([])
  })

  it('is that of today when the Service becomes a LoadBalancer again', () => {
    const defaulted = (pool: string, type: string): Fields =>
      service({ annotations: { 'metallb.io/address-pool': pool, 'metallb.io/address-pool-source': 'default' } }, { type })
    const again = (pool: string, pools = world): readonly unknown[] =>
      review(requestFor(defaulted(pool, 'LoadBalancer'), defaulted(pool, 'ClusterIP')), pools).patch
    expect(again('main')).to.deep.equal([])
    expect(again('shop')).to.deep.equal([{ op: 'add', path: '/metadata/annotations/metallb.io~1address-pool', value: 'main' }])
    expect(again('gone', worldOf([stored('main', ['10.0.0.0/24'], 1)]))).to.deep.equal([
      { op: 'remove', path: '/metadata/annotations/metallb.io~1address-pool' },
      { op: 'remove', path: '/metadata/annotations/metallb.io~1address-pool-source' },
    ])
    const away = review(requestFor(defaulted('shop', 'ClusterIP'), defaulted('shop', 'LoadBalancer')), world)
    expect(away.patch).to.deep.equal([])
  })

  it('is nothing while no pool is a default', () => {
    expect(review(requestFor(service()), worldOf([stored('main', ['10.0.0.0/24'], 1)])).patch).to.deep.equal([])
  })

  it('never stands in the way of serviceAllocation', () => {
    const pinned = stored('pinned', ['10.0.2.0/24'], 3)
    const allocation = { ...pinned, spec: { addresses: ['10.0.2.0/24'], serviceAllocation: { priority: 10 } } }
    expect(review(requestFor(service()), worldOf([stored('main', ['10.0.0.0/24'], 1, isDefault), allocation])).patch).to.deep.equal([])
  })

  it('makes no problem of a Service, whatever it holds', () => {
    expect(
      review(requestFor({ apiVersion: 'v1', kind: 'Service', metadata: { annotations: 7 }, spec: 'x' }), world).problems,
    ).to.deep.equal([])
  })
})
