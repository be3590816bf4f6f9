// All routes of this node by prefix: several Services and advertisements may add to one.
import type { Family } from '../../core/address.ts'
import type { NamespacedName } from '../../core/namespaced-name.ts'
import type { Nlri } from '../bgp/nlri.ts'
import { type RouteAttributes, routeAttributes } from '../bgp/route-attributes.ts'
import type { BgpRoute } from './bgp.ts'

export interface Prefix {
  readonly family: Family
  readonly nlri: Nlri
}

/** What one Service adds to a prefix. */
interface Contribution {
  readonly service: NamespacedName
  readonly route: BgpRoute
}

export class RouteBook {
  readonly #routes = new Map<NamespacedName, readonly BgpRoute[]>()
  /** In the order of the Services' names, then of the advertisements'. */
  readonly #contributions: { readonly [F in Family]: Map<Nlri, readonly Contribution[]> } = { IPv4: new Map(), IPv6: new Map() }

  /**
   * Takes the newest routes of a Service; none when it has nothing to announce.
   *
   * @returns the prefixes for which something may have changed
   */
  set(service: NamespacedName, routes: readonly BgpRoute[]): readonly Prefix[] {
    const before = this.#routes.get(service) ?? []
    if (areSame(before, routes)) return []
    if (routes.length === 0) this.#routes.delete(service)
    else this.#routes.set(service, routes)
    const touched = new Map([...before, ...routes].map(({ family, nlri, prefix }) => [prefix, { family, nlri }]))
    for (const { family, nlri } of touched.values()) {
      const book = this.#contributions[family]
      const others = (book.get(nlri) ?? []).filter((contribution) => contribution.service !== service)
      const own = routes.filter((route) => route.family === family && route.nlri === nlri).map((route) => ({ service, route }))
      const all =
        others.length === 0 ? own : [...others, ...own].toSorted((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0))
      if (all.length === 0) book.delete(nlri)
      else book.set(nlri, all)
    }
    return [...touched.values()]
  }

  get services(): Iterable<NamespacedName> {
    return this.#routes.keys()
  }

  routesOf(service: NamespacedName): readonly BgpRoute[] {
    return this.#routes.get(service) ?? []
  }

  *prefixes(): Generator<Prefix, void> {
    for (const family of ['IPv4', 'IPv6'] as const) for (const nlri of this.#contributions[family].keys()) yield { family, nlri }
  }

  /**
   * What a session carries for a prefix: the communities of all that is added to it, and the localPref of the first.
   *
   * @param peers names of the BGPPeers that the session stands for
   * @returns undefined when nothing is for these peers
   */
  attributesFor({ family, nlri }: Prefix, peers: readonly string[]): RouteAttributes | undefined {
    const routes = (this.#contributions[family].get(nlri) ?? []).flatMap(({ route }) => (isFor(route, peers) ? [route.attributes] : []))
    const [first, ...more] = routes
    if (first === undefined || more.every(({ key }) => key === first.key)) return first
    return routeAttributes(
      first.localPref,
      routes.flatMap(({ communities }) => communities),
      routes.flatMap(({ largeCommunities }) => largeCommunities),
    )
  }
}

export function isFor(route: BgpRoute, peers: readonly string[]): boolean {
  return route.peers.size === 0 || peers.some((name) => route.peers.has(name))
}

function areSame(a: readonly BgpRoute[], b: readonly BgpRoute[]): boolean {
  return a.length === b.length && a.every((route, index) => isSame(route, b[index]))
}

function isSame(a: BgpRoute, b: BgpRoute | undefined): boolean {
  return (
    b !== undefined && a.prefix === b.prefix && a.attributes.key === b.attributes.key && a.peers.symmetricDifference(b.peers).size === 0
  )
}
