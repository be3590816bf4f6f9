// Codes of what can be odd about BGPPeers, BGPAdvertisements, BFDProfiles and Communities, a part of the registry in problem.ts.
import type { CodeEntry } from './problem.ts'

export const bgpCodes = {
  AggregationWithSelectors: {
    title: 'An advertisement that chooses by Service and rolls addresses up',
    cure: 'Drop serviceSelectors, or announce single addresses.',
    reason: 'FieldValueForbidden',
  },
  AggregationTooShort: {
    title: 'Addresses are rolled up into a prefix that is wider than their pool',
    cure: 'Write an aggregation length that fits into every range of the pools that are selected, or widen the ranges.',
    reason: 'FieldValueInvalid',
  },
  LocalPrefConflict: {
    title: 'Two advertisements give the same routes different values of localPref',
    cure: 'Use one value, or see to it that no pool, peer, Node or aggregation length is common to both.',
    reason: 'FieldValueInvalid',
  },
  LocalPrefNotSent: {
    title: 'A localPref for routers of another AS',
    cure: 'Nothing has to be done: it is left out there (RFC 4271). Communities are how routers of another AS are told.',
    reason: 'FieldValueInvalid',
  },
  CommunityUnknown: {
    title: 'A community by a name that nobody defines',
    cure: 'Define it in a Community object, or write the value.',
    reason: 'FieldValueInvalid',
  },
  CommunityInvalid: {
    title: 'A BGP community that cannot be read',
    cure: 'Write 65000:100, or a large community as large:65000:1:2.',
    reason: 'FieldValueInvalid',
  },
  PeerUnknown: {
    title: 'An advertisement names a BGPPeer that does not exist',
    cure: 'Correct the name, or create the peer.',
    reason: 'FieldValueInvalid',
  },
  PeerNotAdvertised: {
    title: 'A BGPPeer that no advertisement uses',
    cure: 'Create a BGPAdvertisement that names it, or one that names no peers and so means all.',
    reason: 'FieldValueInvalid',
  },
  ProfileUnknown: {
    title: 'A BGPPeer names a BFDProfile that does not exist',
    cure: 'Correct the name, or create the profile.',
    reason: 'FieldValueInvalid',
  },
  SameRouter: {
    title: 'Two BGPPeers dial the same address from one Node',
    cure: 'Nothing has to be done: one session serves both. Remove one of them, or part them by nodeSelectors, to make it plain.',
    reason: 'FieldValueDuplicate',
  },
  AddressOfOneNode: {
    title: 'A sourceAddress or routerID of one Node on a peer of several',
    cure: 'Leave it out, or write a BGPPeer for each Node, with nodeSelectors.',
    reason: 'FieldValueInvalid',
  },
  NeedsMultiHop: {
    title: 'A router of another AS that is probably not on the same link',
    cure: 'Write ebgpMultiHop: true, unless an interface that Kubernetes does not list is on the subnet of the router.',
    reason: 'FieldValueInvalid',
  },
  EchoNotPossible: {
    title: 'BFD echo mode where there can be no echo',
    cure: 'Use a BFDProfile without echoMode there.',
    reason: 'FieldValueInvalid',
  },
  NotImplemented: {
    title: 'A field of MetalLB that the speakers of this version cannot serve',
    cure: 'Leave the field out, or wait for a version that can.',
    reason: 'FieldValueNotSupported',
  },
  WithoutEffect: {
    title: 'A field that does nothing here',
    cure: 'Remove it, unless the message says what else to do.',
    reason: 'FieldValueInvalid',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>
