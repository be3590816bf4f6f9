import { existsSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { divideIntoLanes, seconds } from '../../../tools/lanes.ts'

describe('the lanes of the tests', () => {
  it('take about equally long', () => {
    const weights = { long: 60, middle: 40, short: 15 }
    expect(divideIntoLanes(['a', 'long', 'middle', 'short'], 2, weights)).to.deep.equal([['long'], ['a', 'middle', 'short']])
  })

  it('have every file once, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 5 }), (files, count) => {
        const lanes = divideIntoLanes(files, count)
        expect(lanes).to.have.lengthOf(count)
        expect(lanes.flat().toSorted()).to.deep.equal(files.toSorted())
        for (const lane of lanes) expect(lane).to.deep.equal(files.filter((file) => lane.includes(file)))
      }),
    )
  })

  for (const file of Object.keys(seconds)) it(`know ${file}, which is there`, () => expect(existsSync(file)).to.equal(true))
})
