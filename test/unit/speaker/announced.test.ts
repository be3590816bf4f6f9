import { expect } from 'chai'
import fc from 'fast-check'
import { joinName } from '../../../core/namespaced-name.ts'
import { Announced, type WireDelta } from '../../../speaker/advertise/announced.ts'
import type { Decision } from '../../../speaker/advertise/decide.ts'
import type { Interfaces } from '../../../speaker/l2/responder.ts'

const web = joinName('shop', 'web')
const dns = joinName('shop', 'dns')
const announce = (addresses: readonly number[], interfaces: Interfaces = 'all'): Decision => ({
  type: 'announce',
  answers: addresses.map((address) => ({ address, interfaces })),
  unanswered: [],
})
const notOwner: Decision = { type: 'withhold', reason: 'notOwner' }
const nothing: WireDelta = { gained: [], lost: [] }

describe('announced addresses', () => {
  it('are gained once, and the same decision again changes nothing', () => {
    const announced = new Announced()
    expect(announced.apply(web, announce([1]))).to.deep.equal([{ type: 'gained', address: 1, interfaces: 'all' }])
    expect(announced.takeDelta()).to.deep.equal({ gained: [{ address: 1, interfaces: 'all' }], lost: [] })
    expect(announced.apply(web, announce([1]))).to.deep.equal([])
    expect(announced.takeDelta()).to.deep.equal(nothing)
  })

  it('are lost with the reason', () => {
    const announced = new Announced()
    announced.apply(web, announce([1]))
    announced.takeDelta()
    expect(announced.apply(web, notOwner)).to.deep.equal([{ type: 'lost', address: 1, reason: 'notOwner' }])
    expect(announced.takeDelta()).to.deep.equal({ gained: [], lost: [1] })
  })

  it('change one by one when the Service gets others', () => {
    const announced = new Announced()
    announced.apply(web, announce([1, 2]))
    announced.takeDelta()
    expect(announced.apply(web, announce([2, 3]))).to.deep.equal([
      { type: 'lost', address: 1, reason: 'loadBalancerIPChanged' },
      { type: 'gained', address: 3, interfaces: 'all' },
    ])
    expect(announced.takeDelta()).to.deep.equal({ gained: [{ address: 3, interfaces: 'all' }], lost: [1] })
  })

  it('that come and go between two looks are never told to the wire', () => {
    const announced = new Announced()
    announced.apply(web, announce([1]))
    announced.apply(web, notOwner)
    expect(announced.takeDelta()).to.deep.equal(nothing)
  })

  it('stay on the wire until the last of the Services that share them goes', () => {
    const announced = new Announced()
    announced.apply(web, announce([1]))
    announced.apply(dns, announce([1]))
    announced.takeDelta()
    expect(announced.apply(web, { type: 'withhold', reason: 'serviceDeleted' })).to.deep.equal([
      { type: 'lost', address: 1, reason: 'serviceDeleted' },
    ])
    expect(announced.takeDelta()).to.deep.equal(nothing)
    announced.apply(dns, notOwner)
    expect(announced.takeDelta()).to.deep.equal({ gained: [], lost: [1] })
  })

  it('are on the interfaces of all Services that share them', () => {
    const announced = new Announced()
    announced.apply(web, announce([1], new Set(['eth0'])))
    announced.apply(dns, announce([1], new Set(['eth1'])))
    expect(announced.takeDelta().gained).to.deep.equal([{ address: 1, interfaces: new Set(['eth0', 'eth1']) }])
    announced.apply(dns, announce([1], 'all'))
    expect(announced.takeDelta().gained).to.deep.equal([{ address: 1, interfaces: 'all' }])
    announced.apply(dns, notOwner)
    expect(announced.takeDelta().gained).to.deep.equal([{ address: 1, interfaces: new Set(['eth0']) }])
  })

  it('tell why they are withheld, once for each reason', () => {
    const announced = new Announced()
    expect(announced.apply(web, notOwner)).to.deep.equal([{ type: 'withheld', reason: 'notOwner' }])
    expect(announced.apply(web, notOwner)).to.deep.equal([])
    expect(announced.apply(web, { type: 'withhold', reason: 'noEndpoints' })).to.deep.equal([{ type: 'withheld', reason: 'noEndpoints' }])
  })

  it('are on the wire exactly as the newest decisions say, whenever it looks', () => {
    const addresses = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 })
    const interfaces = fc.constantFrom<Interfaces>('all', new Set(['eth0']), new Set(['eth1']))
    const decision = fc.oneof(
      fc.constant(notOwner),
      fc.tuple(addresses, interfaces).map(([list, on]) => announce(list, on)),
    )
    const move = fc.record({ service: fc.constantFrom(web, dns), decision, looks: fc.boolean() })
    fc.assert(
      fc.property(fc.array(move), (moves) => {
        const announced = new Announced()
        const wire = new Map<number, string>()
        const newest = new Map<string, Decision>()
        for (const { service, decision: taken, looks } of moves) {
          announced.apply(service, taken)
          newest.set(service, taken)
          if (looks) look(announced, wire)
        }
        look(announced, wire)
        const wanted = new Map<number, Set<string>>()
        for (const taken of newest.values()) {
          if (taken.type === 'withhold') continue
          for (const { address, interfaces } of taken.answers) {
            wanted.set(address, (wanted.get(address) ?? new Set()).union(new Set(interfaces === 'all' ? ['*'] : interfaces)))
          }
        }
        const texts = [...wanted].map(([address, names]): [number, string] => [
          address,
          names.has('*') ? 'all' : [...names].toSorted().join(),
        ])
        expect(wire).to.deep.equal(new Map(texts))
      }),
    )
  })
})

function look(announced: Announced, wire: Map<number, string>): void {
  const { gained, lost } = announced.takeDelta()
  for (const address of lost) wire.delete(address)
  for (const { address, interfaces } of gained) wire.set(address, interfaces === 'all' ? 'all' : [...interfaces].toSorted().join())
}
