import { expect } from 'chai'
import { type Case, measures } from '../../../bench/routes/aims.ts'
import { mrtTable } from '../../../bench/routes/mrt.ts'
import { addressOf, lines } from '../../../bench/routes/prefixes.ts'

describe('The routes of a transfer', () => {
  it('are single addresses from 10.0.0.0 on', () => {
    expect([0, 255, 256, 99_999].map(addressOf)).to.deep.equal(['10.0.0.0', '10.0.0.255', '10.0.1.0', '10.1.134.159'])
  })

  it('are listed a line each', () =>
    expect(lines(2, (address) => `route ${address}/32`)).to.equal('route 10.0.0.0/32\nroute 10.0.0.1/32\n'))
})

describe('An MRT table (RFC 6396)', () => {
  const header = (subtype: string, length: string): string => `00000000000d${subtype}${length}`
  const peers = `${header('0001', '00000015')}c00002010000000102c0000201c00002010000fde9`
  const route = (sequence: string, last: string): string =>
    `${header('0002', '00000021')}${sequence}200a0000${last}0001000000000000000e${'40010100'}${'400200'}${'400304c0000201'}`

  it('has a table of peers, then a record per route', () => {
    expect(Buffer.from(mrtTable(2, 0)).toString('hex')).to.equal(peers + route('00000000', '00') + route('00000001', '01'))
  })

  it('tells the last routes again when asked to, backwards', () => {
    expect(Buffer.from(mrtTable(2, 3)).toString('hex')).to.equal(
      peers + ['00', '01', '01', '00', '01'].map((last, sequence) => route(`0000000${sequence}`, last)).join(''),
    )
  })
})

describe('The aims of a transfer', () => {
  const aimsOf = (transferCase: Case): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      measures
        .flatMap(({ name, own, beside = {} }) => [
          [name, own?.(transferCase)?.limit] as const,
          ...Object.entries(beside).map(([peer, aim]) => [`${name} beside ${peer}`, aim(transferCase)?.limit] as const),
        ])
        .filter(([, limit]) => limit !== undefined),
    )

  it('for 10,000 routes to BIRD', () => {
    expect(aimsOf({ receiver: 'BIRD', routes: 10_000 })).to.deep.equal({
      'first-update': 10,
      'first-update beside FRR': 0.05,
      'last-update beside GoBGP': 0.35,
      'held beside GoBGP': 0.5,
      'held beside FRR': 0.05,
      updates: 14,
      'octets beside FRR': 1.01,
      fullness: 98,
      'gone beside GoBGP': 0.1,
      'gone beside BIRD': 1.5,
      'gone beside FRR': 0.3,
      'withdraw-updates': 14,
    })
  })

  it('for 100,000 routes to BIRD', () => {
    expect(aimsOf({ receiver: 'BIRD', routes: 100_000 })).to.deep.equal({
      'first-update': 40,
      'first-update beside FRR': 0.05,
      'last-update beside GoBGP': 0.1,
      'held beside GoBGP': 0.35,
      updates: 125,
      'octets beside FRR': 1.01,
      fullness: 98,
      'gone beside GoBGP': 0.1,
      'gone beside BIRD': 1,
      'gone beside FRR': 0.3,
      'withdraw-updates': 124,
      'cpu beside GoBGP': 0.05,
      'cpu beside BIRD': 2,
      'cpu beside FRR': 1,
    })
  })

  it('for 100,000 routes to FRR, which takes longer messages', () => {
    expect(aimsOf({ receiver: 'FRR', routes: 100_000 })).to.deep.equal({
      'first-update beside FRR': 0.05,
      'held beside GoBGP': 0.5,
      updates: 9,
      'octets beside FRR': 1.01,
      fullness: 98,
      'withdraw-updates': 124,
    })
  })
})
