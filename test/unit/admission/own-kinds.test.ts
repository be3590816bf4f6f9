// What holds for every kind of metallb.io that users write.
import { expect } from 'chai'
import fc from 'fast-check'
import { review } from '../../../admission/review.ts'
import { nothingToSay } from '../../../admission/verdict.ts'
import type { Fields } from '../../../core/shape.ts'
import { ownNamespace, refusalOf, requestFor, worldOf } from './example.ts'

interface Kind {
  readonly apiVersion: string
  readonly kind: string
  readonly right: Fields
  /** Each of them is a mistake. */
  readonly wrong: Fields
}

const kinds: readonly Kind[] = [
  { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', right: { addresses: ['10.0.0.0/24'] }, wrong: { addresses: ['10.0.0.1'] } },
  { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', right: {}, wrong: { ipAddressPools: ['a', 'a'] } },
  { apiVersion: 'metallb.io/v1beta1', kind: 'BGPAdvertisement', right: {}, wrong: { communities: ['1:2:3'] } },
  {
    apiVersion: 'metallb.io/v1beta2',
    kind: 'BGPPeer',
    right: { myASN: 65001, peerASN: 65000, peerAddress: '10.0.1.1' },
    wrong: { myASN: 65001, peerASN: 65000, peerAddress: 'router' },
  },
  { apiVersion: 'metallb.io/v1beta1', kind: 'BFDProfile', right: {}, wrong: { receiveInterval: 5 } },
  {
    apiVersion: 'metallb.io/v1alpha1',
    kind: 'AllocationPolicy',
    right: { validations: [{ expression: "object.metadata.name != ''" }] },
    wrong: { validations: [{ expression: 'object.' }] },
  },
  { apiVersion: 'metallb.io/v1beta1', kind: 'Community', right: {}, wrong: { communities: [{ name: 'a', value: '1' }] } },
]

const fieldNames =
  'addresses serviceAllocation communities nodeSelectors peers ipAddressPools aggregationLength localPref myASN peerASN peerAddress holdTime ' +
  'passwordSecret receiveInterval echoMode bfdProfile interface sourceAddress routerID namespaces namespaceSelectors serviceSelectors validations quota defaultPool'

const world = worldOf([], {
  bgpAdvertisements: [{ metadata: { name: 'all' } }],
  peers: [{ metadata: { name: 'tor' }, spec: { myASN: 65001, peerASN: 65000, peerAddress: '10.0.9.1' } }],
})

describe('the review of our own kinds', () => {
  for (const { apiVersion, kind, right, wrong } of kinds) {
    const object = (spec: unknown, metadata: Fields = {}): Fields => ({
      apiVersion,
      kind,
      metadata: { name: 'example', namespace: ownNamespace, ...metadata },
      spec,
    })

    it(`lets a right ${kind} pass in silence`, () => {
      expect(review(requestFor(object(right)), world)).to.deep.equal(nothingToSay)
    })

    it(`refuses a ${kind} in another namespace`, () => {
      expect(refusalOf(requestFor(object(right, { namespace: 'default' })), world)).to.equal(
        '* metadata.namespace: resource must be created in metallb-system namespace, not in "default", where MetalLB does not read it; set metadata.namespace: metallb-system [WrongNamespace]',
      )
    })

    it(`refuses a wrong ${kind}, but not its labels, its repair, its end or its subresource`, () => {
      const before = object(wrong)
      expect(refusalOf(requestFor(before), world)).not.to.equal('')
      expect(refusalOf(requestFor(object(wrong, { labels: { a: 'b' } }), before), world)).to.equal('')
      expect(refusalOf(requestFor(object(right), before), world)).to.equal('')
      expect(refusalOf(requestFor(before, object(right)), world)).not.to.equal('')
      expect(refusalOf(requestFor(object(wrong, { deletionTimestamp: '2026-02-01T00:00:00Z' }), object(right)), world)).to.equal('')
      expect(refusalOf(requestFor(before, object(right), { subResource: 'status' }), world)).to.equal('')
      expect(refusalOf(requestFor(before, before, { operation: 'DELETE', object: undefined }), world)).to.equal('')
    })

    it(`never refuses an UPDATE of a ${kind} that changes nothing, and never throws`, () => {
      const fields = fc.constantFrom(...fieldNames.split(' '))
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fields, fc.jsonValue())), (spec) => {
          expect(refusalOf(requestFor(object(spec), object(spec)), world)).to.equal('')
        }),
      )
    })
  }
})
