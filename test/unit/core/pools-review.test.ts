import { expect } from 'chai'
import fc from 'fast-check'
import { compilePools } from '../../../core/config/pools.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { poolObject } from './objects.ts'

const entry = fc.oneof(
  fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 20 })).map(([first, more]) => `10.0.0.${first}-10.0.0.${first + more}`),
  fc.nat({ max: 3 }).map((third) => `10.0.${third}.9/24`),
  fc.constantFrom('fd00::1-fd00::9', 'fd00::8/126', '10.0.0.1', '10.0.0.9-10.0.0.1'),
)
/** Some were never stored, and have no age. */
const pool = fc
  .record({
    number: fc.nat({ max: 6 }),
    addresses: fc.array(entry, { maxLength: 3 }),
    day: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    isDefault: fc.boolean(),
    isBroken: fc.boolean(),
  })
  .map(({ number, addresses, day, isDefault, isBroken }): IPAddressPool => {
    const { metadata, ...object } = poolObject(`p${number}`, {
      addresses,
      ...(isBroken ? { serviceAllocation: { namespaces: ['a', 'a'] } } : {}),
    })
    const { creationTimestamp: _, ...identity } = metadata
    const age = day === undefined ? {} : { creationTimestamp: `2026-01-0${day}T00:00:00Z` }
    return { ...object, metadata: { ...identity, ...age, annotations: isDefault ? { 'metallb.io/is-default-pool': 'true' } : {} } }
  })
const nameOf = ({ metadata }: IPAddressPool): string => metadata.name ?? ''

describe('One pool among others', () => {
  it('is reviewed as all of them together would be', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pool, { selector: nameOf, maxLength: 7 }), pool, (stored, written) => {
        const whole = compilePools([...stored.filter((other) => nameOf(other) !== nameOf(written)), written])
        const { pool: reviewed, problems, warnings } = compilePools(stored).review(written)
        expect(problems).to.deep.equal(whole.problems.get(nameOf(written)) ?? [])
        expect(warnings).to.deep.equal(whole.warnings.get(nameOf(written)) ?? [])
        expect(reviewed).to.deep.equal(whole.pools.find(({ name }) => name === nameOf(written)))
      }),
      { numRuns: 2000 },
    )
  })

  it('of which nothing changed is the same object after others have changed', () => {
    const [a, b, c] = [1, 2, 3].map((number) => poolObject(`p${number}`, { addresses: [`10.0.${number}.0/24`] }))
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three')
    const [before, after] = [compilePools([a, b]), compilePools([a, c])]
    expect(after.pools[0]).to.equal(before.pools[0])
  })

  it('is frozen by an older one however many conflicts there are', () => {
    const all = Array.from({ length: 2000 }, (_, index) => {
      const text = String(index).padStart(4, '0')
      return poolObject(
        `p${text}`,
        { addresses: ['10.0.0.0/24'] },
        { creationTimestamp: `2026-01-01T00:${text.slice(0, 2)}:${text.slice(2)}Z` },
      )
    })
    expect(compilePools(all).pools.filter(({ frozen }) => !frozen)).to.have.length(1)
  })
})
