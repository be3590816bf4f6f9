import { expect } from 'chai'
import fc from 'fast-check'
import { chooseUplink, type Occupied, uplinkOf } from '../../lab/uplink.ts'

const free: Occupied = { links: [], prefixes: [], slots: [] }

const choices: Readonly<Record<string, readonly [Partial<Occupied>, number | undefined]>> = {
  'the first on an empty machine': [{}, 0],
  'the next when another lab has recorded the first': [{ slots: [0] }, 1],
  'the next when a link has the name of the first': [{ links: ['lo', 'metallb-up0', 'metallb-up1'] }, 2],
  'the next when the machine has an address in the first': [{ prefixes: ['198.18.0.2/32'] }, 1],
  'past a route over the first four': [{ prefixes: ['198.18.0.0/28'] }, 4],
  'past an address whose prefix covers the half': [{ prefixes: ['198.18.77.1/16'] }, 2 ** 14],
  'the first although there is a default route': [{ prefixes: ['default', '0.0.0.0/0'] }, 0],
  'the first although there are IPv6 addresses': [{ prefixes: ['fd00::1/64'] }, 0],
  'none when a route covers all': [{ prefixes: ['198.0.0.0/8'] }, undefined],
}

describe('the uplink of a lab', () => {
  for (const [name, [occupied, slot]] of Object.entries(choices)) {
    it(`is ${name}`, () => expect(chooseUplink({ ...free, ...occupied })?.slot).to.equal(slot))
  }

  it('has a /30 and a name of its own', () => {
    expect(uplinkOf(0)).to.deep.equal({ slot: 0, link: 'metallb-up0', machineAddress: '198.18.0.1', labAddress: '198.18.0.2' })
    expect(uplinkOf(65)).to.deep.equal({ slot: 65, link: 'metallb-up65', machineAddress: '198.18.1.5', labAddress: '198.18.1.6' })
  })

  it('fits into the name of a link, up to the last one', () => {
    const last = uplinkOf(2 ** 15 - 1)
    expect(last.link).to.have.lengthOf.at.most(15)
    expect(last.labAddress).to.equal('198.19.255.254')
  })

  it('is never one that is taken', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), fc.uniqueArray(fc.nat(40)), fc.uniqueArray(fc.nat(40)), (slots, links, addresses) => {
        const chosen = chooseUplink({
          slots,
          links: links.map((slot) => uplinkOf(slot).link),
          prefixes: addresses.map((slot) => `${uplinkOf(slot).machineAddress}/30`),
        })
        expect([...slots, ...links, ...addresses]).not.to.include(chosen?.slot)
      }),
    )
  })
})
