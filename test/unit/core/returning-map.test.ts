import { expect } from 'chai'
import fc from 'fast-check'
import { ReturningMap } from '../../../core/returning-map.ts'

describe('a map of keys that come back', () => {
  it('holds what a Map holds, however often they go', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 4000 }), value: fc.option(fc.integer(), { nil: undefined }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20_000, size: 'max' }), (steps) => {
        const [ours, plain] = [new ReturningMap<number, number>(), new Map<number, number>()]
        for (const { key, value } of steps) {
          const before = plain.get(key)
          expect(value === undefined ? ours.delete(key) : ours.set(key, value)).to.equal(before)
          if (value === undefined) plain.delete(key)
          else plain.set(key, value)
        }
        expect([...ours.values()].toSorted((a, b) => a - b)).to.deep.equal([...plain.values()].toSorted((a, b) => a - b))
        expect(ours.size).to.equal(plain.size)
        for (const { key } of steps) if (ours.get(key) !== plain.get(key)) expect.fail(`key ${key}`)
      }),
      { numRuns: 20 },
    )
  })
})
