import { expect } from 'chai'
import { openBook } from '../../../core/book.ts'
import { createIpam } from '../../../core/ipam.ts'
import { plan } from '../../../core/service-plan.ts'
import { namespaceOf, poolObject, pools, type ServiceOptions, service, serviceObject } from '../core/objects.ts'
import { Cluster } from './cluster.ts'

const small = poolObject('a', { addresses: ['10.0.0.1-10.0.0.2'] })
const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`

function clusterWith(...services: readonly (readonly [string, ServiceOptions?])[]): Cluster {
  const cluster = new Cluster([small])
  cluster.reconfigure()
  for (const [index, [key, options]] of services.entries()) cluster.put(serviceObject(key, { createdAt: at(index), ...options }))
  return cluster
}

describe('The plan for a Service', () => {
  it('is one write with address, ipMode and pool, under the version it was made for', () => {
    const book = openBook(createIpam(pools({ a: '10.0.0.1/32' }), { poolPriority: 'highest', reserved: [] }))
    expect(plan(book, service('shop/web'), namespaceOf('shop'))).to.deep.equal([
      {
        type: 'writeStatus',
        service: 'shop/web',
        resourceVersion: '1',
        addresses: ['10.0.0.1'],
        pool: 'a',
        added: ['a'],
        condition: { status: 'True', reason: 'Allocated', message: 'Assigned IP 10.0.0.1 from pool "a"' },
      },
      { type: 'emitEvent', service: 'shop/web', severity: 'Normal', reason: 'IPAllocated', message: 'Assigned IP 10.0.0.1 from pool "a"' },
    ])
  })

  it('is nothing once that is done', () => {
    const cluster = clusterWith(['shop/web'])
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
    expect(cluster.view('shop/web')?.allocatedFromPool).to.equal('a')
    expect(cluster.planFor('shop/web')).to.deep.equal([])
  })

  it('is the same write again while the first has not arrived', () => {
    const book = openBook(createIpam(pools({ a: '10.0.0.1-10.0.0.9' }), { poolPriority: 'highest', reserved: [] }))
    const view = service('shop/web')
    const first = plan(book, view, namespaceOf('shop'))
    expect(plan(book, view, namespaceOf('shop'))).to.deep.equal(first)
  })

  it('writes nothing that is right already, also when another program wrote it in another order', () => {
    const cluster = new Cluster([poolObject('a', { addresses: ['10.0.0.0/24', 'fd00::/64'] })])
    const held = ['fd00::7', '10.0.0.7']
    const annotations = { 'metallb.io/ip-allocated-from-pool': 'a' }
    cluster.services.set('shop/web', serviceObject('shop/web', { clusterIPs: ['10.96.0.1', 'fd96::1'], held, annotations }))
    cluster.restart()
    expect([cluster.writes, cluster.events]).to.deep.equal([0, []])
  })

  it('leaves the status of a foreign class alone, our own annotation too', () => {
    const cluster = clusterWith([
      'shop/web',
      { spec: { loadBalancerClass: 'example.com/lb' }, held: ['192.0.2.1'], annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } },
    ])
    expect([cluster.writes, cluster.held('shop/web')]).to.deep.equal([0, '192.0.2.1'])
  })

  it('takes back what is ours when a Service goes over to a foreign class, and nothing that its new owner wrote', () => {
    const cluster = clusterWith(['shop/web'], ['shop/other'])
    const ours = { annotations: { 'metallb.io/ip-allocated-from-pool': 'a' }, spec: { loadBalancerClass: 'example.com/lb' } }
    cluster.put(serviceObject('shop/web', ours))
    expect([cluster.view('shop/web')?.allocatedFromPool, cluster.held('shop/web')]).to.deep.equal([undefined, ''])
    cluster.put(serviceObject('shop/other', { ...ours, held: ['192.0.2.1'] }))
    expect([cluster.view('shop/other')?.allocatedFromPool, cluster.held('shop/other')]).to.deep.equal(['a', '192.0.2.1'])
    cluster.put(serviceObject('shop/third'))
    expect(cluster.held('shop/third')).to.equal('10.0.0.1')
  })

  it('says that a status cannot be read, and writes it anew', () => {
    const cluster = clusterWith(['shop/web', { held: ['10.0.0.1', 'soon'], annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } }])
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
    expect(cluster.events.filter((event) => event.includes('nolbIPsIPFamily'))).to.deep.equal([
      'Warning nolbIPsIPFamily shop/web: status.loadBalancer.ingress holds "10.0.0.1, soon", which are not all IP addresses: it is written anew',
    ])
    expect(cluster.planFor('shop/web')).to.deep.equal([])
  })

  it('releases the address and removes the annotation when the type changes', () => {
    const cluster = clusterWith(['shop/web'])
    const annotations = { 'metallb.io/ip-allocated-from-pool': 'a' }
    cluster.put(serviceObject('shop/web', { annotations, spec: { type: 'ClusterIP' } }))
    expect(cluster.view('shop/web')?.allocatedFromPool).to.equal(undefined)
    cluster.put(serviceObject('shop/other'))
    expect(cluster.held('shop/other')).to.equal('10.0.0.1')
  })

  it('never touches a Service of another type that has nothing of ours', () => {
    const cluster = clusterWith(['shop/web', { spec: { type: 'ClusterIP' } }])
    expect([cluster.writes, cluster.events]).to.deep.equal([0, []])
  })

  it('tells once why there is no address, and again when the reason changes', () => {
    const cluster = clusterWith(['shop/one'], ['shop/two'], ['shop/three'])
    const told = (): readonly string[] => cluster.events.filter((event) => event.includes('shop/three'))
    expect(told()).to.deep.equal([
      'Warning AllocationFailed shop/three: Failed to allocate IP for "shop/three": no available IPs: pool "a": every IPv4 address is in use',
    ])
    expect(cluster.planFor('shop/three')).to.deep.equal([])
    cluster.put(serviceObject('shop/three', { annotations: { 'metallb.io/address-pool': 'premium' } }))
    expect(told().at(-1)).to.equal(
      'Warning AllocationFailed shop/three: Failed to allocate IP for "shop/three": unknown pool "premium" (there are: a)',
    )
  })

  it('tells in another way when the request cannot be read, and lets the Service keep what it has', () => {
    const cluster = clusterWith(['shop/one', { annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.01' } }])
    expect(cluster.events[0]).to.match(/^Warning LoadBalancerFailed shop\/one: .*"01" has a leading zero/)
    const { annotations: _, ...bare } = serviceObject('shop/two').metadata
    cluster.put({ ...serviceObject('shop/two'), metadata: bare })
    const object = cluster.services.get('shop/two')
    if (object === undefined) throw new Error('it was put there')
    cluster.put({
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'metallb.io/loadBalancerIPs': 'x' } },
    })
    expect(cluster.held('shop/two')).to.equal('10.0.0.1')
    expect(cluster.events.at(-1)).to.match(/LoadBalancerFailed.*it keeps what it has/)
  })

  it('shows in a condition why there is no address, and takes it back when there is one', () => {
    const cluster = clusterWith(['shop/one'], ['shop/two'], ['shop/three'])
    expect(cluster.view('shop/one')?.allocated).to.deep.equal({
      status: 'True',
      reason: 'Allocated',
      message: 'Assigned IP 10.0.0.1 from pool "a"',
    })
    expect(cluster.view('shop/three')?.allocated).to.deep.equal({
      status: 'False',
      reason: 'NoPoolAvailable',
      message: 'no available IPs: pool "a": every IPv4 address is in use',
    })
    cluster.remove('shop/one')
    expect(cluster.view('shop/three')?.allocated?.status).to.equal('True')
    const { conditions = [] } = cluster.services.get('shop/two')?.status ?? {}
    cluster.put({ ...serviceObject('shop/two', { spec: { type: 'ClusterIP' } }), status: { loadBalancer: {}, conditions } })
    expect(cluster.view('shop/two')?.allocated).to.equal(undefined)
  })

  it('writes no condition while there is no pool at all: nobody knows yet whether the Service is for us', () => {
    const cluster = new Cluster()
    cluster.put(serviceObject('shop/web'))
    expect([cluster.writes, cluster.events.length]).to.deep.equal([0, 1])
  })

  it("tells by MetalLB's reasons what is wrong with the families", () => {
    const cluster = new Cluster([small])
    cluster.reconfigure()
    cluster.put(serviceObject('shop/dual', { spec: { ipFamilyPolicy: 'RequireDualStack' } }))
    cluster.put(serviceObject('shop/prefer', { clusterIPs: ['10.96.0.1', 'fd96::1'], spec: { ipFamilyPolicy: 'PreferDualStack' } }))
    cluster.put(serviceObject('shop/none', { clusterIPs: [] }))
    expect(cluster.events.map((event) => event.replace(/ shop.*/, ''))).to.deep.equal([
      'Warning not enough clusterips',
      'Normal AdditionalAssignFailed',
      'Normal IPAllocated',
      'Warning noclusterIPsIPFamily',
    ])
    expect(cluster.view('shop/prefer')?.allocated?.reason).to.equal('PartlyAllocated')
  })

  it('names the deprecated annotations when it gives an address', () => {
    const cluster = clusterWith(['shop/web', { annotations: { 'metallb.universe.tf/address-pool': 'a' } }])
    expect(cluster.events.at(-1)).to.equal(
      'Warning deprecatedAnnotation shop/web: annotation metallb.universe.tf/address-pool is deprecated: write metallb.io/address-pool and the like',
    )
  })

  it('moves to another address that is asked for, and says so', () => {
    const cluster = clusterWith(['shop/web'])
    cluster.put(
      serviceObject('shop/web', {
        held: ['10.0.0.1'],
        annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.2', 'metallb.io/ip-allocated-from-pool': 'a' },
      }),
    )
    expect(cluster.held('shop/web')).to.equal('10.0.0.2')
    expect(cluster.events.slice(1)).to.deep.equal([
      'Normal ClearAssignment shop/web: Service loses 10.0.0.1: the Service asks for 10.0.0.2 but holds 10.0.0.1',
      'Normal IPAllocated shop/web: Assigned IP 10.0.0.2 from pool "a"',
    ])
    expect(cluster.book.ipam.usage('a')?.assignedIPv4).to.equal(1n)
  })

  it('gives no address to a Service that is being deleted, and leaves it the one it has', () => {
    const cluster = clusterWith(['shop/one'])
    const deleting = (key: string, held: readonly string[]): void => {
      const object = serviceObject(key, { held, annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } })
      cluster.put({ ...object, metadata: { ...object.metadata, deletionTimestamp: at(9) } })
    }
    deleting('shop/one', ['10.0.0.1'])
    expect(cluster.held('shop/one')).to.equal('10.0.0.1')
    const object = serviceObject('shop/two')
    cluster.put({ ...object, metadata: { ...object.metadata, deletionTimestamp: at(9) } })
    expect(cluster.held('shop/two')).to.equal('')
  })

  it('adds the second family when the pool gets it', () => {
    const cluster = clusterWith(['shop/web', { clusterIPs: ['10.96.0.1', 'fd96::1'], spec: { ipFamilyPolicy: 'PreferDualStack' } }])
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
    cluster.reconfigure([poolObject('a', { addresses: ['10.0.0.1-10.0.0.2', 'fd00::/126'] })])
    expect(cluster.held('shop/web')).to.equal('10.0.0.1 fd00::')
  })
})

describe('A Service that waits', () => {
  it('gets what another gives up, the oldest first', () => {
    const cluster = clusterWith(['shop/one'], ['shop/two'], ['shop/late', { createdAt: at(50) }], ['shop/early', { createdAt: at(40) }])
    expect([cluster.held('shop/late'), cluster.held('shop/early')]).to.deep.equal(['', ''])
    cluster.remove('shop/two')
    expect([cluster.held('shop/late'), cluster.held('shop/early')]).to.deep.equal(['', '10.0.0.2'])
    cluster.put(serviceObject('shop/one', { spec: { loadBalancerClass: 'example.com/lb' } }))
    expect(cluster.held('shop/late')).to.equal('10.0.0.1')
  })

  it('gets an address when a pool appears', () => {
    const cluster = new Cluster()
    cluster.reconfigure()
    cluster.put(serviceObject('shop/web'))
    expect(cluster.events).to.deep.equal([
      'Warning AllocationFailed shop/web: Failed to allocate IP for "shop/web": there is no IPAddressPool: create one in the namespace of MetalLB',
    ])
    cluster.reconfigure([small])
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
  })
})

describe('After a change of the pools', () => {
  it('every Service keeps an address that is still in some pool, which is relabelled', () => {
    const cluster = clusterWith(['shop/one'], ['shop/two'])
    const before = cluster.events.length
    cluster.reconfigure([poolObject('renamed', { addresses: ['10.0.0.1/32'] }), poolObject('split', { addresses: ['10.0.0.2/32'] })])
    expect([cluster.held('shop/one'), cluster.held('shop/two')]).to.deep.equal(['10.0.0.1', '10.0.0.2'])
    expect(cluster.view('shop/two')?.allocatedFromPool).to.equal('split')
    expect(cluster.events).to.have.length(before)
  })

  it('a Service whose address is in no pool any more gets another, and is told why', () => {
    const cluster = clusterWith(['shop/one'], ['shop/two'])
    cluster.reconfigure([poolObject('a', { addresses: ['10.0.0.2-10.0.0.3'] })])
    expect([cluster.held('shop/one'), cluster.held('shop/two')]).to.deep.equal(['10.0.0.3', '10.0.0.2'])
    expect(cluster.events.slice(2)).to.deep.equal([
      'Normal ClearAssignment shop/one: Service loses 10.0.0.1: address 10.0.0.1 is in no IPAddressPool',
      'Normal IPAllocated shop/one: Assigned IP 10.0.0.3 from pool "a"',
    ])
  })

  it('that breaks a pool everybody keeps what he has', () => {
    const cluster = clusterWith(['shop/one'])
    cluster.reconfigure([poolObject('a', { addresses: ['10.0.0.1-10.0.0.2', 'nonsense'] })])
    cluster.put(serviceObject('shop/two'))
    expect([cluster.held('shop/one'), cluster.held('shop/two')]).to.deep.equal(['10.0.0.1', ''])
    expect(cluster.events.at(-1)).to.match(/pool "a" has a problem and hands out nothing until it is corrected/)
  })

  it('that removes all of them, what we gave is cleared and what others gave is not', () => {
    const cluster = clusterWith(['shop/one'])
    cluster.services.set('shop/cloud', serviceObject('shop/cloud', { held: ['192.0.2.1'] }))
    cluster.reconfigure([])
    expect([cluster.held('shop/one'), cluster.held('shop/cloud')]).to.deep.equal(['', '192.0.2.1'])
    expect(cluster.view('shop/one')?.allocatedFromPool).to.equal(undefined)
  })

  it('a new Node does not take the address of a Service that holds it', () => {
    const cluster = clusterWith(['shop/one'])
    cluster.nodeAddresses = ['10.0.0.1']
    cluster.reconfigure()
    expect(cluster.held('shop/one')).to.equal('10.0.0.1')
    cluster.put(serviceObject('shop/one', { spec: { type: 'ClusterIP' } }))
    cluster.put(serviceObject('shop/two'))
    expect(cluster.held('shop/two')).to.equal('10.0.0.2')
  })
})

describe('After a restart', () => {
  it('nothing is written and nobody is told', () => {
    const cluster = clusterWith(['shop/one'], ['shop/two'])
    const [writes, events] = [cluster.writes, cluster.events.length]
    cluster.restart()
    expect([cluster.writes, cluster.events.length]).to.deep.equal([writes, events])
  })

  it('what is held is entered before anything is handed out, whatever the age', () => {
    const cluster = new Cluster([small])
    cluster.services.set('shop/old', serviceObject('shop/old', { createdAt: at(1) }))
    cluster.services.set(
      'shop/young',
      serviceObject('shop/young', { createdAt: at(9), held: ['10.0.0.1'], annotations: { 'metallb.io/ip-allocated-from-pool': 'a' } }),
    )
    cluster.restart()
    expect([cluster.held('shop/old'), cluster.held('shop/young')]).to.deep.equal(['10.0.0.2', '10.0.0.1'])
  })

  it('of two Services with one address the older keeps it and the younger moves, with a warning', () => {
    const cluster = new Cluster([small])
    const annotations = { 'metallb.io/ip-allocated-from-pool': 'a' }
    cluster.services.set('shop/young', serviceObject('shop/young', { createdAt: at(9), held: ['10.0.0.1'], annotations }))
    cluster.services.set('shop/old', serviceObject('shop/old', { createdAt: at(1), held: ['10.0.0.1'], annotations }))
    cluster.restart()
    expect([cluster.held('shop/old'), cluster.held('shop/young')]).to.deep.equal(['10.0.0.1', '10.0.0.2'])
    expect(cluster.events[0]).to.match(
      /^Warning ClearAssignment shop\/young: Service loses 10\.0\.0\.1: address 10\.0\.0\.1 is in use by Service shop\/old.*the older Service keeps it$/,
    )
  })
})

describe('A status that an earlier leader wrote late', () => {
  const annotations = { 'metallb.io/ip-allocated-from-pool': 'a' }

  it('moves the younger Service, when that is the one we served', () => {
    const cluster = clusterWith(['shop/young', { createdAt: at(9) }])
    cluster.put(serviceObject('shop/old', { createdAt: at(1), held: ['10.0.0.1'], annotations }))
    expect([cluster.held('shop/old'), cluster.held('shop/young')]).to.deep.equal(['10.0.0.1', '10.0.0.2'])
    expect(cluster.events.filter((event) => event.startsWith('Warning'))).to.have.length(1)
  })

  it('moves the Service that got it late, when that is the younger', () => {
    const cluster = clusterWith(['shop/old', { createdAt: at(1) }])
    cluster.put(serviceObject('shop/young', { createdAt: at(9), held: ['10.0.0.1'], annotations }))
    expect([cluster.held('shop/old'), cluster.held('shop/young')]).to.deep.equal(['10.0.0.1', '10.0.0.2'])
  })

  it('is put right when it shows another address than the one we gave', () => {
    const cluster = clusterWith(['shop/web'])
    cluster.put(serviceObject('shop/web', { held: ['10.0.0.2'], annotations }))
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
  })

  /** Each was decided about, and before that is written the status shows something else. */
  function overtaken(held: string, ...keys: readonly string[]): Cluster {
    const cluster = new Cluster([poolObject('a', { addresses: ['10.0.0.1-10.0.0.4'] })])
    cluster.reconfigure()
    for (const [index, key] of keys.entries()) {
      const options = { createdAt: at(index) }
      cluster.services.set(key, serviceObject(key, options))
      cluster.planFor(key)
      cluster.services.set(key, serviceObject(key, { ...options, held: [held], annotations }))
    }
    for (const key of keys) cluster.look(key)
    return cluster
  }

  it('stays, whatever we had decided but not written', () => {
    const cluster = overtaken('10.0.0.3', 'shop/web')
    expect([cluster.held('shop/web'), cluster.writes, cluster.events]).to.deep.equal(['10.0.0.3', 0, []])
    expect(cluster.book.ipam.usage('a')).to.include({ assignedIPv4: 1n })
  })

  it('stays with the older Service, and moves the younger with a warning, also when both were decided about', () => {
    const cluster = overtaken('10.0.0.3', 'shop/old', 'shop/young')
    expect([cluster.held('shop/old'), cluster.held('shop/young')]).to.deep.equal(['10.0.0.3', '10.0.0.1'])
    expect(cluster.events[0]).to.match(/^Warning ClearAssignment shop\/young: .*the older Service keeps it$/)
  })

  it('that nobody may have is replaced', () => {
    const cluster = overtaken('192.0.2.1', 'shop/web')
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
  })
})

describe('A Service made anew under its old name', () => {
  it('is another Service: nothing is kept for it', () => {
    const cluster = clusterWith(['shop/web', { annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.2' } }])
    cluster.put(serviceObject('shop/web', { uid: 'another' }))
    expect(cluster.held('shop/web')).to.equal('10.0.0.1')
    expect(cluster.book.ipam.usage('a')?.assignedIPv4).to.equal(1n)
  })
})
