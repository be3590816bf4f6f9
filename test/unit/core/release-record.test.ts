import { expect } from 'chai'
import fc from 'fast-check'
import type { Address } from '../../../core/address.ts'
import { joinName } from '../../../core/namespaced-name.ts'
import { formatReleases, parseReleases } from '../../../core/release-record.ts'
import type { Release } from '../../../core/releases.ts'
import { formatInstant, formatSecond, parseInstant } from '../../../core/rfc3339.ts'
import { instant } from '../../../core/time.ts'
import { address } from './objects.ts'

const lastInstant = 253_402_300_799_999
const someInstant = fc.integer({ min: 0, max: lastInstant }).map(instant)

describe('A point in time', () => {
  it('is written as the standard library writes it, and read again', () => {
    fc.assert(
      fc.property(someInstant, (time) => {
        expect(formatInstant(time)).to.equal(new Date(time).toISOString())
        expect(parseInstant(formatInstant(time))).to.equal(time)
      }),
    )
  })

  it('is never shown before it comes', () => {
    expect(formatSecond(instant(1000))).to.equal('1970-01-01T00:00:01Z')
    expect(formatSecond(instant(1001))).to.equal('1970-01-01T00:00:02Z')
    expect(formatInstant(instant(Number.POSITIVE_INFINITY))).to.equal('9999-12-31T23:59:59.999Z')
  })

  for (const text of ['', '2026', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00+01:00', '2026-01-01 00:00:00Z'])
    it(`is not read from "${text}"`, () => expect(parseInstant(text)).to.equal(undefined))
})

const bare = ({ pool: _pool, ...release }: Release & { readonly pool: string }): Release => release

describe('The record of released addresses', () => {
  const someAddress = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }).map((value): Address => ({ family: 'IPv4', value })),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value): Address => ({ family: 'IPv6', value })),
  )
  const someRelease = fc
    .record(
      { address: someAddress, at: someInstant, service: fc.constantFrom(joinName('shop', 'web'), joinName('bank', '1-api')) },
      { requiredKeys: ['address', 'at'] },
    )
    .map((release): Release & { readonly pool: string } => ({
      ...release,
      pool: release.address.family === 'IPv4' ? 'lan' : 'constructor',
    }))

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(someRelease), (releases) => {
        const read = parseReleases(formatReleases(releases))
        expect(read).to.have.deep.members(releases.map(bare))
      }),
    )
  })

  it('has a line for each, under the name of its pool', () => {
    const at = instant(1_767_225_600_000)
    const lan = { address: address('10.0.0.1'), at, pool: 'lan' }
    expect(formatReleases([{ ...lan, service: joinName('shop', 'web') }, lan])).to.deep.equal({
      lan: '2026-01-01T00:00:00.000Z 10.0.0.1 shop/web\n2026-01-01T00:00:00.000Z 10.0.0.1\n',
    })
  })

  it('leaves out the oldest rather than outgrow a ConfigMap', () => {
    const service = joinName('n'.repeat(63), 's'.repeat(63))
    const many = Array.from({ length: 65_536 }, (_, value) => {
      return { address: { family: 'IPv4', value } as const, at: instant(lastInstant - value), service, pool: 'lan' }
    })
    const data = formatReleases(many)
    expect(JSON.stringify(data).length).to.be.lessThan(1_000_000)
    const read = parseReleases(data)
    expect(read).to.deep.equal(many.slice(0, read.length).map(bare))
    expect(read.length).to.be.greaterThan(4000)
  })

  for (const [name, data] of Object.entries({
    'nothing at all': undefined,
    'a list': ['2026-01-01T00:00:00Z 10.0.0.1 shop/web'],
    'values that are no texts': { lan: 5, wan: null, dmz: { a: 'b' } },
    'other words': { lan: 'hello\n\nworld 10.0.0.1 shop/web\n' },
    'what is no address': { lan: '2026-01-01T00:00:00Z 10.0.0.256 shop/web' },
    'what is no Service': { lan: '2026-01-01T00:00:00Z 10.0.0.1 <script>\n2026-01-01T00:00:00Z 10.0.0.1 shop\n' },
    'more than it should': { lan: '2026-01-01T00:00:00Z 10.0.0.1 shop/web shop/web' },
  }))
    it(`makes nothing of ${name}`, () => expect(parseReleases(data)).to.deep.equal([]))

  it('never throws, whatever somebody wrote', () => {
    fc.assert(fc.property(fc.anything(), (data) => void parseReleases(data)))
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.string()), (data) => void parseReleases(data)))
  })
})
