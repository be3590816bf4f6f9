import { expect } from 'chai'
import fc from 'fast-check'
import { review } from '../../../admission/review.ts'
import { nothingToSay } from '../../../admission/verdict.ts'
import { pool, refusalOf, requestFor, stored, worldOf } from './example.ts'

const first = stored('first', ['192.168.1.100-192.168.1.110'], 1)
const world = worldOf([first])

const refusals: Readonly<Record<string, readonly [object: ReturnType<typeof pool>, text: string]>> = {
  'that overlaps': [
    pool('second', { addresses: ['192.168.1.0/24'] }),
    '* spec.addresses[0]: CIDR "192.168.1.0/24" in pool "second" overlaps with already defined CIDR "192.168.1.100-192.168.1.110" in pool "first": both hold 192.168.1.100 to 192.168.1.110; to change what pool "first" hands out, edit the addresses of pool "first" instead of defining a second pool, or choose other addresses here [PoolOverlap]',
  ],
  'with a reversed range and a second mistake beside it': [
    pool('second', { addresses: ['10.0.0.20-10.0.0.10', '10.0.0.300/24'] }),
    `* spec.addresses[0]: invalid CIDR "10.0.0.20-10.0.0.10" in pool "second": its end 10.0.0.10 comes before its start 10.0.0.20; write "10.0.0.10-10.0.0.20" [RangeReversed]
* spec.addresses[1]: invalid CIDR "10.0.0.300/24" in pool "second": "300" is more than 255 [RangeSyntax]`,
  ],
  'of the wrong shape': [
    pool('second', { addresses: '10.0.0.0/24', autoAssign: 'yes' }),
    `* spec.addresses: is the string "10.0.0.0/24", must be a list of strings; write addresses: ["10.0.0.0/24"] [WrongType]
* spec.autoAssign: is the string "yes", must be true or false; write autoAssign: true, without quotes [WrongType]`,
  ],
  'with one entry of the wrong shape, one that cannot be read and one that overlaps': [
    pool('second', { addresses: [10, '10.0.0.1', '192.168.1.110/32'] }),
    `* spec.addresses[0]: is the number 10, must be a string; write it in quotes: "10" [WrongType]
* spec.addresses[1]: invalid CIDR "10.0.0.1" in pool "second": it is a single address; use "10.0.0.1/32" [RangeBareAddress]
* spec.addresses[2]: CIDR "192.168.1.110/32" in pool "second" overlaps with already defined CIDR "192.168.1.100-192.168.1.110" in pool "first": both hold 192.168.1.110; to change what pool "first" hands out, edit the addresses of pool "first" instead of defining a second pool, or choose other addresses here [PoolOverlap]`,
  ],
  'without addresses': [
    pool('second', { addresses: [] }),
    '* spec.addresses: pool "second" has no addresses; list at least one CIDR (192.168.1.0/24) or range (192.168.1.10-192.168.1.20) [PoolWithoutAddresses]',
  ],
  'without spec': [
    pool('second', undefined),
    '* spec.addresses: pool "second" has no addresses; list at least one CIDR (192.168.1.0/24) or range (192.168.1.10-192.168.1.20) [PoolWithoutAddresses]',
  ],
  'in another namespace': [
    pool('second', { addresses: ['10.0.0.0/24'] }, { namespace: 'default' }),
    '* metadata.namespace: resource must be created in metallb-system namespace, not in "default", where MetalLB does not read it; set metadata.namespace: metallb-system [WrongNamespace]',
  ],
  'in another namespace, under the name of an existing pool and overlapping it': [
    pool('first', { addresses: ['192.168.1.105/32'] }, { namespace: 'default' }),
    `* metadata.namespace: resource must be created in metallb-system namespace, not in "default", where MetalLB does not read it; set metadata.namespace: metallb-system [WrongNamespace]`,
  ],
  'with a selector that Kubernetes would not accept': [
    pool('second', { addresses: ['10.0.0.0/24'], serviceAllocation: { serviceSelectors: [{ matchLabels: { app: 'not a label' } }] } }),
    '* spec.serviceAllocation.serviceSelectors[0].matchLabels[app]: label selector "{\\"matchLabels\\":{\\"app\\":\\"not a label\\"}}" of pool "second" is not valid: label value "not a label" is not valid (at most 63 letters, digits, "-", "_", ".", beginning and ending with a letter or digit) [SelectorInvalid]',
  ],
}

const isDefault = { annotations: { 'metallb.io/is-default-pool': 'true' } }

