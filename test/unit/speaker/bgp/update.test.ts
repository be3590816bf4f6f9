// Received UPDATEs: which of the four outcomes of RFC 7606 each one has.
import { expect } from 'chai'
import fc from 'fast-check'
import type { UpdateSender } from '../../../../speaker/bgp/attribute-check.ts'
import { nameOf } from '../../../../speaker/bgp/notification.ts'
import { decodeUpdate } from '../../../../speaker/bgp/update.ts'
import { octets } from './octets.ts'

const external: UpdateSender = { isInternal: false, fourOctetAs: true }
const internal: UpdateSender = { isInternal: true, fourOctetAs: true }

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')
const sized = (text: string): number => text.replaceAll(/\s/g, '').length / 2

/** An UPDATE of lists as hexadecimal texts. */
function update(attributes: string, announced = '', withdrawn = ''): Uint8Array {
  return octets(`${hex(sized(withdrawn), 4)} ${withdrawn} ${hex(sized(attributes), 4)} ${attributes} ${announced}`)
}

const origin = '40 01 01 00'
const asPath = '40 02 06 02 01 0000fdea'
const nextHop = '40 03 04 0a630002'
const localPref = '40 05 04 00000064'
const good = `${origin} ${asPath} ${nextHop}`
const prefix = '18 0a0101'
const reach = '80 0e 1a 0002 01 10 fd000000000000000000000000000001 00 20 fd000000'
const unreach = '80 0f 08 0002 01 20 fd000000'

const fine: Readonly<Record<string, readonly [Uint8Array, announced: number, withdrawn: number, UpdateSender?]>> = {
  'End-of-RIB of IPv4': [update(''), 0, 0],
  'End-of-RIB of IPv6': [update('80 0f 03 0002 01'), 0, 0],
  'two routes': [update(good, `${prefix} 00`), 2, 0],
  'a withdrawal': [update('', '', `${prefix} 20 0a010203`), 0, 2],
  'IPv6 routes': [update(`${reach} ${origin} ${asPath}`), 1, 0],
  'IPv6 routes with a link-local next hop beside': [
    update(`80 0e 2a 0002 01 20 fd000000000000000000000000000001 fe800000000000000000000000000001 00 20 fd000000 ${origin} ${asPath}`),
    1,
    0,
  ],
  'an IPv6 withdrawal': [update(unreach), 0, 1],
  'routes of a family that is not ours': [update(`80 0e 07 0019 41 02 0000 00 ${origin} ${asPath}`), 0, 0],
  'an internal route': [update(`${good} ${localPref}`, prefix), 1, 0, internal],
  'LOCAL_PREF from another AS, which means nothing': [update(`${good} 40 05 01 00`, prefix), 1, 0],
  'an attribute twice, of which the first counts': [update(`${good} 40 01 01 07`, prefix), 1, 0],
  'ATOMIC_AGGREGATE of a wrong length': [update(`${good} 40 06 01 00`, prefix), 1, 0],
  'AGGREGATOR of a wrong length': [update(`${good} c0 07 01 00`, prefix), 1, 0],
  'AS4_PATH that makes no sense': [update(`${good} c0 11 01 00`, prefix), 1, 0],
  'CLUSTER_LIST from another AS': [update(`${good} 80 0a 03 000000`, prefix), 1, 0],
  'a corrupt attribute that we do not use (tunnel encapsulation)': [update(`${good} c0 17 02 ffff`, prefix), 1, 0],
  'a corrupt attribute that we do not use (prefix SID)': [update(`${good} c0 28 01 ff`, prefix), 1, 0],
  'a corrupt attribute that we do not use (ATTR_SET)': [update(`${good} e0 80 01 ff`, prefix), 1, 0],
  'an empty AS_PATH': [update(`${origin} 40 02 00 ${nextHop}`, prefix), 1, 0],
  'an attribute with a long length that it does not need': [update(`50 01 0001 00 ${asPath} ${nextHop}`, prefix), 1, 0],
}

const withdrawnInstead: Readonly<Record<string, readonly [Uint8Array, UpdateSender?]>> = {
  'without ORIGIN': [update(`${asPath} ${nextHop}`, prefix)],
  'without AS_PATH': [update(`${origin} ${nextHop}`, prefix)],
  'without NEXT_HOP': [update(`${origin} ${asPath}`, prefix)],
  'without LOCAL_PREF within the AS': [update(good, prefix), internal],
  'of IPv6 without ORIGIN': [update(`${reach} ${asPath}`)],
  'with ORIGIN as an optional attribute': [update(`c0 01 01 00 ${asPath} ${nextHop}`, prefix)],
  'with an empty ORIGIN': [update(`40 01 00 ${asPath} ${nextHop}`, prefix)],
  'with a long ORIGIN': [update(`40 01 02 0000 ${asPath} ${nextHop}`, prefix)],
  'with ORIGIN 3': [update(`40 01 01 03 ${asPath} ${nextHop}`, prefix)],
  'with a segment of no AS': [update(`${origin} 40 02 02 02 00 ${nextHop}`, prefix)],
  'with a segment of an unknown type': [update(`${origin} 40 02 06 05 01 0000fdea ${nextHop}`, prefix)],
  'with a segment longer than the path': [update(`${origin} 40 02 06 02 02 0000fdea ${nextHop}`, prefix)],
  'with a path that ends within a segment': [update(`${origin} 40 02 07 02 01 0000fdea 02 ${nextHop}`, prefix)],
  'with AS numbers of two octets': [update(`${origin} 40 02 04 02 01 fdea ${nextHop}`, prefix)],
  'with a short NEXT_HOP': [update(`${origin} ${asPath} 40 03 03 0a6300`, prefix)],
  'with an IPv6 NEXT_HOP': [update(`${origin} ${asPath} 40 03 10 fd000000000000000000000000000001`, prefix)],
  'with a short MULTI_EXIT_DISC': [update(`${good} 80 04 03 000000`, prefix)],
  'with a short LOCAL_PREF': [update(`${good} 40 05 03 000000`, prefix), internal],
  'with half a community': [update(`${good} c0 08 02 fdea`, prefix)],
  'with no community': [update(`${good} c0 08 00`, prefix)],
  'with half an extended community': [update(`${good} c0 10 07 00000000000000`, prefix)],
  'with half a large community': [update(`${good} c0 20 0b 0000000000000000000000`, prefix)],
  'with a short ORIGINATOR_ID': [update(`${good} ${localPref} 80 09 03 000000`, prefix), internal],
  'with half a CLUSTER_LIST': [update(`${good} ${localPref} 80 0a 03 000000`, prefix), internal],
  'whose last attribute is longer than the list': [update(`${good} c0 08 ff fdea0001`, prefix)],
  'whose last attribute has half a header': [update(`${good} c0`, prefix)],
}

