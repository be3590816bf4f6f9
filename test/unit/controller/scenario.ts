// Rows of tables: what users do, one after another, and what every Service has in the end.
import { annotations as names } from '../../../core/annotations.ts'
import type { Service } from '../../../core/objects.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { namespaceOf, type ServiceOptions, serviceObject } from '../core/objects.ts'
import { Cluster } from './cluster.ts'

export type Act =
  /** A Service is made or changed; what is not given is as at first. */
  | { readonly service: string; readonly options?: ServiceOptions }
  | { readonly remove: string }
  | { readonly pools: readonly IPAddressPool[] }
  | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly nodes: readonly string[] }
  | { readonly restart: true }

export interface Scenario {
  readonly acts: readonly Act[]
  /** Key → addresses, and the pool after `@`; empty: it has none. */
  readonly held: Readonly<Record<string, string>>
  /** In this order, among others. */
  readonly events?: readonly RegExp[]
}

export function play({ acts }: Pick<Scenario, 'acts'>): Cluster {
  const cluster = new Cluster()
  cluster.reconfigure([])
  for (const [second, act] of acts.entries()) perform(cluster, act, second)
  return cluster
}

export function shown(cluster: Cluster, keys: Iterable<string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...keys].map((key) => {
      const pool = cluster.view(key)?.allocatedFromPool
      return [key, `${cluster.held(key)}${pool === undefined ? '' : ` @${pool}`}`]
    }),
  )
}

/** Those of the expectations that no event meets, in order. */
export function missing(cluster: Cluster, expected: readonly RegExp[]): readonly RegExp[] {
  const left = [...expected]
  for (const event of cluster.events) if (left[0]?.test(event) === true) left.shift()
  return left
}

function perform(cluster: Cluster, act: Act, second: number): void {
  if ('service' in act) cluster.put(merged(cluster.services.get(act.service), act.service, act.options ?? {}, second))
  else if ('remove' in act) cluster.remove(act.remove)
  else if ('pools' in act) cluster.reconfigure(act.pools)
  else if ('restart' in act) cluster.restart()
  else if ('nodes' in act) {
    cluster.nodeAddresses = act.nodes
    cluster.reconfigure()
  } else {
    cluster.namespaces.set(act.namespace, namespaceOf(act.namespace, act.labels))
    for (const key of cluster.services.keys()) if (key.startsWith(`${act.namespace}/`)) cluster.look(key)
  }
}

/** As the API server keeps it: born once, with the status that it had unless it ceases to be a LoadBalancer. */
function merged(before: Service | undefined, key: string, options: ServiceOptions, second: number): Service {
  const createdAt = before?.metadata.creationTimestamp ?? `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`
  const fresh = serviceObject(key, { createdAt, ...options })
  if (before === undefined || (options.uid ?? before.metadata.uid) !== before.metadata.uid) return fresh
  const pool = before.metadata.annotations?.[names.allocatedFromPool]
  const annotations = { ...fresh.metadata.annotations, ...(pool === undefined ? {} : { [names.allocatedFromPool]: pool }) }
  const isBalanced = fresh.spec?.type === 'LoadBalancer'
  const status = options.held === undefined && isBalanced ? before.status : fresh.status
  return { ...fresh, metadata: { ...fresh.metadata, annotations }, ...(status === undefined ? {} : { status }) }
}
