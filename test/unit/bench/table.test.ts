import { expect } from 'chai'
import { formatTable } from '../../../bench/table.ts'

describe('The table of figures', () => {
  it('lines up text on the left and numbers on the right', () => {
    const table = formatTable([
      {
        name: 'latency',
        value: 3.456,
        unit: 'ms',
        min: 2,
        max: 12.34,
        runs: 30,
        peer: 'BIRD',
        peerValue: 345.6,
        ratio: 0.01,
        aim: '≤ 4 ms',
        met: true,
      },
      { name: 'lab', value: 7, unit: 's', min: 7, max: 7, runs: 1, aim: '≤ 6 s', met: false },
      { name: 'cpu', value: 0.5, unit: 's', min: 0.5, max: 0.5, runs: 5 },
    ])
    expect(table.split('\n')).to.deep.equal([
      'figure   median  unit    min – max  runs  peer  of peer  ratio  aim     met',
      'latency    3.46  ms       2 – 12.3    30  BIRD      346   0.01  ≤ 4 ms  yes',
      'lab           7  s           7 – 7     1                        ≤ 6 s   NO',
      'cpu        0.50  s     0.50 – 0.50     5',
    ])
  })
})
