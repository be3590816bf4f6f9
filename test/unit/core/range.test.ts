import { expect } from 'chai'
import fc from 'fast-check'
import { type Address, compareAddresses, formatAddress } from '../../../core/address.ts'
import { findLatecomers, findOverlaps } from '../../../core/overlap.ts'
import { parsePrefix } from '../../../core/prefix.ts'
import { type AddressRange, formatRange, parseRange, rangeContains, rangeSize, rangesOverlap, widestPrefix } from '../../../core/range.ts'
import { OverlappingRanges, RangeIndex } from '../../../core/range-index.ts'

describe('A prefix', () => {
  const prefixes: Readonly<Record<string, readonly [string, number, boolean]>> = {
    '192.168.1.0/24': ['192.168.1.0', 24, false],
    '198.51.100.10/24': ['198.51.100.0', 24, true],
    '0.0.0.0/0': ['0.0.0.0', 0, false],
    '255.255.255.255/0': ['0.0.0.0', 0, true],
    '10.0.0.1/32': ['10.0.0.1', 32, false],
    '2001:db8::1/32': ['2001:db8::', 32, true],
    '::/0': ['::', 0, false],
    '::1/128': ['::1', 128, false],
  }
  for (const [text, [address, length, hostBitsSet]] of Object.entries(prefixes)) {
    it(`${text} begins at ${address}`, () => {
      const parsed = parsePrefix(text)
      expect(parsed.ok && { ...parsed.value, address: formatAddress(parsed.value.address) }).to.deep.equal({ address, length, hostBitsSet })
    })
  }
  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/+8',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10.0.0.0/1e1',
    '/8',
  ]) {
    it(`${text} is refused`, () => expect(parsePrefix(text).ok).to.equal(false))
  }
})

describe('A range', () => {
  const ranges: Readonly<Record<string, string>> = {
    '192.168.1.0/24': '192.168.1.0-192.168.1.255',
    '198.51.100.10/24': '198.51.100.0-198.51.100.255',
    '0.0.0.0/0': '0.0.0.0-255.255.255.255',
    '192.168.1.10-192.168.1.20': '192.168.1.10-192.168.1.20',
    ' 192.168.1.10 \t-  192.168.1.20 ': '192.168.1.10-192.168.1.20',
    '10.0.0.1-10.0.0.1': '10.0.0.1-10.0.0.1',
    'fd00::/127': 'fd00::-fd00::1',
    'fd00::10-fd00::1f': 'fd00::10-fd00::1f',
    '::/0': '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  }
  for (const [text, expected] of Object.entries(ranges)) {
    it(`${JSON.stringify(text)} is ${expected}`, () => {
      const parsed = parseRange(text)
      expect(parsed.ok && formatRange(parsed.value)).to.equal(expected)
    })
  }

  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    '192.168.1.5': ['RangeBareAddress', /use "192\.168\.1\.5\/32"/],
    'FD00::1': ['RangeBareAddress', /use "fd00::1\/128"/],
    '192.168.1.20-192.168.1.10': [
      'RangeReversed',
      /its end 192\.168\.1\.10 comes before its start 192\.168\.1\.20; write "192\.168\.1\.10-192\.168\.1\.20"/,
    ],
    '192.168.1.1-fd00::1': ['RangeMixedFamilies', /begins with an IPv4 address and ends with an IPv6 address/],
    'fd00::1-192.168.1.1': ['RangeMixedFamilies', /begins with an IPv6/],
    '010.0.0.0/8': ['AddressLeadingZero', /write "10"/],
    '10.0.0.0/08': ['AddressLeadingZero', /write "8"/],
    '10.0.0.1-10.0.0.09': ['AddressLeadingZero', /write "9"/],
    '10.0.0.1-': ['RangeSyntax', /"" is not an IP address/],
    '-10.0.0.1': ['RangeSyntax', /"" is not an IP address/],
    '10.0.0.1-10.0.0.2-10.0.0.3': ['RangeSyntax', /"10\.0\.0\.2-10\.0\.0\.3" is not an IP address/],
    '10.0.0.1-20': ['RangeSyntax', /"20" is not an IP address/],
    '10.0.0.0/24-10.0.1.0/24': ['RangeSyntax', /not an IP address/],
    '10.0.0.0/33': ['RangeSyntax', /more than 32/],
    '10.0.0.0/8 ': ['RangeSyntax', /write "10\.0\.0\.0\/8"/],
    '\t10.0.0.0/8': ['RangeSyntax', /space before or behind/],
    '': ['RangeSyntax', /empty/],
    'example.com': ['RangeSyntax', /2 of the 4/],
  }
  for (const [text, [code, message]] of Object.entries(refused)) {
    it(`${JSON.stringify(text)} is refused as ${code}`, () => {
      const parsed = parseRange(text)
      expect(parsed.ok ? 'accepted' : parsed.error.code).to.equal(code)
      expect(parsed.ok ? '' : parsed.error.message).to.match(message)
    })
  }

  const widest: Readonly<Record<string, number>> = {
    '10.0.0.0/24': 24,
    '0.0.0.0/0': 0,
    '::/0': 0,
    '10.0.0.1/32': 32,
    '10.0.0.1-10.0.0.2': 32,
    '10.0.0.1-10.0.1.254': 25,
    '10.0.0.0-10.0.1.254': 24,
    '192.168.1.100-192.168.1.110': 30,
    'fd00::1-fd00::ffff': 113,
    'fd00::/64': 64,
  }
  for (const [text, length] of Object.entries(widest)) {
    it(`${text} holds a whole /${length}, and no wider one`, () => {
      const parsed = parseRange(text)
      expect(parsed.ok && widestPrefix(parsed.value)).to.equal(length)
    })
  }

  it('counts its addresses, however many', () => {
    const size = (text: string): bigint | false => {
      const parsed = parseRange(text)
      return parsed.ok && rangeSize(parsed.value)
    }
    expect(size('10.0.0.0/8')).to.equal(2n ** 24n)
    expect(size('::/0')).to.equal(2n ** 128n)
    expect(size('10.0.0.1/32')).to.equal(1n)
  })
})

