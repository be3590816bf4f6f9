import { expect } from 'chai'
import fc from 'fast-check'
import { type Dated, OldestFirst } from '../../../core/oldest-first.ts'

const items: readonly Dated[] = [5, 3, 3, 9, 1, 0, 7, 7].map((at, index) => ({ at, rank: index % 2 === 0 ? index : BigInt(index) }))

describe('A queue in the order of time', () => {
  it('always has the oldest first, whatever comes and goes', () => {
    const some = fc.integer({ min: 0, max: items.length - 1 })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), some), { maxLength: 300, size: 'max' }), (steps) => {
        const queue = new OldestFirst<Dated>()
        const naive = new Set<Dated>()
        for (const [comes, index] of steps) {
          const item = items[index]
          if (item === undefined) continue
          queue[comes ? 'put' : 'delete'](item)
          naive[comes ? 'add' : 'delete'](item)
          const [first] = [...naive].toSorted((a, b) => a.at - b.at || Number(a.rank) - Number(b.rank))
          expect(queue.first).to.equal(first)
          expect(queue.size).to.equal(naive.size)
        }
      }),
    )
  })
})
