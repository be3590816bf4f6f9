// Which pools a Service may use, and in which order they are tried when it names none.
import type { Pool } from './config/pool.ts'
import { coversLabels, coversNamespace } from './config/scope.ts'
import type { NamespaceView } from './namespace.ts'
import type { ServiceView } from './service.ts'

/** `highest`: the larger `serviceAllocation.priority` is tried first; `lowest` is MetalLB's order. Unset and 0 are last in both. */
export type PoolPriority = 'highest' | 'lowest'

export function allowsNamespace({ allocation }: Pool, namespace: NamespaceView): boolean {
  return allocation === undefined || coversNamespace(allocation, namespace)
}

export function selectsService({ allocation }: Pool, { labels }: ServiceView): boolean {
  return allocation === undefined || coversLabels(allocation, labels)
}

/** May be used without being named. */
export function isOpenTo(pool: Pool, service: ServiceView, namespace: NamespaceView): boolean {
  return pool.autoAssign && !pool.frozen && allowsNamespace(pool, namespace) && selectsService(pool, service)
}

/** The order in which pools with serviceAllocation are tried. */
export function byPriority(order: PoolPriority): (a: Pool, b: Pool) => number {
  return (a, b) => comparePriority(a, b, order) || compareNames(a, b)
}

function comparePriority(a: Pool, b: Pool, order: PoolPriority): number {
  const [first, second] = [a.allocation?.priority ?? 0, b.allocation?.priority ?? 0]
  if (first === 0 || second === 0) return (first === 0 ? 1 : 0) - (second === 0 ? 1 : 0)
  return order === 'highest' ? second - first : first - second
}

function compareNames(a: Pool, b: Pool): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

interface Ranked {
  readonly pool: Pool
  /** Smaller is earlier. */
  readonly rank: number
}

/** The pools of a configuration in the order in which they are tried: made once, so that a Service costs no look at each of them. */
export class PoolOrder {
  /** By name. */
  readonly pools: readonly Pool[]
  /** The cluster's default, when it may be used without being named. */
  readonly clusterDefault: Pool | undefined
  readonly #byName: ReadonlyMap<string, Pool>
  /** With serviceAllocation, by priority and then by name: under each namespace that they name, or under none where labels decide. */
  readonly #pinned = new Map<string | undefined, Ranked[]>()

  constructor(pools: readonly Pool[], priority: PoolPriority) {
    this.pools = pools
    this.#byName = new Map(pools.map((pool) => [pool.name, pool]))
    this.clusterDefault = pools.find((pool) => pool.isDefault)
    const pinned = pools.filter(({ allocation, autoAssign, frozen }) => allocation !== undefined && autoAssign && !frozen)
    for (const [rank, pool] of pinned.toSorted(byPriority(priority)).entries()) {
      for (const namespace of namesOf(pool)) {
        const known = this.#pinned.get(namespace)
        if (known === undefined) this.#pinned.set(namespace, [{ pool, rank }])
        else known.push({ pool, rank })
      }
    }
  }

  get(name: string | undefined): Pool | undefined {
    return name === undefined ? undefined : this.#byName.get(name)
  }

  /** Those with serviceAllocation that apply to the Service. They are tried before all others. */
  pinned(service: ServiceView, namespace: NamespaceView): readonly Pool[] {
    if (this.#pinned.size === 0) return []
    const [named = [], labelled = []] = [this.#pinned.get(namespace.name), this.#pinned.get(undefined)]
    const ranked = named.length === 0 || labelled.length === 0 ? [...named, ...labelled] : [...named, ...labelled].toSorted(byRank)
    return ranked.flatMap(({ pool }) => (isOpenTo(pool, service, namespace) ? [pool] : []))
  }
}

/** Any other namespace is shut out; undefined where only its labels tell. */
function namesOf({ allocation }: Pool): readonly (string | undefined)[] {
  const isByName = allocation !== undefined && allocation.namespaces.size > 0 && allocation.namespaceSelectors.length === 0
  return isByName ? [...allocation.namespaces] : [undefined]
}

function byRank(a: Ranked, b: Ranked): number {
  return a.rank - b.rank
}