const address = (value: number): Address => ({ family: 'IPv4', value })
const smallRange = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }), fc.constantFrom('IPv4' as const, 'IPv6' as const))
  .map(
    ([first, length, family]): AddressRange =>
      family === 'IPv4'
        ? { first: address(first), last: address(first + length) }
        : { first: { family, value: BigInt(first) }, last: { family, value: BigInt(first + length) } },
  )

describe('The overlap sweep', () => {
  it('finds exactly the pairs that comparing each with each finds, with the shared span', () => {
    fc.assert(
      fc.property(fc.array(smallRange, { maxLength: 25 }), (ranges) => {
        const found = findOverlaps(ranges.map((range, owner) => ({ range, owner })))
        const naive: string[] = []
        for (const [a, left] of ranges.entries()) {
          for (const [b, right] of ranges.entries()) {
            if (a >= b || !rangesOverlap(left, right)) continue
            const shared = Array.from(
              { length: 80 },
              (_, value): Address => (left.first.family === 'IPv4' ? address(value) : { family: 'IPv6', value: BigInt(value) }),
            ).filter((each) => rangeContains(left, each) && rangeContains(right, each))
            const [from, to] = [shared.at(0), shared.at(-1)]
            naive.push(`${a} ${b} ${from === undefined ? '' : formatAddress(from)} ${to === undefined ? '' : formatAddress(to)}`)
          }
        }
        expect(found.map(({ a, b, from, to }) => `${a} ${b} ${formatAddress(from)} ${formatAddress(to)}`).toSorted()).to.deep.equal(
          naive.toSorted(),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('of those with one owner finds the pairs that it is in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(smallRange, fc.nat({ max: 4 })), { maxLength: 25 }), (ranges) => {
        const entries = ranges.map(([range, owner], index) => ({ range, owner: { owner, index } }))
        const all = findOverlaps(entries).filter(({ a, b }) => a.owner === 0 || b.owner === 0)
        expect(findOverlaps(entries, { concerns: ({ owner }) => owner === 0 })).to.deep.equal(all)
      }),
    )
  })

  it('knows whoever comes after one with which he shares an address', () => {
    fc.assert(
      fc.property(fc.array(smallRange, { maxLength: 25 }), (ranges) => {
        const naive = ranges.flatMap((range, index) => (ranges.slice(0, index).some((other) => rangesOverlap(range, other)) ? [index] : []))
        const found = findLatecomers(ranges.map((range, owner) => ({ range, owner })))
        expect([...found].toSorted((a, b) => a - b)).to.deep.equal(naive)
      }),
      { numRuns: 1000 },
    )
  })

  it('stops at its limit', () => {
    const all = Array.from({ length: 5000 }, (_, owner) => ({ range: { first: address(0), last: address(9) }, owner }))
    expect(findOverlaps(all, { limit: 50 })).to.have.length(50)
  })
})

describe('The range index', () => {
  it('finds the range that holds an address, among disjoint ones', () => {
    fc.assert(
      fc.property(fc.array(smallRange, { maxLength: 25 }), fc.integer({ min: 0, max: 80 }), (ranges, value) => {
        const disjoint: { readonly range: AddressRange }[] = []
        for (const range of ranges) if (!disjoint.some((other) => rangesOverlap(other.range, range))) disjoint.push({ range })
        const index = new RangeIndex(disjoint)
        for (const wanted of [address(value), { family: 'IPv6', value: BigInt(value) } as const]) {
          expect(index.find(wanted)).to.equal(disjoint.find(({ range }) => rangeContains(range, wanted)))
        }
      }),
    )
  })

  it('finds the first listed of overlapping ranges that hold an address, and all that meet a range', () => {
    fc.assert(
      fc.property(fc.array(smallRange, { maxLength: 25 }), smallRange, (ranges, asked) => {
        const entries = ranges.map((range) => ({ range }))
        const index = new OverlappingRanges(entries)
        expect(index.find(asked.first)).to.equal(entries.find(({ range }) => rangeContains(range, asked.first)))
        const met = index.meeting(asked)
        expect(entries.filter((each) => met.includes(each))).to.deep.equal(entries.filter(({ range }) => rangesOverlap(range, asked)))
        expect(new Set(met)).to.have.property('size', met.length)
      }),
      { numRuns: 500 },
    )
  })

  it('orders IPv4 before IPv6', () => {
    expect(compareAddresses(address(5), { family: 'IPv6', value: 1n })).to.be.lessThan(0)
  })
})
