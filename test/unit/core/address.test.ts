import { expect } from 'chai'
import fc from 'fast-check'
import { Address6 } from 'ip-address'
import ipaddr from 'ipaddr.js'
import { type Address, compareAddresses, formatAddress, lastIPv4, lastIPv6, parseAddress } from '../../../core/address.ts'

const anyIPv4 = fc.integer({ min: 0, max: lastIPv4 }).map((value): Address => ({ family: 'IPv4', value }))
const anyIPv6 = fc
  .oneof(
    fc.bigInt({ min: 0n, max: lastIPv6 }),
    // Zero groups in every position, so that "::" is exercised.
    fc
      .array(fc.constantFrom<bigint>(0n, 0n, 1n, 0xdb8n, 0xffffn), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.reduce((sum, group) => (sum << 16n) | group)),
  )
  .filter((value) => value >> 32n !== 0xffffn)
  .map((value): Address => ({ family: 'IPv6', value }))

/** Text that looks like an address, right or wrong. */
const addressLike = fc.oneof(
  fc
    .array(fc.constantFrom('0', '1', '9', '10', '255', '256', '010', '00', '', '+1', '0x1', ' 1'), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join('.')),
  fc
    .array(fc.constantFrom('0', '1', 'db8', 'ffff', 'FFFF', '00001', '', 'g', '1.2.3.4', '01.2.3.4'), { minLength: 1, maxLength: 10 })
    .map((parts) => parts.join(':')),
)

describe('An address', () => {
  const canonical = {
    '0.0.0.0': '0.0.0.0',
    '255.255.255.255': '255.255.255.255',
    '192.168.1.5': '192.168.1.5',
    '::': '::',
    '::1': '::1',
    '1::': '1::',
    '2001:DB8::1': '2001:db8::1',
    '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '0:0:1:0:0:0:1:1': '0:0:1::1:1',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
    '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
    '::2:3:4:5:6:7:8': '0:2:3:4:5:6:7:8',
  }
  for (const [text, expected] of Object.entries(canonical)) {
    it(`${text} reads, and is written ${expected}`, () => {
      const parsed = parseAddress(text)
      expect(parsed.ok && formatAddress(parsed.value)).to.equal(expected)
    })
  }

  const refused: Readonly<Record<string, RegExp>> = {
    '': /empty/,
    '010.1.1.1': /"010" has a leading zero \(write "10"\)/,
    '1.1.1.00': /leading zero \(write "0"\)/,
    '1.2.3': /3 of the 4/,
    '1.2.3.4.5': /5 of the 4/,
    '1.2.3.256': /more than 255/,
    '1.2.3.1000000000000000000000': /more than 255/,
    '1..2.3': /empty/,
    '0x7f.0.0.1': /not a decimal number/,
    '1.2.3.-4': /not a decimal number/,
    ' 1.2.3.4': /not a decimal number/,
    '١.2.3.4': /not a decimal number/,
    'fe80::1%eth0': /zone/,
    '::ffff:10.0.0.1': /dressed as IPv6 \(write "10\.0\.0\.1"\)/,
    '::ffff:a00:1': /dressed as IPv6/,
    '1:2:3:4:5:6:7': /7 of the 8/,
    '1:2:3:4:5:6:7:8:9': /9 of the 8/,
    '1:2:3:4::5:6:7:8': /too many groups/,
    '1::2::3': /more than once/,
    ':::': /empty/,
    ':1::': /empty/,
    '1:': /empty/,
    '12345::': /not a group/,
    '::g': /not a group/,
    '1.2.3.4::': /not a group/,
    '::1.2.3.4:5': /not a group/,
    '::1.02.3.4': /leading zero/,
    '[::1]': /not a group/,
    example: /1 of the 4/,
  }
  for (const [text, reason] of Object.entries(refused)) {
    it(`${JSON.stringify(text)} is refused with the reason`, () => {
      const parsed = parseAddress(text)
      expect(parsed.ok ? 'accepted' : parsed.error).to.match(reason)
    })
  }

  it('of any length of text is refused quickly', () => {
    expect(parseAddress('1'.repeat(1_000_000)).ok).to.equal(false)
  })

  it('read from its own text is the same again', () => {
    fc.assert(
      fc.property(fc.oneof(anyIPv4, anyIPv6), (address) => {
        expect(parseAddress(formatAddress(address))).to.deep.equal({ ok: true, value: address })
      }),
    )
  })

  it('of IPv6 is written as ip-address and ipaddr.js write it', () => {
    fc.assert(
      fc.property(anyIPv6, (address) => {
        const text = formatAddress(address)
        expect(new Address6(text).correctForm()).to.equal(text)
        // ipaddr.js writes the well-known prefixes alike, and RFC 5952 otherwise.
        expect(ipaddr.IPv6.parse(text).toRFC5952String()).to.equal(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('that we read, ip-address and ipaddr.js read too, as the same number', () => {
    fc.assert(
      fc.property(addressLike, (text) => {
        const parsed = parseAddress(text)
        if (!parsed.ok) return
        // ipaddr.js takes this old form for IPv4 dressed as IPv6; Go and ip-address do not.
        if (/^::\d+\.\d+\.\d+\.\d+$/.test(text)) return
        const bytes = ipaddr.parse(text).toByteArray()
        const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
        expect(value).to.equal(BigInt(parsed.value.value))
        if (parsed.value.family === 'IPv6') expect(new Address6(text).bigInt()).to.equal(parsed.value.value)
      }),
      { numRuns: 5000 },
    )
  })

  it('that ip-address reads we read too, except zones and IPv4 dressed as IPv6', () => {
    fc.assert(
      fc.property(addressLike, (text) => {
        if (!text.includes(':') || !Address6.isValid(text)) return
        const parsed = parseAddress(text)
        expect(parsed.ok ? '' : parsed.error).to.match(/^$|dressed as IPv6/)
      }),
      { numRuns: 5000 },
    )
  })

  it('is ordered by family, then by number', () => {
    fc.assert(
      fc.property(fc.oneof(anyIPv4, anyIPv6), fc.oneof(anyIPv4, anyIPv6), (a, b) => {
        const key = (address: Address): bigint => (address.family === 'IPv6' ? 1n << 128n : 0n) + BigInt(address.value)
        const expected = key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0
        expect(Math.sign(compareAddresses(a, b))).to.equal(expected)
      }),
    )
  })
})
