// The configuration beside the pools: each kind as it is stored, and what it means, compiled when somebody first asks and not again.
import { type BfdProfile, compileBfdProfile } from '../core/config/bfd-profile.ts'
import { type BgpAdvert, compileBgpAdvertisement } from '../core/config/bgp-advertisement.ts'
import { type BgpPeer, compileBgpPeer } from '../core/config/bgp-peer.ts'
import { type CompiledCommunities, compileCommunities } from '../core/config/community.ts'
import { compileL2Advertisement, type L2Advert } from '../core/config/l2-advertisement.ts'
import { compilePolicies, type Policy } from '../core/config/policy.ts'
import type {
  AllocationPolicy,
  BFDProfile,
  BGPAdvertisement,
  BGPPeerV1beta2,
  Community,
  L2Advertisement,
} from '../schemas/generated/types.ts'

/** All objects of one kind in our own namespace. */
export class Stored<O, C> {
  readonly objects: readonly O[]
  readonly #compile: (objects: readonly O[]) => C
  #compiled: { readonly value: C } | undefined

  constructor(objects: readonly O[], compile: (objects: readonly O[]) => C) {
    this.objects = objects
    this.#compile = compile
  }

  /** Of most kinds those that can be used: one with a problem is absent, as it is for whoever acts on it. */
  get compiled(): C {
    this.#compiled ??= { value: this.#compile(this.objects) }
    return this.#compiled.value
  }
}

export interface StoredConfiguration {
  readonly l2Advertisements: Stored<L2Advertisement, readonly L2Advert[]>
  /** Also those whose `aliases` nobody defines yet. */
  readonly bgpAdvertisements: Stored<BGPAdvertisement, readonly BgpAdvert[]>
  readonly peers: Stored<BGPPeerV1beta2, readonly BgpPeer[]>
  readonly bfdProfiles: Stored<BFDProfile, readonly BfdProfile[]>
  readonly communities: Stored<Community, CompiledCommunities>
  /** By name. */
  readonly policies: Stored<AllocationPolicy, readonly Policy[]>
}

/** How each kind becomes what `StoredConfiguration` holds of it. */
export const storedAs: {
  readonly [K in keyof StoredConfiguration]: (objects: StoredConfiguration[K]['objects']) => StoredConfiguration[K]
} = {
  l2Advertisements: (objects) => new Stored(objects, (all) => all.flatMap((object) => compileL2Advertisement(object).advert ?? [])),
  bgpAdvertisements: (objects) =>
    new Stored(objects, (all) => all.flatMap((object) => compileBgpAdvertisement(object, undefined).advert ?? [])),
  peers: (objects) => new Stored(objects, (all) => all.flatMap((object) => compileBgpPeer(object).peer ?? [])),
  bfdProfiles: (objects) => new Stored(objects, (all) => all.flatMap((object) => compileBfdProfile(object).profile ?? [])),
  communities: (objects) => new Stored(objects, compileCommunities),
  policies: (objects) => new Stored(objects, compilePolicies),
}
