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

/** Two lists, tried one after the other: pools with serviceAllocation by priority then name, then all others with the preferred one first, then by name. */
export function automaticOrder(
  pools: readonly Pool[],
  service: ServiceView,
  namespace: NamespaceView,
  options: { readonly priority: PoolPriority; readonly preferred?: string | undefined },
): { readonly pinned: readonly Pool[]; readonly general: readonly Pool[] } {
  const open = pools.filter((pool) => isOpenTo(pool, service, namespace))
  const preferredFirst = (pool: Pool): number => (pool.name === options.preferred ? 0 : 1)
  return {
    pinned: open.filter((pool) => pool.allocation !== undefined).toSorted(byPriority(options.priority)),
    general: open
      .filter((pool) => pool.allocation === undefined)
      .toSorted((a, b) => preferredFirst(a) - preferredFirst(b) || compareNames(a, b)),
  }
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
