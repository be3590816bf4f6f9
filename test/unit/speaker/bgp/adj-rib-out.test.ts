// What is sent, judged by a peer that reads every UPDATE and keeps a table.
import { expect } from 'chai'
import fc from 'fast-check'
import { type Address, type Family, formatAddress } from '../../../../core/address.ts'
import { AdjRibOut } from '../../../../speaker/bgp/adj-rib-out.ts'
import { decodeHeader, headerLength } from '../../../../speaker/bgp/header.ts'
import { type Nlri, nlriOf } from '../../../../speaker/bgp/nlri.ts'
import { type RouteAttributes, type RouteWriter, routeAttributes } from '../../../../speaker/bgp/route-attributes.ts'
import { decodeUpdate } from '../../../../speaker/bgp/update.ts'
import { octets } from './octets.ts'

const ipv4 = (value: number): Address => ({ family: 'IPv4', value })
const ipv6 = (value: number): Address => ({ family: 'IPv6', value: (0xfd00n << 112n) + BigInt(value) })
const host = (family: Family, value: number): Nlri => nlriOf(family === 'IPv4' ? ipv4(value) : ipv6(value), family === 'IPv4' ? 32 : 128)

const hexOf = (nlri: Nlri): string => Buffer.from(nlri, 'latin1').toString('hex')

const plain = routeAttributes(undefined, [], [])
const tagged = (value: number): RouteAttributes => routeAttributes(undefined, [value], [])

const writer: RouteWriter = {
  localAs: 65001,
  isInternal: false,
  fourOctetAs: true,
  nextHops: { IPv4: { family: 'IPv4', value: 0x0a630001 }, IPv6: { family: 'IPv6', value: (0xfd09n << 112n) + 1n } },
  messageLimit: 4096,
}

const take = (routes: AdjRibOut, with_: Partial<RouteWriter> = {}): readonly Uint8Array[] => [...routes.take({ ...writer, ...with_ })]

/** A naive reader of our own UPDATEs: prefix → community, by the octets alone. */
class NaivePeer {
  readonly table = new Map<string, string>()

  hear(message: Uint8Array): void {
    const body = message.subarray(headerLength)
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
    const withdrawnEnd = 2 + view.getUint16(0)
    this.#each(body.subarray(2, withdrawnEnd), (prefix) => this.table.delete(prefix))
    const attributesEnd = withdrawnEnd + 2 + view.getUint16(withdrawnEnd)
    let at = withdrawnEnd + 2
    let communities = ''
    let reach: Uint8Array | undefined
    while (at < attributesEnd) {
      const isLong = ((body[at] ?? 0) & 0x10) !== 0
      const type = body[at + 1]
      const length = isLong ? view.getUint16(at + 2) : (body[at + 2] ?? 0)
      const value = body.subarray(at + (isLong ? 4 : 3), at + (isLong ? 4 : 3) + length)
      if (type === 8) communities = value.toHex()
      if (type === 14) reach = value.subarray(21)
      if (type === 15) this.#each(value.subarray(3), (prefix) => this.table.delete(`6 ${prefix}`))
      at += (isLong ? 4 : 3) + length
    }
    if (reach !== undefined) this.#each(reach, (prefix) => this.table.set(`6 ${prefix}`, communities))
    this.#each(body.subarray(attributesEnd), (prefix) => this.table.set(prefix, communities))
  }

  #each(list: Uint8Array, note: (prefix: string) => void): void {
    for (let at = 0; at < list.length; ) {
      const end = at + 1 + Math.ceil((list[at] ?? 0) / 8)
      note(list.subarray(at, end).toHex())
      at = end
    }
  }
}