describe('the review of an IPAddressPool', () => {
  it('lets a right pool pass, without a patch', () => {
    const verdict = review(requestFor(pool('second', { addresses: ['192.168.2.0/24', 'fd00::/64'] })), world)
    expect(verdict).to.deep.equal(nothingToSay)
  })

  for (const [name, [object, text]] of Object.entries(refusals)) {
    it(`refuses a pool ${name}`, () => expect(refusalOf(requestFor(object), world)).to.equal(text))
  }

  it('does not hold a pool against itself', () => {
    const changed = stored('first', ['192.168.1.0/24'], 1)
    expect(refusalOf(requestFor(changed, first), world)).to.equal('')
  })

  it('judges a name that is still to be generated', () => {
    const object = pool('', { addresses: ['192.168.1.105/32'] }, { name: undefined, generateName: 'more-' })
    expect(refusalOf(requestFor(object, undefined, { name: 'more-' }), world)).to.contain(
      'in pool "more-" overlaps with already defined CIDR',
    )
  })

  it('warns about host bits', () => {
    const { problems, warnings } = review(requestFor(pool('second', { addresses: ['10.0.0.5/24'] })), world)
    expect(problems).to.deep.equal([])
    expect(warnings).to.deep.equal([
      'spec.addresses[0]: CIDR "10.0.0.5/24" in pool "second" has host bits set and means all of 10.0.0.0/24; write that, or a range [RangeHostBits]',
    ])
  })

  describe('of a second default pool', () => {
    const withDefault = worldOf([stored('old', ['10.0.0.0/24'], 1, isDefault), stored('young', ['10.0.1.0/24'], 9)])
    const text =
      '* metadata.annotations[metallb.io/is-default-pool]: pool "NAME" cannot be the default pool: pool "old" already is; remove the annotation metallb.io/is-default-pool from pool "old" first [SecondDefaultPool]'

    it('refuses it on CREATE', () => {
      expect(refusalOf(requestFor(pool('new', { addresses: ['10.0.2.0/24'] }, isDefault)), withDefault)).to.equal(
        text.replace('NAME', 'new'),
      )
    })

    it('refuses it on UPDATE', () => {
      const request = requestFor(stored('young', ['10.0.1.0/24'], 9, isDefault), stored('young', ['10.0.1.0/24'], 9))
      expect(refusalOf(request, withDefault)).to.equal(text.replace('NAME', 'young'))
    })

    it('refuses the older pool too, when the younger one is the default', () => {
      const other = worldOf([stored('ancient', ['10.0.1.0/24'], 1), stored('old', ['10.0.0.0/24'], 9, isDefault)])
      const request = requestFor(stored('ancient', ['10.0.1.0/24'], 1, isDefault), stored('ancient', ['10.0.1.0/24'], 1))
      expect(refusalOf(request, other)).to.equal(text.replace('NAME', 'ancient'))
    })
  })

  describe('that was wrong before', () => {
    const wrong = stored('wrong', ['10.9.0.9-10.9.0.1', '192.168.1.110/32'], 2)
    const withWrong = worldOf([first, wrong])
    const spec = (...addresses: readonly string[]): ReturnType<typeof stored> => stored('wrong', addresses, 2)

    const updates: Readonly<Record<string, readonly [object: ReturnType<typeof pool>, codes: readonly string[]]>> = {
      'lets it be relabelled': [stored('wrong', ['10.9.0.9-10.9.0.1', '192.168.1.110/32'], 2, { labels: { a: 'b' } }), []],
      'lets its entries be moved': [spec('192.168.1.110/32', '10.9.0.9-10.9.0.1'), []],
      'lets it be repaired in part': [spec('10.9.0.1-10.9.0.9', '192.168.1.110/32'), []],
      'lets it be repaired': [spec('10.9.0.1-10.9.0.9'), []],
      'refuses the same mistake a second time': [spec('10.9.0.9-10.9.0.1', '10.9.0.9-10.9.0.1', '192.168.1.110/32'), ['RangeReversed']],
      'refuses a new mistake, and names only that': [spec('10.9.0.9-10.9.0.1', '192.168.1.110/32', 'x'), ['RangeSyntax']],
      'refuses a wider overlap': [spec('10.9.0.9-10.9.0.1', '192.168.1.109-192.168.1.110'), ['PoolOverlap']],
    }
    for (const [name, [object, codes]] of Object.entries(updates)) {
      it(name, () => expect(review(requestFor(object, wrong), withWrong).problems.map(({ code }) => code)).to.deep.equal(codes))
    }

    it('lets it be finalised while it is being deleted', () => {
      const object = stored('wrong', ['nonsense'], 2, { deletionTimestamp: '2026-02-01T00:00:00Z' })
      expect(refusalOf(requestFor(object, wrong), withWrong)).to.equal('')
    })

    it('does not look at subresources', () => {
      expect(refusalOf(requestFor(spec('nonsense'), wrong, { subResource: 'status' }), withWrong)).to.equal('')
    })

    it('lets it be deleted', () => {
      expect(refusalOf(requestFor(wrong, wrong, { operation: 'DELETE', object: undefined }), withWrong)).to.equal('')
    })
  })

  it('never refuses an UPDATE that changes nothing, whatever is stored', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (spec, addresses) => {
        for (const object of [pool('first', spec), pool('first', { addresses, serviceAllocation: spec })]) {
          expect(refusalOf(requestFor(object, object), world)).to.equal('')
        }
      }),
    )
  })
})
