import { expect } from 'chai'
import fc from 'fast-check'
import type { Capabilities } from '../../../../speaker/bgp/capability.ts'
import { decodeHeader, encodeKeepalive, headerLength, MessageType } from '../../../../speaker/bgp/header.ts'
import { administrativeShutdown, describeNotification, type Notification, notify } from '../../../../speaker/bgp/notification.ts'
import { decodeNotification, encodeNotification } from '../../../../speaker/bgp/notification-message.ts'
import { decodeOpen, encodeOpen, type Open } from '../../../../speaker/bgp/open.ts'
import { decodeRouteRefresh } from '../../../../speaker/bgp/route-refresh.ts'
import { marker, octets } from './octets.ts'

const none: Capabilities = { families: ['IPv4'], routeRefresh: false, extendedMessage: false, fourOctetAs: undefined }
const all: Capabilities = { families: ['IPv4', 'IPv6'], routeRefresh: true, extendedMessage: true, fourOctetAs: 4_200_000_001 }

/** Rows run both ways (RFC 4271 §4.2, RFC 5492). */
const opens: Readonly<Record<string, readonly [octets: string, open: Open]>> = {
  'of everything we can do': [
    `${marker} 0035 01 04 5ba0 005a 0a630001 18 02 16 01 04 0001 00 01 01 04 0002 00 01 02 00 06 00 41 04 fa56ea01`,
    { as: 23456, holdTime: 90, routerId: 0x0a630001, capabilities: all },
  ],
  'for IPv4 alone': [
    `${marker} 0025 01 04 fde9 0000 01020304 08 02 06 01 04 0001 00 01`,
    { as: 65001, holdTime: 0, routerId: 0x01020304, capabilities: none },
  ],
}

describe('BGP OPEN', () => {
  for (const [name, [text, open]] of Object.entries(opens)) {
    it(`encodes one ${name}`, () => expect(encodeOpen(open).toHex()).to.equal(octets(text).toHex()))
    it(`decodes one ${name}`, () => expect(decodeOpen(octets(text).subarray(headerLength))).to.deep.equal({ ok: true, value: open }))
  }

  const fixed = '04 fde9 005a 0a630001'
  const decodes: Readonly<Record<string, readonly [body: string, capabilities: Partial<Capabilities>]>> = {
    'without parameters, as IPv4 alone': [`${fixed} 00`, {}],
    'with several parameters of capabilities': [
      `${fixed} 0c 02 06 01 04 0002 00 01 02 02 02 00`,
      { families: ['IPv6'], routeRefresh: true },
    ],
    'with capabilities that nobody here knows': [`${fixed} 0a 02 08 49 02 abcd 06 00 80 00`, { extendedMessage: true }],
    'with a capability of a strange length': [`${fixed} 07 02 05 41 03 00fde9`, {}],
    'with families that we do not speak': [`${fixed} 0e 02 0c 01 04 0001 00 80 01 04 0019 00 41`, { families: [] }],
    'in the extended form of RFC 9072': [`${fixed} ff ff 0009 02 0006 41 04 fa56ea01`, { fourOctetAs: 4_200_000_001 }],
    'in the extended form with another short length': [`${fixed} 10 ff 0009 02 0006 41 04 fa56ea01`, { fourOctetAs: 4_200_000_001 }],
    'in the extended form without parameters': [`${fixed} ff ff 0000`, {}],
  }
  for (const [name, [body, capabilities]] of Object.entries(decodes)) {
    it(`decodes one ${name}`, () => {
      const open = { as: 65001, holdTime: 90, routerId: 0x0a630001, capabilities: { ...none, ...capabilities } }
      expect(decodeOpen(octets(body))).to.deep.equal({ ok: true, value: open })
    })
  }

  const refused: Readonly<Record<string, readonly [body: string, notification: Notification]>> = {
    'of another version': [`03 fde9 005a 0a630001 00`, notify('UnsupportedVersionNumber', octets('0004'))],
    'with an unknown parameter': [`${fixed} 04 01 02 0000`, notify('UnsupportedOptionalParameter')],
    'whose parameters end before their length': [`${fixed} 08 02 06 01 04`, notify('OpenMessageError')],
    'whose parameter is longer than the list': [`${fixed} 04 02 06 01 04`, notify('OpenMessageError')],
    'whose capability is longer than its parameter': [`${fixed} 05 02 03 01 04 00`, notify('OpenMessageError')],
    'with octets after the parameters': [`${fixed} 00 00`, notify('OpenMessageError')],
    'whose extended list is longer than the message': [`${fixed} ff ff 00ff 02 0002 0200`, notify('OpenMessageError')],
    'whose extended header is cut off': [`${fixed} ff ff 00`, notify('OpenMessageError')],
    'whose extended parameter has half a length': [`${fixed} ff ff 0002 02 00`, notify('OpenMessageError')],
  }
  for (const [name, [body, notification]] of Object.entries(refused)) {
    it(`refuses one ${name}`, () => expect(decodeOpen(octets(body))).to.deep.equal({ ok: false, error: notification }))
  }
})

