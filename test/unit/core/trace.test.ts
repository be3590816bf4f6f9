// What a decision says of the pools that it passed over.
import { expect } from 'chai'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import { describePassed, type Passed } from '../../../core/refusal.ts'
import { namespaceOf, pools, type ServiceOptions, service } from './objects.ts'

const shop = namespaceOf('shop')
const dual = { clusterIPs: ['10.96.0.1', 'fd96::1'] }
const ipamOf = (all: Parameters<typeof pools>[0]): Ipam => createIpam(pools(all), { poolPriority: 'highest', reserved: [] })
const listing = (names: string): ServiceOptions => ({ annotations: { 'metallb.io/address-pool': names } })
const preferring = (name: string): ServiceOptions => ({
  annotations: { 'metallb.io/address-pool': name, 'metallb.io/address-pool-source': 'default' },
})

function said(passed: Passed | undefined): string {
  return passed === undefined ? '' : describePassed(passed)
}

/** What is said of the last of these Services. */
function after(ipam: Ipam, ...all: readonly ServiceOptions[]): string {
  let passed: Passed | undefined
  for (const [index, options] of all.entries()) {
    const view = service(`shop/s${index}`, options)
    expect(ipam.allocate(view, shop).ok).to.equal(true)
    passed = ipam.passedOver(view, shop)
  }
  return said(passed)
}

describe('A Service that is served', () => {
  it('says nothing where the first pool served', () => expect(after(ipamOf({ a: '10.0.0.0/30', b: '10.0.1.0/30' }), {}, {})).to.equal(''))

  it('names the pools before, and why each did not serve', () => {
    const all = {
      first: { addresses: ['10.0.0.1/32'], serviceAllocation: { priority: 100 } },
      second: { addresses: ['fd00::/126'], serviceAllocation: { priority: 50 } },
      third: { addresses: ['10.0.1.0/30'], serviceAllocation: { priority: 10 } },
      a: '10.0.2.0/30',
    }
    expect(after(ipamOf(all), {})).to.equal('')
    expect(after(ipamOf(all), {}, {})).to.equal('pool "first": every IPv4 address is in use; pool "second" has no IPv4 addresses')
  })

  it('names the default that is full', () => {
    const all = { a: '10.0.0.0/30', z: '10.0.1.1/32' }
    expect(after(ipamOf(all), preferring('z'), preferring('z'))).to.equal('pool "z": every IPv4 address is in use')
  })

  it('names those of its list', () => {
    const all = { four: '10.0.0.0/31', both: '10.0.1.0/32 fd00::/128', six: 'fd01::/126' }
    const lists = listing('gone,both,four,six')
    expect(after(ipamOf(all), { ...lists, ...dual })).to.equal('unknown pool "gone" (there are: both, four, six)')
    expect(after(ipamOf(all), { ...lists, ...dual }, { ...lists, ...dual })).to.equal(
      'unknown pool "gone" (there are: both, four, six); pool "both": every IPv4 address is in use; pool "both": every IPv6 address is in use',
    )
  })

  it('says nothing of addresses that it named itself', () => {
    const asking = { annotations: { 'metallb.io/loadBalancerIPs': '10.0.1.1' } }
    expect(after(ipamOf({ a: '10.0.0.0/32', b: '10.0.1.0/30' }), {}, asking)).to.equal('')
  })

  it('names eight of ten thousand full pools and counts the rest', () => {
    const full = Array.from({ length: 10_000 }, (_, index) => [`p${String(index).padStart(5, '0')}`, `fd00:${index.toString(16)}::/127`])
    const ipam = ipamOf({ ...Object.fromEntries(full), z: '10.0.0.0/30' })
    const view = service('shop/web')
    expect(ipam.allocate(view, shop).ok).to.equal(true)
    const passed = ipam.passedOver(view, shop)
    expect([passed?.refusals.length, passed?.more]).to.deep.equal([8, 9992])
    expect(said(passed)).to.match(/^pool "p00000" has no IPv4 addresses; .*; and 9992 more$/)
  })
})
