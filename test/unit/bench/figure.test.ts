import { expect } from 'chai'
import fc from 'fast-check'
import { type Aim, type Figure, figure, median } from '../../../bench/figure.ts'

const medians: Readonly<Record<string, readonly [readonly number[], number]>> = {
  'of one sample is that sample': [[3], 3],
  'of an odd number is the middle one, whatever their order': [[9, 1, 5], 5],
  'of an even number is the mean of the two in the middle': [[4, 1, 2, 100], 3],
  'is not moved by one outlier': [[1, 1, 1, 1, 1000], 1],
  'sorts by value, not by text': [[10, 9, 100], 10],
}

const judged: Readonly<Record<string, readonly [Aim, readonly number[], string, boolean]>> = {
  'a median at its limit': [{ type: 'atMost', limit: 4 }, [3, 4, 90], '≤ 4 ms', true],
  'a median above its limit': [{ type: 'atMost', limit: 4 }, [3, 4.1, 5], '≤ 4 ms', false],
  'a median at its floor': [{ type: 'atLeast', limit: 4 }, [3, 4, 90], '≥ 4 ms', true],
  'a median below its floor': [{ type: 'atLeast', limit: 4 }, [3, 3.9, 5], '≥ 4 ms', false],
  'each sample within its limit': [{ type: 'eachAtMost', limit: 80 }, [60, 80], 'each ≤ 80 ms', true],
  'one sample above its limit': [{ type: 'eachAtMost', limit: 80 }, [60, 81], 'each ≤ 80 ms', false],
  'each sample above a floor': [{ type: 'eachAtLeast', limit: 98 }, [98, 99], 'each ≥ 98 ms', true],
  'one sample below a floor': [{ type: 'eachAtLeast', limit: 98 }, [97, 99], 'each ≥ 98 ms', false],
}

const taken = (aim?: Aim, samples: readonly number[] = [1, 2, 3]): Figure => figure({ name: 'it', unit: 'ms', samples, aim })

describe('The median', () => {
  for (const [name, [samples, wanted]] of Object.entries(medians)) {
    it(name, () => expect(median(samples)).to.equal(wanted))
  }

  it('of nothing is refused', () => expect(() => median([])).to.throw(/no samples/))

  it('lies between the least and the most, and has as many samples below as above', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 }), (samples) => {
        const middle = median(samples)
        const below = samples.filter((sample) => sample < middle).length
        const above = samples.filter((sample) => sample > middle).length
        expect(middle).to.be.within(Math.min(...samples), Math.max(...samples))
        expect(Math.max(below, above)).to.be.at.most(samples.length / 2)
      }),
    )
  })
})

describe('A figure', () => {
  it('says median, least, most and how many samples, and nothing that it does not have', () => {
    expect(taken(undefined, [2, 1, 9])).to.deep.equal({ name: 'it', value: 2, unit: 'ms', min: 1, max: 9, runs: 3 })
  })

  it('is rounded to thousandths', () => expect(taken(undefined, [1.234_56])).to.include({ value: 1.235, min: 1.235, max: 1.235 }))

  for (const [name, [aim, samples, words, met]] of Object.entries(judged)) {
    it(`judges ${name}`, () => expect(taken(aim, samples)).to.include({ aim: words, met }))
  }

  it('judges what was measured, not what was rounded', () => expect(taken({ type: 'atMost', limit: 4 }, [4.0001]).met).to.equal(false))

  it('stands beside a peer of the same run, with a ratio of the medians', () => {
    const beside = figure({ name: 'it', unit: 'ms', samples: [1, 2, 3], peer: { name: 'BIRD', samples: [8, 2, 4] } })
    expect(beside).to.include({ peer: 'BIRD', peerValue: 4, ratio: 0.5 })
  })

  it('is judged by its ratio to the peer', () => {
    const judge = (type: 'ratioAtMost' | 'ratioAtLeast', limit: number): boolean | undefined =>
      figure({ name: 'it', unit: 'ms', samples: [2], peer: { name: 'BIRD', samples: [4] }, aim: { type, limit } }).met
    expect([judge('ratioAtMost', 0.5), judge('ratioAtMost', 0.49)]).to.deep.equal([true, false])
    expect([judge('ratioAtLeast', 0.5), judge('ratioAtLeast', 0.51)]).to.deep.equal([true, false])
  })

  it('has no ratio to a peer that was measured earlier', () => {
    const beside = figure({ name: 'it', unit: 'ms', samples: [4], peer: { name: 'MetalLB', measuredEarlier: 7 } })
    expect(beside).to.include({ peer: 'MetalLB (measured earlier)', peerValue: 7 }).and.not.to.have.property('ratio')
  })

  it('has no ratio to a peer that took nothing, and misses an aim that needs one', () => {
    const beside = figure({
      name: 'it',
      unit: 's',
      samples: [1],
      peer: { name: 'BIRD', samples: [0] },
      aim: { type: 'ratioAtMost', limit: 1 },
    })
    expect(beside).not.to.have.property('ratio')
    expect(beside.met).to.equal(false)
  })

  it('is none without samples, its own or its peer’s', () => {
    expect(() => taken(undefined, [])).to.throw(/no samples/)
    expect(() => figure({ name: 'it', unit: 'ms', samples: [1], peer: { name: 'BIRD', samples: [] } })).to.throw(/no samples/)
  })
})
