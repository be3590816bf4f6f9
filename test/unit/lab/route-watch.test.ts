import { expect } from 'chai'
import { parseRouteLine } from '../../lab/route-watch.ts'

const cases: Readonly<Record<string, readonly [string, object | undefined]>> = {
  'a route over several nodes': [
    '[2026-11-21T09:19:34.833264] 10.97.0.1 proto bird metric 32 \\\tnexthop via 10.99.0.11 dev eth0 weight 1 \\\tnexthop via 10.99.0.12 dev eth0 weight 1 ',
    { prefix: '10.97.0.1', isDeletion: false, nextHops: ['10.99.0.11', '10.99.0.12'] },
  ],
  'a route through an object of the kernel': [
    '[2026-11-21T09:19:34.861587] 10.97.0.0/24 nhid 7 via 10.99.0.12 dev eth0 proto bgp metric 20 ',
    { prefix: '10.97.0.0/24', isDeletion: false, nextHops: ['10.99.0.12'] },
  ],
  'one next hop of several that is gone': [
    '[2026-11-21T09:19:34.976578] Deleted fd10:97::1 via fd10:99::11 dev eth0 metric 1024 pref medium',
    { prefix: 'fd10:97::1', isDeletion: true, nextHops: ['fd10:99::11'] },
  ],
  'a route to nowhere': ['[2026-11-21T09:19:34.864043] blackhole 192.0.2.1 ', { prefix: '192.0.2.1', isDeletion: false, nextHops: [] }],
  'what is no route': ['Deleted 10.99.0.12 dev eth0 lladdr 02:00:0a:63:00:0c', undefined],
}

describe('a line of the watch of routes', () => {
  for (const [name, [line, expected]] of Object.entries(cases)) {
    it(`is ${name}`, () => {
      const message = parseRouteLine(line)
      if (expected === undefined) expect(message).to.equal(undefined)
      else expect(message).to.deep.include(expected)
    })
  }

  it('has a time in microseconds', () => {
    const line = (micros: string): string => `[2026-11-21T09:19:34.864${micros}] 192.0.2.1 via 192.0.2.2 dev eth0`
    const times = ['043', '543'].map((micros) => parseRouteLine(line(micros))?.time ?? 0)
    expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.closeTo(0.5, 0.01)
  })
})
