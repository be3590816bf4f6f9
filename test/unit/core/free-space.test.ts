import { expect } from 'chai'
import fc from 'fast-check'
import { everyInteger, everyIPv6, FreeSpace, isTame, type Line, tameIPv4 } from '../../../core/free-space.ts'

const size = 600

/** Random takes and gives, beside a plain set of the free ones. */
function compare<V extends number | bigint>(line: Line<V>, at: (index: number) => V, usable: (value: V) => boolean): void {
  const step = fc.record({ take: fc.boolean(), index: fc.integer({ min: 0, max: size - 1 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const all = Array.from({ length: size }, (_, index) => at(index)).filter(usable)
      const [first, last] = [all.at(0), all.at(-1)]
      if (first === undefined || last === undefined) return
      const space = new FreeSpace(first, last, line)
      const free = new Set(all)
      for (const { take, index } of steps) {
        const value = at(index)
        if (!usable(value)) continue
        if (take) expect(space.take(value)).to.equal(free.delete(value))
        else {
          expect(space.give(value)).to.equal(!free.has(value))
          free.add(value)
        }
        expect(space.has(value)).to.equal(free.has(value))
        expect(space.lowest).to.equal(all.find((each) => free.has(each)))
      }
      const runs = all.filter((value, index) => free.has(value) && (index === 0 || !free.has(all[index - 1] ?? value)))
      expect(space.fragments).to.equal(runs.length)
    }),
    { numRuns: 200 },
  )
}

/** 0 to `count` - 1 in an order that only the seed decides. */
function shuffled(count: number, seed: number): readonly number[] {
  const numbers = Array.from({ length: count }, (_, index) => index)
  let state = seed >>> 0
  for (let index = count - 1; index > 0; index--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const other = state % (index + 1)
    ;[numbers[index], numbers[other]] = [numbers[other] ?? 0, numbers[index] ?? 0]
  }
  return numbers
}

describe('Free space', () => {
  it('is what a set of free IPv4 addresses is', () =>
    compare(
      everyInteger,
      (index) => 0xfffffd00 + index,
      () => true,
    ))

  it('is what a set of free IPv6 addresses is, beyond 2^64', () =>
    compare(
      everyIPv6,
      (index) => (0xfd00n << 112n) + BigInt(index),
      () => true,
    ))

  it('leaves out .0 and .255 without counting them as gaps', () => compare(tameIPv4, (index) => 0x0a0000f8 + index, isTame))

  it('is what a set of free addresses is when there are tens of thousands of gaps', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const count = 40_000
        const order = shuffled(count, seed)
        const space = new FreeSpace(0, count - 1, everyInteger)
        const free = new Set(Array.from({ length: count }, (_, index) => index))
        // An expectation for each of them would take most of the time.
        const differ = (values: readonly number[], same: (value: number) => boolean): readonly number[] =>
          values.filter((value) => !same(value))
        const expectSame = (): void => {
          const runs = order.filter((value) => free.has(value) && !free.has(value - 1)).toSorted((a, b) => a - b)
          expect([space.fragments, space.lowest]).to.deep.equal([runs.length, runs[0]])
          expect(differ(order, (value) => space.has(value) === free.has(value))).to.deep.equal([])
        }
        expect(differ(order.slice(0, count * 0.9), (value) => space.take(value) === free.delete(value))).to.deep.equal([])
        expectSame()
        expect(
          differ(order.slice(count * 0.5), (value) => space.give(value) !== free.has(value) && free.add(value).has(value)),
        ).to.deep.equal([])
        expectSame()
        const rest = [...free].toSorted((one, other) => one - other)
        expect(differ(rest, (value) => space.lowest === value && space.take(value))).to.deep.equal([])
        expect(space.fragments).to.equal(0)
      }),
      { numRuns: 5 },
    )
  })

  it('of a /8 is one interval, also when .0 and .255 are avoided', () => {
    const space = new FreeSpace(tameIPv4.next(0x0a000000), tameIPv4.previous(0x0b000000), tameIPv4)
    for (let count = 0; count < 1000; count++) {
      const { lowest } = space
      expect(lowest === undefined ? false : space.take(lowest)).to.equal(true)
    }
    expect(space.fragments).to.equal(1)
    // 254 usable addresses in each of the first three /24, then 238 of the fourth.
    expect(space.lowest).to.equal(0x0a000000 + 3 * 256 + 239)
  })
})
