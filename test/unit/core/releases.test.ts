import { expect } from 'chai'
import { formatAddress } from '../../../core/address.ts'
import type { Pool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import { joinName } from '../../../core/namespaced-name.ts'
import { describeRefusal } from '../../../core/refusal.ts'
import { Releases } from '../../../core/releases.ts'
import type { ServiceView } from '../../../core/service.ts'
import { instant } from '../../../core/time.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { address, namespaceOf, poolObject, type ServiceOptions, service } from './objects.ts'

const dual = ['10.96.0.1', 'fd96::1'] as const
const minute = 60_000

function poolsWith(annotations: Readonly<Record<string, string>>, addresses = '10.0.0.1-10.0.0.3'): readonly Pool[] {
  return compilePools([poolObject('a', { addresses: addresses.split(' ') }, { annotations })]).pools
}

const holding = { 'metallb.io/hold': '10m' }
const resting = { 'metallb.io/reuse': 'least-recently-released' }
const asking = (text: string): ServiceOptions => ({ annotations: { 'metallb.io/loadBalancerIPs': text } })

/** The allocator with what is around it in a program: Services that come and go, and the time. */
class Scene {
  readonly #present = new Map<string, ServiceView>()
  releases = new Releases()
  ipam: Ipam
  #now = instant(1_000_000_000_000)

  constructor(pools: readonly Pool[]) {
    this.releases.configure(pools)
    this.ipam = createIpam(pools, { poolPriority: 'highest', reserved: [], releases: this.releases })
  }

  /** @returns its addresses, or why it has none */
  create(key: string, options: ServiceOptions = {}): string {
    const view = service(key, options)
    const found = this.ipam.allocate(view, namespaceOf(view.namespace))
    if (!found.ok) return found.error.reason
    this.#show({ ...view, held: found.value.addresses })
    return found.value.addresses.map(formatAddress).join(' ')
  }

  /** Why a Service would get nothing, in words. */
  refusal(key: string, options: ServiceOptions = {}): string {
    const view = service(key, options)
    const found = this.ipam.probe(view, namespaceOf(view.namespace))
    return found.ok ? '' : describeRefusal(found.error)
  }

  delete(key: string): void {
    const view = this.#present.get(key)
    this.#present.delete(key)
    this.ipam.review(this.releases.observe(view, undefined, this.#now))
    this.ipam.release(joinName('shop', key.replace('shop/', '')))
  }

  wait(ms: number): void {
    this.#now = instant(this.#now + ms)
    this.ipam.review(this.releases.advance(this.#now))
  }

  reconfigure(pools: readonly Pool[], reserved: readonly string[] = []): void {
    this.releases.configure(pools)
    this.ipam.review(this.releases.advance(this.#now))
    this.ipam.reconfigure({ pools, reserved: reserved.map(address) })
  }

  #show(view: ServiceView): void {
    const before = this.#present.get(view.key)
    this.#present.set(view.key, view)
    this.ipam.review(this.releases.observe(before, view, this.#now))
  }
}

describe('A pool with metallb.io/hold', () => {
  it('gives a Service that comes back in time its address again, and nobody else before', () => {
    const scene = new Scene(poolsWith(holding))
    expect([scene.create('shop/web'), scene.create('shop/api')]).to.deep.equal(['10.0.0.1', '10.0.0.2'])
    scene.delete('shop/web')
    expect([scene.create('shop/other'), scene.create('shop/more')]).to.deep.equal(['10.0.0.3', 'NoPoolAvailable'])
    expect(scene.refusal('shop/more', asking('10.0.0.1'))).to.equal(
      'address 10.0.0.1 is held for Service shop/web until 2001-09-09T01:56:40Z, because pool "a" holds addresses of deleted Services: ask for another, wait, or shorten metallb.io/hold of the pool',
    )
    expect(scene.refusal('shop/more')).to.equal(
      'no available IPs: pool "a": every IPv4 address is in use or held for a deleted Service (1 is, by metallb.io/hold of the pool)',
    )
    scene.wait(10 * minute - 1)
    expect(scene.create('shop/web')).to.equal('10.0.0.1')
  })

  it('gives it to anybody when the time is over', () => {
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/web')
    scene.delete('shop/web')
    expect(scene.ipam.kept('a')).to.deep.equal({ IPv4: 1, IPv6: 0 })
    scene.wait(10 * minute)
    expect(scene.ipam.kept('a')).to.deep.equal({ IPv4: 0, IPv6: 0 })
    expect(scene.create('shop/other')).to.equal('10.0.0.1')
    expect(scene.create('shop/web')).to.equal('10.0.0.2')
  })

  it('keeps both addresses of a Service of two families, and gives one back to it when it comes with one', () => {
    const scene = new Scene(poolsWith(holding, '10.0.0.1-10.0.0.3 fd00::1-fd00::3'))
    scene.create('shop/first', { clusterIPs: dual })
    expect(scene.create('shop/web', { clusterIPs: dual })).to.equal('10.0.0.2 fd00::2')
    scene.delete('shop/first')
    scene.delete('shop/web')
    expect(scene.create('shop/web', { clusterIPs: ['fd96::1'] })).to.equal('fd00::2')
    // What it did not take back is free again.
    expect(scene.create('shop/other', asking('10.0.0.2'))).to.equal('10.0.0.2')
    expect(scene.create('shop/first', { clusterIPs: dual })).to.equal('10.0.0.1 fd00::1')
  })

  it('ends with a Service that comes back and asks for another', () => {
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/web')
    scene.delete('shop/web')
    expect(scene.create('shop/web', asking('10.0.0.3'))).to.equal('10.0.0.3')
    expect(scene.create('shop/other')).to.equal('10.0.0.1')
  })

  it('brings all of a group that shares back to one address, in whatever order they go and come', () => {
    const sharing = (port: number): ServiceOptions => ({
      annotations: { 'metallb.io/allow-shared-ip': 'dns' },
      spec: { ports: [{ port, protocol: 'TCP' }] },
    })
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/first')
    expect([scene.create('shop/tcp', sharing(53)), scene.create('shop/tls', sharing(853))]).to.deep.equal(['10.0.0.2', '10.0.0.2'])
    scene.delete('shop/first')
    scene.wait(10 * minute)
    scene.delete('shop/tcp')
    scene.delete('shop/tls')
    expect(scene.create('shop/tcp', sharing(53))).to.equal('10.0.0.2')
    expect(scene.create('shop/tls', sharing(853))).to.equal('10.0.0.2')
    // One that has no claim shares as always.
    scene.delete('shop/tls')
    expect(
      scene.create('shop/new', {
        ...sharing(853),
        annotations: { 'metallb.io/allow-shared-ip': 'dns', ...asking('10.0.0.2').annotations },
      }),
    ).to.equal('10.0.0.2')
    expect(scene.create('shop/tls', sharing(853))).to.equal('10.0.0.1')
  })

  it('follows the annotation at once', () => {
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/web')
    scene.delete('shop/web')
    scene.wait(5 * minute)
    scene.reconfigure(poolsWith({ 'metallb.io/hold': '6m' }))
    expect(scene.create('shop/one', asking('10.0.0.1'))).to.equal('AddressHeld')
    scene.reconfigure(poolsWith({ 'metallb.io/hold': '4m' }))
    expect(scene.create('shop/two', asking('10.0.0.1'))).to.equal('10.0.0.1')
    scene.delete('shop/two')
    scene.reconfigure(poolsWith({}))
    expect(scene.create('shop/three')).to.equal('10.0.0.1')
  })

  it('gives a Node its own address, and not back to the Service', () => {
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/web')
    scene.delete('shop/web')
    scene.reconfigure(poolsWith(holding), ['10.0.0.1'])
    expect(scene.ipam.kept('a').IPv4).to.equal(0)
    expect(scene.create('shop/web')).to.equal('10.0.0.2')
  })

  it('brings a Service back to each of its pools, though one of them has room for both families now', () => {
    const { pools } = compilePools([
      poolObject('a', { addresses: ['10.0.0.1/32'] }, { annotations: holding }),
      poolObject('b', { addresses: ['10.0.1.1/32', 'fd00::1/128'] }, { annotations: holding }),
    ])
    const both = { clusterIPs: dual, annotations: { 'metallb.io/address-pool': 'a,b' } }
    const scene = new Scene(pools)
    scene.create('shop/one', { annotations: { 'metallb.io/address-pool': 'b' } })
    expect(scene.create('shop/web', both)).to.equal('10.0.0.1 fd00::1')
    scene.delete('shop/one')
    scene.wait(10 * minute)
    scene.delete('shop/web')
    expect(scene.create('shop/web', both)).to.equal('10.0.0.1 fd00::1')
  })

  it('brings a Service of several addresses back to all of them', () => {
    const two = { annotations: { 'metallb.io/address-count': '2' } }
    const scene = new Scene(poolsWith(holding, '10.0.0.1-10.0.0.5'))
    scene.create('shop/first')
    expect(scene.create('shop/web', two)).to.equal('10.0.0.2 10.0.0.3')
    scene.delete('shop/first')
    scene.wait(10 * minute)
    scene.delete('shop/web')
    expect(scene.create('shop/web', two)).to.equal('10.0.0.2 10.0.0.3')
    scene.delete('shop/web')
    expect(scene.create('shop/web')).to.equal('10.0.0.2')
    expect(scene.create('shop/other', asking('10.0.0.3'))).to.equal('10.0.0.3')
  })

  it('ends with a Service that comes back and asks for a host part that its address does not have', () => {
    const single = (more: Readonly<Record<string, string>>): ServiceOptions => ({ clusterIPs: ['fd96::1'], annotations: more })
    const scene = new Scene(poolsWith(holding, 'fd00::/64'))
    expect(scene.create('shop/web', single({}))).to.equal('fd00::')
    scene.delete('shop/web')
    expect(scene.create('shop/web', single({ 'metallb.io/host-part': '::53' }))).to.equal('fd00::53')
    expect(scene.create('shop/other', single({}))).to.equal('fd00::')
  })

  it('goes on while its pool is frozen, and takes no address of another pool meanwhile', () => {
    const aged = (name: string, day: number, addresses: string, annotations = {}): IPAddressPool =>
      poolObject(name, { addresses: [addresses] }, { annotations, creationTimestamp: `2026-01-0${day}T00:00:00Z` })
    const [old, young] = [aged('b', 1, '10.0.0.1-10.0.0.2'), aged('a', 2, '10.0.0.4-10.0.0.5', holding)]
    const frozen = aged('a', 2, '10.0.0.2-10.0.0.5', holding)
    const scene = new Scene(compilePools([old, young]).pools)
    expect([scene.create('shop/web', asking('10.0.0.4')), scene.create('shop/old', asking('10.0.0.2'))]).to.deep.equal([
      '10.0.0.4',
      '10.0.0.2',
    ])
    scene.delete('shop/web')
    scene.reconfigure(compilePools([old, frozen]).pools)
    scene.delete('shop/old')
    expect(scene.create('shop/new', asking('10.0.0.2'))).to.equal('10.0.0.2')
    scene.reconfigure(compilePools([old, young]).pools)
    expect(scene.create('shop/other', asking('10.0.0.4'))).to.equal('AddressHeld')
    expect(scene.create('shop/web')).to.equal('10.0.0.4')
  })

  it('lets a Service stay that shows the address in its status already', () => {
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/web')
    scene.delete('shop/web')
    expect(scene.ipam.claim(service('shop/other'), [address('10.0.0.1')], namespaceOf('shop')).ok).to.equal(true)
  })

  it('asks nothing of a Service that is still there, wherever it is now', () => {
    const scene = new Scene(poolsWith(holding))
    scene.create('shop/web')
    expect(scene.create('shop/web', asking('10.0.0.2'))).to.equal('10.0.0.2')
    expect(scene.create('shop/other')).to.equal('10.0.0.1')
  })
})

describe('A pool with metallb.io/reuse: least-recently-released', () => {
  it('hands out what was never in use, the lowest first, and then what was released longest ago', () => {
    const scene = new Scene(poolsWith(resting))
    expect(['a', 'b', 'c'].map((name) => scene.create(`shop/${name}`))).to.deep.equal(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
    for (const name of ['c', 'a', 'b']) {
      scene.delete(`shop/${name}`)
      scene.wait(1000)
    }
    expect(['d', 'e', 'f', 'g'].map((name) => scene.create(`shop/${name}`))).to.deep.equal([
      '10.0.0.3',
      '10.0.0.1',
      '10.0.0.2',
      'NoPoolAvailable',
    ])
  })

  it('takes the lower of two that were released at the same time', () => {
    const scene = new Scene(poolsWith(resting))
    for (const name of ['a', 'b', 'c']) scene.create(`shop/${name}`)
    for (const name of ['c', 'b', 'a']) scene.delete(`shop/${name}`)
    expect(scene.create('shop/d')).to.equal('10.0.0.1')
  })

  it('takes the lowest again when the annotation goes, and rests again what is left when it comes', () => {
    const scene = new Scene(poolsWith(resting))
    scene.create('shop/a')
    scene.delete('shop/a')
    expect(scene.create('shop/b')).to.equal('10.0.0.2')
    scene.reconfigure(poolsWith({}))
    expect(scene.create('shop/c')).to.equal('10.0.0.1')
    scene.reconfigure(poolsWith(resting))
    scene.delete('shop/c')
    expect(scene.create('shop/d')).to.equal('10.0.0.3')
  })

  it('can hold as well', () => {
    const scene = new Scene(poolsWith({ ...resting, ...holding }))
    for (const name of ['a', 'b', 'c']) scene.create(`shop/${name}`)
    scene.delete('shop/b')
    scene.wait(minute)
    scene.delete('shop/a')
    expect(scene.create('shop/d')).to.equal('NoPoolAvailable')
    scene.wait(9 * minute)
    expect(scene.create('shop/d')).to.equal('10.0.0.2')
    expect(scene.create('shop/a')).to.equal('10.0.0.1')
  })
})
