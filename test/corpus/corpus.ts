// Right and wrong objects of every kind, with the verdict of each judge: ajv, the webhook's rules, and the API server's schema and CEL. The unit
// tests ask the first two, a test with a real API server the third. Names complete the sentence "The object …".
import { allocationPolicies } from './allocation-policies.ts'
import { bgpAdvertisements } from './bgp-advertisements.ts'
import { bgpPeers } from './bgp-peers.ts'
import type { Example } from './example.ts'
import { l2Advertisements } from './l2-advertisements.ts'
import { pools } from './pools.ts'
import { profilesAndCommunities } from './profiles-and-communities.ts'

export const corpus: Readonly<Record<string, Example>> = {
  ...pools,
  ...l2Advertisements,
  ...bgpAdvertisements,
  ...bgpPeers,
  ...allocationPolicies,
  ...profilesAndCommunities,
}