const reset: Readonly<Record<string, readonly [Uint8Array, reason: string]>> = {
  'whose withdrawn routes are longer than the message': [octets('00ff 0000'), 'MalformedAttributeList'],
  'whose attributes are longer than the message': [octets('0000 00ff'), 'MalformedAttributeList'],
  'that announces an IPv4 prefix of 33 bits': [update(good, '21 0a01010100'), 'InvalidNetworkField'],
  'that withdraws an IPv4 prefix of 33 bits': [update('', '', '21 0a01010100'), 'InvalidNetworkField'],
  'that ends within a prefix': [update(good, '18 0a01'), 'InvalidNetworkField'],
  'with an attribute that claims to be known to all': [update(`${good} 40 63 01 00`, prefix), 'UnrecognizedWellKnownAttribute'],
  'with MP_REACH_NLRI twice': [update(`${reach} ${reach} ${origin} ${asPath}`), 'MalformedAttributeList'],
  'with MP_UNREACH_NLRI twice': [update(`${unreach} ${unreach}`), 'MalformedAttributeList'],
  'that announces an IPv6 prefix of 129 bits': [
    update(`80 0e 27 0002 01 10 fd000000000000000000000000000001 00 81 fd00000000000000000000000000000100 ${origin} ${asPath}`),
    'OptionalAttributeError',
  ],
  'whose IPv6 prefix is cut off': [
    update(`80 0e 19 0002 01 10 fd000000000000000000000000000001 00 20 fd0000 ${origin} ${asPath}`),
    'OptionalAttributeError',
  ],
  'whose next hop is longer than MP_REACH_NLRI': [update(`80 0e 06 0002 01 20 fd00 ${origin} ${asPath}`), 'OptionalAttributeError'],
  'whose IPv6 next hop has 5 octets': [update(`80 0e 0a 0002 01 05 fd00000000 00 ${origin} ${asPath}`), 'OptionalAttributeError'],
  'with half an MP_UNREACH_NLRI': [update('80 0f 02 0002'), 'OptionalAttributeError'],
  'with a broken attribute and no route (RFC 7606 §5.2)': [update('40 01 01 03'), 'MalformedAttributeList'],
  'with a broken attribute and nothing but a withdrawal': [update(`40 01 01 03 ${unreach}`), 'MalformedAttributeList'],
}

describe('BGP UPDATE', () => {
  for (const [name, [body, announced, withdrawn, sender = external]] of Object.entries(fine)) {
    it(`is fine: ${name}`, () => {
      expect(decodeUpdate(body, sender)).to.deep.equal({ ok: true, value: { announced, withdrawn, treatedAsWithdraw: undefined } })
    })
  }

  for (const [name, [body, sender = external]] of Object.entries(withdrawnInstead)) {
    it(`${name} counts as a withdrawal, and the session goes on`, () => {
      const read = decodeUpdate(body, sender)
      expect(read.ok && read.value.treatedAsWithdraw).to.be.a('string')
    })
  }

  for (const [name, [body, reason]] of Object.entries(reset)) {
    it(`${name} ends the session`, () => {
      const read = decodeUpdate(body, external)
      expect(read.ok ? 'fine' : nameOf(read.error)).to.equal(reason)
    })
  }

  it('gives the attribute back that it does not know', () => {
    const read = decodeUpdate(update(`${good} 40 63 02 abcd`, prefix), external)
    expect(read.ok ? '' : read.error.data.toHex()).to.equal('406302abcd')
  })

  it('never throws and never takes long, whatever octets come', () => {
    const rows = [...Object.values(fine), ...Object.values(withdrawnInstead), ...Object.values(reset)].map(([body]) => body)
    const flipped = fc
      .tuple(fc.constantFrom(...rows), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([body, flips]) =>
        flips.reduce((bytes, [at, value]) => (bytes.length === 0 ? bytes : bytes.with(at % bytes.length, value)), body),
      )
    fc.assert(
      fc.property(fc.oneof(flipped, fc.uint8Array({ minLength: 4, maxLength: 400 })), fc.boolean(), (body, isInternal) => {
        decodeUpdate(body, { isInternal, fourOctetAs: !isInternal })
      }),
      { numRuns: 20_000 },
    )
  })
})
