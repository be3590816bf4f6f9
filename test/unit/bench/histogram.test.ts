import { expect } from 'chai'
import { bucketsOf, quantile } from '../../../bench/admission/histogram.ts'

const text = (...counts: readonly [number, number, number]): string =>
  ['0.001', '0.005', '+Inf'].map((limit, index) => `took_seconds_bucket{le="${limit}",kind="Service"} ${counts[index]}`).join('\n')

describe('A histogram of several processes', () => {
  const buckets = bucketsOf(
    [`${text(90, 99, 100)}\ntook_seconds_bucket{le="0.001",kind="Pod"} 7`, text(10, 10, 10)],
    'took_seconds',
    'Service',
  )

  it('is the sum of their buckets, of one kind', () => {
    expect(buckets).to.deep.equal([
      { limit: 0.001, count: 100 },
      { limit: 0.005, count: 109 },
      { limit: Number.POSITIVE_INFINITY, count: 110 },
    ])
  })

  it('has quantiles by the upper ends of its buckets', () => {
    expect([quantile(buckets, 0.5), quantile(buckets, 0.99), quantile(buckets, 1), quantile([], 0.5)]).to.deep.equal([
      0.001,
      0.005,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ])
  })
})
