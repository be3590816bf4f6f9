import { expect } from 'chai'
import { concurrently } from '../../../bench/concurrently.ts'

describe('Work done concurrently', () => {
  it('is done once for each item, in order, never more of it at a time than allowed', async () => {
    const begun: number[] = []
    let [busy, most] = [0, 0]
    await concurrently(
      Array.from({ length: 20 }, (_, index) => index),
      3,
      async (index) => {
        begun.push(index)
        most = Math.max(most, ++busy)
        for (let turn = 0; turn < index % 4; turn++) await Promise.resolve()
        busy--
      },
    )
    expect(begun).to.deep.equal(Array.from({ length: 20 }, (_, index) => index))
    expect(most).to.equal(3)
  })

  it('begins nothing more after a failure, and tells it', async () => {
    const begun: number[] = []
    const work = concurrently([0, 1, 2, 3, 4, 5], 2, async (index) => {
      begun.push(index)
      await Promise.resolve()
      if (index === 1) throw new Error('the second fails')
    })
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(String(error)).to.equal('Error: the second fails')
    expect(begun).to.have.length.below(6)
  })
})
