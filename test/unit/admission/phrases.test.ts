// Phrases of MetalLB's messages that its users and tools search for: each stands in what we say about the same mistake.
import { expect } from 'chai'
import { review } from '../../../admission/review.ts'
import { asWarnings } from '../../../admission/verdict.ts'
import type { Fields } from '../../../core/shape.ts'
import { bgpAdvertisementWith, communityWith, nodeWith, peerWith, poolWith } from '../../rules/table.ts'
import { requestFor, type Surroundings, stored, worldOf } from './example.ts'

interface Mistake extends Surroundings {
  readonly object: Fields
  readonly pools?: readonly Fields[]
}

const phrases: Readonly<Record<string, Mistake>> = {
  'overlaps with already defined CIDR': { pools: [stored('a', ['10.0.0.0/24'], 1)], object: poolWith('b', { addresses: ['10.0.0.7/32'] }) },
  'invalid CIDR': { object: poolWith('b', { addresses: ['10.0.0.0/33'] }) },
  'resource must be created in metallb-system namespace': {
    object: poolWith('b', { addresses: ['10.0.0.0/28'] }, { namespace: 'default' }),
  },
  'invalid aggregation length 26: prefix 28 in this pool is more specific than the aggregation length for addresses': {
    pools: [stored('a', ['10.0.0.0/28'], 1)],
    object: bgpAdvertisementWith({ aggregationLength: 26 }),
  },
  'serviceSelectors and aggregationLength are mutually exclusive': {
    object: bgpAdvertisementWith({ aggregationLength: 26, serviceSelectors: [{}] }),
  },
  'invalid community value: invalid section': { object: communityWith([['a', '99999:1']]) },
  'expected community to be of format large': { object: bgpAdvertisementWith({ communities: ['small:1:2:3'] }) },
  'duplicate definition of community': {
    communities: [communityWith([['a', '65000:1']], 'first')],
    object: communityWith([['a', '65000:1']]),
  },
  'invalid BGPPeer address': { object: peerWith({ peerAddress: '10.0.0.256' }) },
  'already exists': { nodes: [nodeWith('n1', '10.0.0.1')], peers: [peerWith({}, 'core')], object: peerWith({}) },
}

describe('what people search for', () => {
  for (const [phrase, { object, pools = [], ...surroundings }] of Object.entries(phrases)) {
    it(`is said: ${phrase}`, () => {
      const { warnings } = asWarnings(review(requestFor(object), worldOf(pools, surroundings)))
      expect(warnings.join('\n')).to.contain(phrase)
    })
  }
})
