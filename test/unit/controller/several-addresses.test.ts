import { expect } from 'chai'
import { poolObject, type ServiceOptions, serviceObject } from '../core/objects.ts'
import { Cluster } from './cluster.ts'

const dual = ['10.96.0.1', 'fd96::1']
const annotated = (annotations: Readonly<Record<string, string>>, more: ServiceOptions = {}): ServiceOptions => ({ ...more, annotations })
const counting = (count: number): ServiceOptions => annotated({ 'metallb.io/address-count': String(count) })

function clusterOf(pools: Readonly<Record<string, readonly string[]>>): Cluster {
  const cluster = new Cluster()
  cluster.reconfigure(poolsOf(pools))
  return cluster
}

const poolsOf = (pools: Readonly<Record<string, readonly string[]>>): ReturnType<typeof poolObject>[] =>
  Object.entries(pools).map(([name, addresses]) => poolObject(name, { addresses: [...addresses] }))

/** As a user edits it: the status stays. */
function edit(cluster: Cluster, key: string, annotations: Readonly<Record<string, string>>): void {
  const object = cluster.services.get(key)
  if (object === undefined) throw new Error('the test is wrong')
  cluster.put({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } } })
}

describe('A Service with addresses of several pools', () => {
  const names = { 'metallb.io/address-pool': 'v4, v6' }

  it('shows all of them, in the order of its addresses', () => {
    const cluster = clusterOf({ v4: ['10.0.0.0/30'], v6: ['fd00::/126'] })
    cluster.put(serviceObject('shop/web', annotated(names, { clusterIPs: dual })))
    expect([cluster.held('shop/web'), cluster.view('shop/web')?.allocatedFromPool]).to.deep.equal(['10.0.0.0 fd00::', 'v4,v6'])
    expect(cluster.events).to.deep.equal(['Normal IPAllocated shop/web: Assigned IP 10.0.0.0, fd00:: from pools "v4", "v6"'])
    expect(cluster.view('shop/web')?.allocated?.message).to.equal('Assigned IP 10.0.0.0, fd00:: from pools "v4", "v6"')
    expect(cluster.planFor('shop/web')).to.deep.equal([])
    cluster.restart()
    expect([cluster.writes, cluster.events.length]).to.deep.equal([1, 1])
  })

  it('gets its second family when the other pool has one', () => {
    const cluster = clusterOf({ v4: ['10.0.0.0/30'] })
    cluster.put(serviceObject('shop/web', annotated(names, { clusterIPs: dual, spec: { ipFamilyPolicy: 'PreferDualStack' } })))
    expect(cluster.held('shop/web')).to.equal('10.0.0.0')
    cluster.reconfigure(poolsOf({ v4: ['10.0.0.0/30'], v6: ['fd00::/126'] }))
    expect(cluster.held('shop/web')).to.equal('10.0.0.0 fd00::')
  })

  it('keeps them when the list goes, and when their pool is split', () => {
    const cluster = clusterOf({ v4: ['10.0.0.0/30'], v6: ['fd00::/126'] })
    cluster.put(serviceObject('shop/web', annotated(names, { clusterIPs: dual })))
    edit(cluster, 'shop/web', { 'metallb.io/address-pool': '' })
    cluster.reconfigure(poolsOf({ first: ['10.0.0.0/31'], v6: ['fd00::/126'] }))
    expect([cluster.held('shop/web'), cluster.view('shop/web')?.allocatedFromPool]).to.deep.equal(['10.0.0.0 fd00::', 'first,v6'])
    expect(cluster.events).to.have.length(1)
  })
})

