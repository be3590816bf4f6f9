import { expect } from 'chai'
import fc from 'fast-check'
import { compileL2Advertisement } from '../../../core/config/l2-advertisement.ts'
import { compilePool } from '../../../core/config/pool.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { selectsPool } from '../../../core/config/selection.ts'
import { problemCodes } from '../../../core/problem.ts'
import { formatRange } from '../../../core/range.ts'
import type { IPAddressPool, L2Advertisement } from '../../../schemas/generated/types.ts'
import { poolObject, pools } from './objects.ts'

const codesAndFields = (object: IPAddressPool): readonly string[] =>
  compilePool(object).problems.map(({ code, field }) => `${code} ${field}`)

describe('A pool', () => {
  it('is compiled with its ranges in listed order and its defaults', () => {
    const { pool, problems } = compilePool(poolObject('a', { addresses: ['10.0.1.0/24', 'fd00::1-fd00::2', '10.0.0.0/24'] }))
    expect(problems).to.deep.equal([])
    expect(pool?.ranges.map(formatRange)).to.deep.equal(['10.0.1.0-10.0.1.255', 'fd00::1-fd00::2', '10.0.0.0-10.0.0.255'])
    expect(pool).to.include({ autoAssign: true, avoidBuggyIPs: false, isDefault: false, frozen: false })
  })

  it('tells every problem at once, each at its place', () => {
    const object = poolObject('a', {
      addresses: ['10.0.0.0/24', '10.0.1.9-10.0.1.1', '10.0.2.1', '010.0.0.0/8', '10.0.0.1-fd00::1', 'nonsense'],
      serviceAllocation: {
        namespaces: ['shop', 'shop'],
        serviceSelectors: [{ matchLabels: { app: 'a' } }, { matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] }],
        namespaceSelectors: [{ matchExpressions: [{ key: 'x', operator: 'Exists', values: ['y'] }] }],
      },
    })
    expect(codesAndFields(object)).to.have.members([
      'RangeReversed spec.addresses[1]',
      'RangeBareAddress spec.addresses[2]',
      'AddressLeadingZero spec.addresses[3]',
      'RangeMixedFamilies spec.addresses[4]',
      'RangeSyntax spec.addresses[5]',
      'DuplicateEntry spec.serviceAllocation.namespaces[1]',
      'DuplicateEntry spec.serviceAllocation.serviceSelectors[1]',
      'SelectorInvalid spec.serviceAllocation.namespaceSelectors[0].matchExpressions[0].values',
    ])
  })

  it('says in one message what, its value, and the fix', () => {
    const [problem] = compilePool(poolObject('a', { addresses: ['192.168.1.50-192.168.1.10'] })).problems
    expect(problem?.message).to.equal(
      'invalid CIDR "192.168.1.50-192.168.1.10" in pool "a": its end 192.168.1.10 comes before its start 192.168.1.50; write "192.168.1.10-192.168.1.50"',
    )
    expect(problem?.value).to.equal('192.168.1.50-192.168.1.10')
  })

  it('without addresses is refused', () => {
    expect(codesAndFields(poolObject('a', { addresses: [] }))).to.deep.equal(['PoolWithoutAddresses spec.addresses'])
  })

  it('with host bits set means the whole network, and is warned about', () => {
    const { pool, problems, warnings } = compilePool(poolObject('a', { addresses: ['198.51.100.10/24'] }))
    expect(problems).to.deep.equal([])
    expect(pool?.ranges.map(formatRange)).to.deep.equal(['198.51.100.0-198.51.100.255'])
    expect(warnings.map(({ code }) => code)).to.deep.equal(['RangeHostBits'])
  })

  it('with a problem is frozen, so that its holders keep what they have', () => {
    expect(compilePool(poolObject('a', { addresses: ['10.0.0.0/24', 'nonsense'] })).pool?.frozen).to.equal(true)
  })

  it('of whatever shape never makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (addresses, allocation, metadata) => {
        const object = { metadata, spec: { addresses, serviceAllocation: allocation, autoAssign: addresses, avoidBuggyIPs: metadata } }
        for (const hostile of [object, { metadata, spec: addresses }, addresses]) {
          for (const { message, code, reason } of compilePools([hostile as IPAddressPool])
            .problems.values()
            .toArray()
            .flat()) {
            expect(message).to.not.equal('')
            expect(problemCodes[code].reason).to.equal(reason)
          }
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('Pools together', () => {
  const older = { creationTimestamp: '2026-01-01T00:00:00Z' }
  const younger = { creationTimestamp: '2026-01-02T00:00:00Z' }

  it('that overlap are both told, each from its own view, with the shared span and the fix', () => {
    const { problems, pools: compiled } = compilePools([
      poolObject('b', { addresses: ['10.9.0.0/16', '192.168.1.0/24'] }, younger),
      poolObject('a', { addresses: ['192.168.1.100-192.168.1.110'] }, older),
    ])
    expect(problems.get('b')?.map(({ code, field, message }) => `${code} ${field} ${message}`)).to.deep.equal([
      'PoolOverlap spec.addresses[1] CIDR "192.168.1.0/24" in pool "b" overlaps with already defined CIDR "192.168.1.100-192.168.1.110" in pool "a": both hold 192.168.1.100 to 192.168.1.110; ' +
        'to change what pool "a" hands out, edit the addresses of pool "a" instead of defining a second pool, or choose other addresses here',
    ])
    expect(problems.get('a')?.map(({ field, message }) => `${field} ${message}`)[0]).to.match(
      /^spec\.addresses\[0\] CIDR "192\.168\.1\.100-192\.168\.1\.110" in pool "a" overlaps with already defined CIDR "192\.168\.1\.0\/24" in pool "b"/,
    )
    expect(compiled.map(({ name, frozen }) => [name, frozen])).to.deep.equal([
      ['a', false],
      ['b', true],
    ])
  })

  it('that share one address say which', () => {
    const { problems } = compilePools([poolObject('a', { addresses: ['fd00::1/128'] }), poolObject('b', { addresses: ['fd00::/64'] })])
    expect(problems.get('b')?.[0]?.message).to.include(': both hold fd00::1; ')
  })

  it('of both families do not overlap by their numbers', () => {
    expect(compilePools([poolObject('a', { addresses: ['0.0.0.0/0'] }), poolObject('b', { addresses: ['::/0'] })]).problems.size).to.equal(
      0,
    )
  })

  it('may overlap inside one pool neither', () => {
    const { problems } = compilePools([poolObject('a', { addresses: ['10.0.0.0/24', '10.0.0.7/32'] })])
    expect(problems.get('a')?.map(({ code, field }) => `${code} ${field}`)).to.deep.equal(['RangeOverlap spec.addresses[1]'])
  })

  it('have one default, the oldest; an object that is not stored yet is the youngest', () => {
    const annotations = { 'metallb.io/is-default-pool': 'true' }
    const fresh = { name: 'a', namespace: 'metallb-system', annotations }
    const { problems, pools: compiled } = compilePools([
      { ...poolObject('a', { addresses: ['10.0.0.0/24'] }), metadata: fresh },
      poolObject('b', { addresses: ['10.0.1.0/24'] }, { annotations, ...younger }),
    ])
    expect(compiled.filter(({ isDefault }) => isDefault).map(({ name }) => name)).to.deep.equal(['b'])
    expect(problems.get('a')?.map(({ code }) => code)).to.deep.equal(['SecondDefaultPool'])
    expect(problems.has('b')).to.equal(false)
    expect(compiled.every(({ frozen }) => !frozen)).to.equal(true)
  })
})

describe('An L2Advertisement', () => {
  const object = (spec: unknown): L2Advertisement =>
    ({ apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: 'l2' }, spec }) as L2Advertisement
  const [a, b] = pools({ a: '10.0.0.0/24', b: '10.0.1.0/24' })

  const selections: readonly (readonly [string, unknown, readonly [boolean, boolean]])[] = [
    ['without a spec selects every pool', undefined, [true, true]],
    ['with an empty spec selects every pool', {}, [true, true]],
    ['selects the pools that it names', { ipAddressPools: ['b'] }, [false, true]],
    ['selects no pool by a label that none has', { ipAddressPoolSelectors: [{ matchLabels: { tier: 'x' } }] }, [false, false]],
    ['selects by name or by label', { ipAddressPools: ['a'], ipAddressPoolSelectors: [{}] }, [true, true]],
  ]
  for (const [name, spec, expected] of selections) {
    it(name, () => {
      const { advert, problems } = compileL2Advertisement(object(spec))
      expect(problems).to.deep.equal([])
      expect([a, b].map((pool) => advert !== undefined && pool !== undefined && selectsPool(advert, pool))).to.deep.equal(expected)
    })
  }

  it('with a broken selector announces nothing rather than too much', () => {
    const { advert, problems } = compileL2Advertisement(
      object({
        nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: '?' }] }],
        preferredNodeSelectors: [{ weight: 1, preference: 3 }],
      }),
    )
    expect(advert).to.equal(undefined)
    expect(problems.map(({ field }) => field)).to.deep.equal([
      'spec.nodeSelectors[0].matchExpressions[0].operator',
      'spec.preferredNodeSelectors[0].preference',
    ])
  })

  it('keeps its preferences, and its names once', () => {
    const { advert, problems } = compileL2Advertisement(
      object({
        ipAddressPools: ['a', 'a'],
        interfaces: ['eth0'],
        preferredNodeSelectors: [{ weight: 5, preference: { matchLabels: { z: '1' } } }],
      }),
    )
    expect(problems.map(({ code }) => code)).to.deep.equal(['DuplicateEntry'])
    expect(advert?.preferred.map(({ weight, selector }) => [weight, selector.matches({ z: '1' })])).to.deep.equal([[5, true]])
    expect(advert?.interfaces).to.deep.equal(['eth0'])
  })

  it('of whatever shape never makes it throw', () => {
    fc.assert(fc.property(fc.anything(), (spec) => compileL2Advertisement(object(spec)).problems.length >= 0))
  })
})
