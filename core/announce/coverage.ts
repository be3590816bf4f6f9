// Whether anybody may announce a Service, as far as the configuration says: pods and the health of nodes come and go.
import type { Family } from '../address.ts'
import type { BgpAdvert } from '../config/bgp-advertisement.ts'
import type { BgpPeer } from '../config/bgp-peer.ts'
import type { L2Advert } from '../config/l2-advertisement.ts'
import type { Pool } from '../config/pool.ts'
import { type Selection, selectsNode, selectsPool, selectsService } from '../config/selection.ts'
import type { NodeView } from '../node.ts'
import { carriedFamilies, haveLocalPrefConflict, isForPeer } from './bgp.ts'
import { type Announceable, l2AdvertsFor } from './layer2.ts'

export interface Announcers {
  readonly nodes: readonly Pick<NodeView, 'labels' | 'excluded'>[]
  /** `--ignore-exclude-lb` */
  readonly ignoresExcludeLabel: boolean
  readonly l2Adverts: readonly L2Advert[]
  /** Without those whose communities nobody defines: they announce nothing. */
  readonly bgpAdverts: readonly BgpAdvert[]
  readonly peers: readonly BgpPeer[]
}

export interface AnnounceableAddresses extends Omit<Announceable, 'labels'> {
  readonly pool: Pool
  /** Of its addresses. */
  readonly families: readonly Family[]
  /** Asked only when an advertisement of the pool chooses by Service. */
  labels(): Announceable['labels']
}

/** The advertisements of one pool. */
interface PoolAdverts {
  readonly l2: readonly L2Advert[]
  readonly bgp: readonly BgpAdvert[]
  readonly chooseByService: boolean
  /** The same for pools of the same advertisements. */
  readonly key: string
}

/** Remembers what it has found: Services of one pool, and pools of the same advertisements, differ in little. */
export class Coverage {
  readonly #announcers: Announcers
  readonly #nodes: Announcers['nodes']
  readonly #ofPool = new Map<Pool, PoolAdverts>()
  readonly #answers = new Map<string, readonly Family[]>()

  constructor(announcers: Announcers) {
    this.#announcers = announcers
    this.#nodes = announcers.nodes.filter(({ excluded }) => !excluded || announcers.ignoresExcludeLabel)
  }

  /** The families of whose addresses somebody may tell the network. */
  announcedFamilies(service: AnnounceableAddresses): readonly Family[] {
    const { families, sharingKey } = service
    const adverts = this.#advertsOf(service.pool)
    const labels = adverts.chooseByService ? service.labels() : {}
    const chosen = adverts.chooseByService ? [...adverts.l2, ...adverts.bgp].map((advert) => +selectsService(advert, labels)).join('') : ''
    const key = `${families.join()} ${sharingKey === undefined ? '' : 'shared'} ${adverts.key} ${chosen}`
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = this.#isOnLayer2({ labels, sharingKey }, service.pool, adverts) ? families : this.#byBgp(families, labels, adverts)
    this.#answers.set(key, answer)
    return answer
  }

  /** The labels of a Service decide; otherwise all Services of the pool with the same families are alike. */
  choosesByService(pool: Pool): boolean {
    return this.#advertsOf(pool).chooseByService
  }

  #advertsOf(pool: Pool): PoolAdverts {
    const known = this.#ofPool.get(pool)
    if (known !== undefined) return known
    const { l2Adverts, bgpAdverts } = this.#announcers
    const indexes: number[] = []
    const select = <A extends Selection>(list: readonly A[], from: number): readonly A[] =>
      list.filter((advert, index) => selectsPool(advert, pool) && indexes.push(from + index))
    const [l2, bgp] = [select(l2Adverts, 0), select(bgpAdverts, l2Adverts.length)]
    const chooseByService = [...l2, ...bgp].some(({ serviceSelectors }) => serviceSelectors.length > 0)
    const adverts = { l2, bgp, chooseByService, key: indexes.join() }
    this.#ofPool.set(pool, adverts)
    return adverts
  }

  #isOnLayer2(service: Announceable, pool: Pool, { l2 }: PoolAdverts): boolean {
    const adverts = l2AdvertsFor(service, pool, l2)
    return adverts.ok && adverts.value.some((advert) => this.#nodes.some(({ labels }) => selectsNode(advert, labels)))
  }

  #byBgp(families: readonly Family[], labels: Announceable['labels'], { bgp }: PoolAdverts): readonly Family[] {
    const matching = bgp.filter((advert) => selectsService(advert, labels))
    const announced = new Set<Family>()
    for (const node of this.#nodes) {
      if (matching.length === 0 || announced.size === families.length) break
      const adverts = matching.filter((advert) => selectsNode(advert, node.labels))
      const addresses = families.map((family) => ({ family }))
      if (adverts.length === 0 || haveLocalPrefConflict(adverts, addresses)) continue
      for (const peer of this.#announcers.peers) {
        if (!selectsNode(peer, node.labels) || !adverts.some((advert) => isForPeer(advert, peer.name))) continue
        for (const family of carriedFamilies(peer)) if (families.includes(family)) announced.add(family)
      }
    }
    return families.filter((family) => announced.has(family))
  }
}