describe('BGP header', () => {
  it('is all there is to a KEEPALIVE', () => {
    expect(encodeKeepalive().toHex()).to.equal(octets(`${marker} 0013 04`).toHex())
    expect(decodeHeader(encodeKeepalive())).to.deep.equal({ ok: true, value: { type: MessageType.Keepalive, length: 19 } })
  })

  const refused: Readonly<Record<string, readonly [header: string, notification: Notification]>> = {
    'with a broken marker': [`ffffffff ffffffff ffffffff fffffffe 0013 04`, notify('ConnectionNotSynchronized')],
    'shorter than itself': [`${marker} 0012 04`, notify('BadMessageLength', octets('0012'))],
    'of a KEEPALIVE with a body': [`${marker} 0014 04`, notify('BadMessageLength', octets('0014'))],
    'of an OPEN that is too short': [`${marker} 001c 01`, notify('BadMessageLength', octets('001c'))],
    'of an OPEN that is too long': [`${marker} 1001 01`, notify('BadMessageLength', octets('1001'))],
    'of an UPDATE that is too short': [`${marker} 0016 02`, notify('BadMessageLength', octets('0016'))],
    'of a NOTIFICATION that is too short': [`${marker} 0014 03`, notify('BadMessageLength', octets('0014'))],
    'of a ROUTE-REFRESH that is too short': [`${marker} 0016 05`, notify('BadMessageLength', octets('0016'))],
    'of no known type': [`${marker} 0013 06`, notify('BadMessageType', octets('06'))],
  }
  for (const [name, [header, notification]] of Object.entries(refused)) {
    it(`is refused ${name}`, () => expect(decodeHeader(octets(header))).to.deep.equal({ ok: false, error: notification }))
  }

  it('may announce an UPDATE of 65,535 octets (RFC 8654)', () => {
    expect(decodeHeader(octets(`${marker} ffff 02`))).to.deep.equal({ ok: true, value: { type: MessageType.Update, length: 65535 } })
  })
})

describe('BGP NOTIFICATION', () => {
  const rows: Readonly<Record<string, readonly [body: string, words: string]>> = {
    'of a hold timer': ['04 00', 'HoldTimerExpired'],
    'with data': ['02 01 0004', 'UnsupportedVersionNumber: 0x0004'],
    'of a shutdown with a message': ['06 02 05 48656c6c6f', 'AdministrativeShutdown: Hello'],
    'of a shutdown with an empty message': ['06 02 00', 'AdministrativeShutdown'],
    'of a reset with an umlaut': ['06 04 02 c3bc', 'AdministrativeReset: ü'],
    'of a shutdown whose message is longer than the data': ['06 02 ff 41', 'AdministrativeShutdown: 0xff41'],
    'of a shutdown whose message is not UTF-8': ['06 02 02 c328', 'AdministrativeShutdown: 0x02c328'],
    'of a shutdown that would break a line of the log': ['06 02 03 410a1b', 'AdministrativeShutdown: A��'],
    'that nobody knows': ['09 63', 'code 9, subcode 99'],
    'with more data than is worth reading': [`03 01 ${'ab'.repeat(40)}`, `MalformedAttributeList: 0x${'ab'.repeat(32)}…`],
  }
  for (const [name, [body, words]] of Object.entries(rows)) {
    it(`${name} reads ${words}`, () => expect(describeNotification(decodeNotification(octets(body)))).to.equal(words))
    it(`${name} is encoded as it was`, () => {
      expect(
        encodeNotification(decodeNotification(octets(body)))
          .subarray(headerLength)
          .toHex(),
      ).to.equal(octets(body).toHex())
    })
  }

  it('cuts the message of a shutdown to 255 octets, between two characters', () => {
    const { data } = administrativeShutdown('ü'.repeat(200))
    expect(data.length).to.equal(255)
    expect(describeNotification(administrativeShutdown('ü'.repeat(200)))).to.equal(`AdministrativeShutdown: ${'ü'.repeat(127)}`)
  })
})

describe('BGP ROUTE-REFRESH', () => {
  const rows: Readonly<Record<string, readonly [body: string, family: string | undefined]>> = {
    'for IPv4': ['0001 00 01', 'IPv4'],
    'for IPv6': ['0002 00 01', 'IPv6'],
    'for a family that we do not speak': ['0001 00 80', undefined],
    'that only marks a beginning (RFC 7313)': ['0001 01 01', undefined],
  }
  for (const [name, [body, family]] of Object.entries(rows)) {
    it(`${name} asks for ${family ?? 'nothing'}`, () => expect(decodeRouteRefresh(octets(body))).to.deep.equal({ ok: true, value: family }))
  }

  it('with filters that we have not offered is refused', () => {
    expect(decodeRouteRefresh(octets('0001 00 01 01 80 0000'))).to.deep.equal({
      ok: false,
      error: notify('InvalidRouteRefreshLength', octets('001b')),
    })
  })
})

describe('BGP decoders', () => {
  it('never throw, whatever octets come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 300 }), (body) => {
        decodeOpen(body)
        decodeRouteRefresh(body)
        describeNotification(decodeNotification(body))
      }),
      { numRuns: 2000 },
    )
  })

  it('give back every OPEN that we could send', () => {
    const open = fc.record({
      as: fc.integer({ min: 1, max: 65535 }),
      holdTime: fc.integer({ min: 0, max: 65535 }),
      routerId: fc.integer({ min: 1, max: 0xffff_ffff }),
      capabilities: fc.record({
        families: fc.constantFrom<Capabilities['families']>(['IPv4'], ['IPv6'], ['IPv4', 'IPv6']),
        routeRefresh: fc.boolean(),
        extendedMessage: fc.boolean(),
        fourOctetAs: fc.option(fc.integer({ min: 1, max: 0xffff_ffff }), { nil: undefined }),
      }),
    })
    fc.assert(
      fc.property(open, (value) => {
        expect(decodeOpen(encodeOpen(value).subarray(headerLength))).to.deep.equal({ ok: true, value })
      }),
    )
  })
})