describe('A Service with several addresses', () => {
  it('gets more beside those that it has, and gives back the last', () => {
    const cluster = clusterOf({ a: ['10.0.0.0/29'] })
    cluster.put(serviceObject('shop/web', counting(2)))
    cluster.put(serviceObject('shop/other'))
    expect([cluster.held('shop/web'), cluster.held('shop/other')]).to.deep.equal(['10.0.0.0 10.0.0.1', '10.0.0.2'])
    edit(cluster, 'shop/web', { 'metallb.io/address-count': '3' })
    expect(cluster.held('shop/web')).to.equal('10.0.0.0 10.0.0.1 10.0.0.3')
    edit(cluster, 'shop/web', { 'metallb.io/address-count': '1' })
    expect(cluster.held('shop/web')).to.equal('10.0.0.0')
    cluster.put(serviceObject('shop/late', counting(2)))
    expect(cluster.held('shop/late')).to.equal('10.0.0.1 10.0.0.3')
    expect(cluster.events.filter((event) => event.includes('ClearAssignment'))).to.deep.equal([
      'Normal ClearAssignment shop/web: Service loses 10.0.0.1, 10.0.0.3: it asks for 1 of each family',
    ])
  })

  it('gives nothing back to others before its status is written', () => {
    const cluster = clusterOf({ a: ['10.0.0.0/31'] })
    cluster.put(serviceObject('shop/web', counting(2)))
    const { ipam } = cluster.book
    const object = cluster.services.get('shop/web')
    if (object === undefined) throw new Error('the test is wrong')
    cluster.services.set('shop/web', { ...object, metadata: { ...object.metadata, annotations: {} } })
    expect(cluster.planFor('shop/web').map(({ type }) => type)).to.deep.equal(['emitEvent', 'writeStatus'])
    expect(ipam.usage('a')?.assignedIPv4).to.equal(2n)
    cluster.restart()
    expect([cluster.held('shop/web'), cluster.book.ipam.usage('a')?.assignedIPv4]).to.deep.equal(['10.0.0.0', 1n])
  })

  it('waits for the rest, says so, and gets it when there is room', () => {
    const cluster = clusterOf({ a: ['10.0.0.0/31'] })
    cluster.put(serviceObject('shop/web'))
    cluster.put(serviceObject('shop/other'))
    edit(cluster, 'shop/web', { 'metallb.io/address-count': '2' })
    expect(cluster.view('shop/web')?.allocated).to.deep.equal({
      status: 'True',
      reason: 'PartlyAllocated',
      message: 'Assigned IP 10.0.0.0 from pool "a"; no further address: no available IPs in pool "a": every IPv4 address is in use',
    })
    expect(cluster.planFor('shop/web')).to.deep.equal([])
    cluster.remove('shop/other')
    expect([cluster.held('shop/web'), cluster.view('shop/web')?.allocated?.reason]).to.deep.equal(['10.0.0.0 10.0.0.1', 'Allocated'])
  })

  it('keeps its addresses while its request cannot be read', () => {
    const cluster = clusterOf({ a: ['10.0.0.0/29'] })
    cluster.put(serviceObject('shop/web', counting(2)))
    edit(cluster, 'shop/web', { 'metallb.io/address-count': 'many' })
    expect(cluster.held('shop/web')).to.equal('10.0.0.0 10.0.0.1')
    expect(cluster.events.at(-1)).to.match(/LoadBalancerFailed.*is "many"; write a whole number from 1 to 16.*it keeps what it has$/)
  })

  it('lists them itself, and keeps those that stay on the list', () => {
    const cluster = clusterOf({ a: ['10.0.0.0/29'] })
    cluster.put(serviceObject('shop/web', annotated({ 'metallb.io/loadBalancerIPs': '10.0.0.5,10.0.0.2' })))
    expect(cluster.held('shop/web')).to.equal('10.0.0.5 10.0.0.2')
    edit(cluster, 'shop/web', { 'metallb.io/loadBalancerIPs': '10.0.0.2,10.0.0.3' })
    expect(cluster.held('shop/web')).to.equal('10.0.0.2 10.0.0.3')
    expect(cluster.events.at(-2)).to.equal(
      'Normal ClearAssignment shop/web: Service loses 10.0.0.5: the Service asks for 10.0.0.2, 10.0.0.3 but holds 10.0.0.5, 10.0.0.2',
    )
  })
})

describe('A decision', () => {
  const two = { a: ['10.0.0.0/32'], b: ['10.0.1.0/32'] }

  it('tells by Event and condition alike what was passed over, once', () => {
    const cluster = clusterOf(two)
    cluster.put(serviceObject('shop/first'))
    cluster.put(serviceObject('shop/web'))
    const text = 'Assigned IP 10.0.1.0 from pool "b"; passed over: pool "a": every IPv4 address is in use'
    expect(cluster.events.at(-1)).to.equal(`Normal IPAllocated shop/web: ${text}`)
    expect(cluster.view('shop/web')?.allocated?.message).to.equal(text)
    cluster.remove('shop/first')
    expect(cluster.planFor('shop/web')).to.deep.equal([])
    cluster.restart()
    expect(cluster.writes).to.equal(2)
  })

  it('gives programs the same, whether it serves or refuses', () => {
    const cluster = clusterOf(two)
    cluster.put(serviceObject('shop/first'))
    cluster.services.set('shop/web', serviceObject('shop/web'))
    const [, served] = cluster.planFor('shop/web')
    expect(served).to.deep.include({ reason: 'IPAllocated', trace: [{ reason: 'PoolExhausted', pool: 'a' }] })
    cluster.settle()
    cluster.look('shop/web')
    cluster.services.set('shop/late', serviceObject('shop/late'))
    const [refused] = cluster.planFor('shop/late')
    const trace = ['a', 'b'].map((pool) => ({ reason: 'PoolExhausted', pool }))
    expect(refused).to.deep.include({ reason: 'AllocationFailed', refusal: 'NoPoolAvailable', trace })
  })
})