describe('Adj-RIB-Out', () => {
  it('writes an IPv4 route as RFC 4271 §4.3 draws it', () => {
    const routes = new AdjRibOut('IPv4')
    routes.set(nlriOf(ipv4(0x0a010000), 20), routeAttributes(200, [65001 * 65536 + 7], [{ global: 65001, local1: 1, local2: 2 }]))
    const [message] = take(routes)
    const attributes = '40010100 400206 0201 0000fde9 400304 0a630001 c00804 fde90007 c0200c 0000fde9 00000001 00000002'
    expect(message?.subarray(headerLength).toHex()).to.equal(octets(`0000 002a ${attributes} 14 0a0100`).toHex())
  })

  it('tells our own AS LOCAL_PREF and no path', () => {
    const routes = new AdjRibOut('IPv4')
    routes.set(nlriOf(ipv4(0x0a010203), 32), plain)
    const [message] = take(routes, { isInternal: true })
    expect(message?.subarray(headerLength).toHex()).to.equal(
      octets('0000 0015 40010100 400200 400304 0a630001 400504 00000064 20 0a010203').toHex(),
    )
  })

  it('tells a peer of two-octet AS numbers the rest beside (RFC 6793)', () => {
    const routes = new AdjRibOut('IPv4')
    routes.set(nlriOf(ipv4(0x0a010203), 32), plain)
    const [message] = take(routes, { fourOctetAs: false, localAs: 4_200_000_001 })
    const attributes = '40010100 400204 0201 5ba0 400304 0a630001 c01106 0201 fa56ea01'
    expect(message?.subarray(headerLength).toHex()).to.equal(octets(`0000 001b ${attributes} 20 0a010203`).toHex())
  })

  it('writes an IPv6 route as RFC 4760 §3 draws it, and its withdrawal', () => {
    const routes = new AdjRibOut('IPv6')
    routes.set(nlriOf(ipv6(0), 16), plain)
    const reach = '800e18 0002 01 10 fd090000000000000000000000000001 00 10 fd00'
    const announcement = take(routes)[0]
    expect(announcement?.subarray(headerLength).toHex()).to.equal(octets(`0000 0028 ${reach} 40010100 400206 0201 0000fde9`).toHex())
    routes.set(nlriOf(ipv6(0), 16), undefined)
    expect(take(routes)[0]?.subarray(headerLength).toHex()).to.equal(octets('0000 0009 800f06 0002 01 10 fd00').toHex())
  })

  it('says nothing twice', () => {
    const routes = new AdjRibOut('IPv4')
    routes.set(host('IPv4', 1), plain)
    expect(take(routes)).to.have.length(1)
    routes.set(host('IPv4', 1), routeAttributes(undefined, [], []))
    expect(take(routes)).to.have.length(0)
  })

  it('says nothing of what came and went, or changed and changed back', () => {
    const routes = new AdjRibOut('IPv4')
    routes.set(host('IPv4', 1), plain)
    routes.set(host('IPv4', 1), undefined)
    expect([take(routes).length, routes.pendingCount]).to.deep.equal([0, 0])
    routes.set(host('IPv4', 2), plain)
    take(routes)
    routes.set(host('IPv4', 2), tagged(7))
    routes.set(host('IPv4', 2), plain)
    expect([take(routes).length, routes.pendingCount]).to.deep.equal([0, 0])
  })

  it('changes attributes without a withdrawal', () => {
    const routes = new AdjRibOut('IPv4')
    routes.set(host('IPv4', 1), plain)
    take(routes)
    routes.set(host('IPv4', 1), tagged(7))
    const messages = take(routes)
    expect(messages).to.have.length(1)
    expect(messages[0]?.subarray(headerLength, headerLength + 2).toHex()).to.equal('0000')
  })

  it('sends no IPv6 routes where this node has no IPv6 address', () => {
    const routes = new AdjRibOut('IPv6')
    routes.set(host('IPv6', 1), plain)
    expect(take(routes, { nextHops: {} })).to.deep.equal([])
    expect(routes.pendingCount).to.equal(1)
  })

  it('sends everything once more on request, and to a new session', () => {
    const routes = new AdjRibOut('IPv4')
    for (let value = 0; value < 10; value += 1) routes.set(host('IPv4', value), plain)
    take(routes)
    routes.set(host('IPv4', 0), undefined)
    routes.resend()
    expect(take(routes)).to.have.length(2)
    routes.set(host('IPv4', 1), undefined)
    routes.forget()
    expect(routes.sentCount).to.equal(0)
    expect(take(routes)).to.have.length(1)
    expect(routes.sentCount).to.equal(8)
  })

  for (const [limit, announcements, withdrawals] of [
    [4096, 124, 123],
    [65535, 8, 8],
  ] as const) {
    it(`packs 100,000 routes into ${announcements} messages of at most ${limit} octets, and their withdrawal into ${withdrawals}`, () => {
      const routes = new AdjRibOut('IPv4')
      for (let value = 0; value < 100_000; value += 1) routes.set(host('IPv4', 0x0a000000 + value), plain)
      const sent = take(routes, { messageLimit: limit })
      expect(sent).to.have.length(announcements)
      for (const message of sent.slice(0, -1)) expect(message.length).to.be.within(limit * 0.98, limit)
      expect(routes.sentCount).to.equal(100_000)
      for (let value = 0; value < 100_000; value += 1) routes.set(host('IPv4', 0x0a000000 + value), undefined)
      expect(take(routes, { messageLimit: limit })).to.have.length(withdrawals)
      expect([routes.sentCount, routes.pendingCount]).to.deep.equal([0, 0])
    })
  }

  it('leaves the peer with exactly what is wanted, however it is interrupted', () => {
    const change = fc.record({ value: fc.nat(30), community: fc.option(fc.nat(3), { nil: undefined }) })
    const act = fc.oneof(
      { weight: 10, arbitrary: change },
      { weight: 5, arbitrary: fc.record({ messages: fc.integer({ min: 1, max: 5 }) }) },
      { weight: 1, arbitrary: fc.constantFrom('lost' as const, 'refresh' as const) },
    )
    const property = fc.property(fc.constantFrom<Family>('IPv4', 'IPv6'), fc.array(act, { maxLength: 80 }), (family, acts) => {
      const routes = new AdjRibOut(family)
      const wanted = new Map<number, number>()
      let peer = new NaivePeer()
      // Short messages, so that a few routes need several.
      const small = { ...writer, messageLimit: 120 }
      for (const one of acts) {
        if (one === 'lost') {
          routes.forget()
          peer = new NaivePeer()
        } else if (one === 'refresh') routes.resend()
        else if ('messages' in one) {
          let left = one.messages
          for (const message of routes.take(small)) {
            peer.hear(message)
            if (--left === 0) break
          }
        } else {
          if (one.community === undefined) wanted.delete(one.value)
          else wanted.set(one.value, one.community)
          routes.set(host(family, one.value), one.community === undefined ? undefined : tagged(one.community))
        }
      }
      for (const message of routes.take(small)) {
        expect(message.length).to.be.at.most(120)
        expect(decodeHeader(message)).to.have.property('ok', true)
        const read = decodeUpdate(message.subarray(headerLength), { isInternal: false, fourOctetAs: true })
        expect(read.ok && read.value.treatedAsWithdraw).to.equal(undefined)
        peer.hear(message)
      }
      const key = (value: number): string => {
        return `${family === 'IPv6' ? '6 ' : ''}${hexOf(host(family, value))}`
      }
      const expected = [...wanted].map(([value, community]) => [key(value), community.toString(16).padStart(8, '0')] as const)
      expect(peer.table).to.deep.equal(new Map(expected))
      expect([routes.sentCount, routes.pendingCount]).to.deep.equal([wanted.size, 0])
    })
    fc.assert(property, { numRuns: 1000 })
  })
})

describe('NLRI', () => {
  const rows: Readonly<Record<string, readonly [Address, number, string]>> = {
    'of a default route': [ipv4(0), 0, '00'],
    'of a whole IPv4 address': [ipv4(0xc0a80101), 32, '20c0a80101'],
    'of nine bits': [ipv4(0x0a800000), 9, '090a80'],
    'of a whole IPv6 address': [ipv6(1), 128, '80fd000000000000000000000000000001'],
  }
  for (const [name, [address, length, text]] of Object.entries(rows)) {
    it(`${name} (${formatAddress(address)}/${length})`, () => {
      expect(hexOf(nlriOf(address, length))).to.equal(text)
    })
  }
})
