// What a change costs: how many Services are planned because of it.
import { expect } from 'chai'
import { annotations } from '../../../core/annotations.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { namespaceOf, policyObject, poolObject, type ServiceOptions, serviceObject } from '../core/objects.ts'
import { Cluster } from './cluster.ts'

/** How often a Service was planned meanwhile. */
function plansOf(cluster: Cluster, act: () => void): number {
  const before = cluster.planned
  act()
  return cluster.planned - before
}

/** 10.0.N.0/24 */
function poolNumber(number: number, size = 24): IPAddressPool {
  return poolObject(`p${number}`, { addresses: [`10.${number >> 8}.${number & 255}.0/${size}`] })
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function fill(cluster: Cluster, count: number, options: (index: number) => ServiceOptions = () => ({})): void {
  for (const index of range(count)) cluster.services.set(`shop/s${index}`, serviceObject(`shop/s${index}`, options(index)))
}

/** All of them wait for one address, which shop/holder has. */
function queueUp(count: number, options: (index: number) => ServiceOptions): Cluster {
  const cluster = new Cluster([
    poolObject('a', { addresses: ['10.0.0.1/32'] }),
    poolObject('b', { addresses: ['10.0.1.0/24'], autoAssign: false }),
  ])
  const held = { held: ['10.0.0.1'], annotations: { [annotations.allocatedFromPool]: 'a' } }
  cluster.services.set('shop/holder', serviceObject('shop/holder', { createdAt: '2025-01-01T00:00:00Z', ...held }))
  fill(cluster, count, (index) => ({ createdAt: `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}Z`, ...options(index) }))
  cluster.restart()
  return cluster
}

describe('What is planned', function () {
  this.timeout(60_000)

  it('when one of 1,000 pools is edited is only who held what went, of 5,000 Services', () => {
    const pools = range(1000).map((number) => poolNumber(number))
    const cluster = new Cluster(pools)
    fill(cluster, 5000, (index) => ({
      held: [`10.${(index % 1000) >> 8}.${(index % 1000) & 255}.${Math.floor(index / 1000)}`],
      annotations: { [annotations.allocatedFromPool]: `p${index % 1000}` },
    }))
    cluster.restart()
    const edit = (pool: IPAddressPool) =>
      plansOf(cluster, () => cluster.reconfigure(pools.map((other) => (other.metadata.name === 'p7' ? pool : other))))
    expect(edit(poolObject('p7', { addresses: ['10.0.7.0/24', '10.200.0.0/24'] })), 'it grows').to.equal(0)
    expect(edit(poolObject('p7', { addresses: ['10.0.7.0/24'], autoAssign: false })), 'a flag').to.equal(0)
    // Each of the five is planned, written, and moves within the pool or to another.
    expect(edit(poolObject('p7', { addresses: ['10.0.7.128/25'] })), 'it shrinks').to.equal(5)
    const { writes } = cluster
    expect(
      plansOf(cluster, () => cluster.limit([policyObject('few', { quota: { addresses: { ipv4: 1 } } })])),
      'a quota',
    ).to.equal(0)
    expect(cluster.writes).to.equal(writes)
  })

  it('when a Service is deleted is nobody who has an address', () => {
    const cluster = new Cluster([poolNumber(0, 16)])
    fill(cluster, 5000)
    cluster.restart()
    expect(plansOf(cluster, () => cluster.remove('shop/s17'))).to.equal(1)
  })

  const waiting: readonly { readonly what: string; readonly options: (index: number) => ServiceOptions; readonly plans: number }[] = [
    { what: 'the same', options: () => ({}), plans: 3 },
    { what: 'the same with other labels each', options: (index) => ({ labels: { app: `app-${index}` } }), plans: 3 },
    {
      what: 'another address each',
      options: (index) => ({
        annotations: { 'metallb.io/loadBalancerIPs': index === 0 ? '10.0.0.1' : `10.9.${index >> 8}.${index & 255}` },
      }),
      plans: 2,
    },
    { what: 'the pool by name', options: () => ({ annotations: { 'metallb.io/address-pool': 'a' } }), plans: 3 },
    {
      what: 'a pool that does not exist',
      options: (index) => (index === 0 ? {} : { annotations: { 'metallb.io/address-pool': 'gone' } }),
      plans: 2,
    },
  ]
  for (const { what, options, plans } of waiting) {
    it(`when an address is freed is who can use it and who is next, of 5,000 who want ${what}`, () => {
      const cluster = queueUp(5000, options)
      expect(cluster.held('shop/s0')).to.equal('')
      // The deleted one, the one that gets the address, and the one that is next, for whom there is none.
      expect(plansOf(cluster, () => cluster.remove('shop/holder'))).to.be.at.most(plans)
      expect(cluster.held('shop/s0')).to.equal('10.0.0.1')
    })
  }

  it('when one of a full namespace goes is who is next in it, of 5,000 namespaces that are full', () => {
    const cluster = new Cluster([poolNumber(0, 16)])
    cluster.policies = [policyObject('one', { quota: { addresses: { ipv4: 1 } } })]
    for (const index of range(5000)) {
      cluster.namespaces.set(`n${index}`, namespaceOf(`n${index}`))
      for (const name of ['a', 'b', 'c']) cluster.services.set(`n${index}/${name}`, serviceObject(`n${index}/${name}`, { uid: name }))
    }
    cluster.restart()
    expect([cluster.held('n7/a'), cluster.held('n7/b')].filter((text) => text !== '')).to.have.length(1)
    expect(plansOf(cluster, () => cluster.remove('n7/a'))).to.be.at.most(3)
    expect(cluster.held('n7/b')).to.not.equal('')
  })

  it('when a pool appears for 5,000 who wait is each of them once, the oldest first', () => {
    const cluster = queueUp(5000, () => ({}))
    const pools = [...cluster.pools, poolNumber(9, 28)]
    expect(plansOf(cluster, () => cluster.reconfigure(pools))).to.be.within(5000, 5100)
    const served = [...cluster.services.keys()].filter((key) => cluster.held(key) !== '' && key !== 'shop/holder')
    expect(served).to.have.length(16)
    // Of each second some 83 were made.
    expect(served.every((key) => Number(key.slice(6)) % 60 === 0)).to.equal(true)
  })
})
