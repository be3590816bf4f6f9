// What expressions are given: JSON, as admission/cel/variables.ts declares it.
import type { Family } from '../../core/address.ts'
import type { Pool } from '../../core/config/pool.ts'
import type { Fields } from '../../core/shape.ts'
import type { AdmissionRequest } from '../request.ts'
import type { World } from '../world.ts'

/** Larger counts are shown as this: CEL has 64 bits. */
const most = 2n ** 63n - 1n

/**
 * The variables of one evaluation.
 *
 * @param sources decide what is worth making: ten thousand pools are made only for an expression that names them
 * @param object in the place of `request.object`: what the Service was, when the question is whether it was wrong before
 */
export function variablesFor(request: AdmissionRequest, world: World, sources: readonly string[], object = request.object): Fields {
  const { operation, namespace, name, dryRun, username, groups } = request
  const names = (variable: string): boolean => sources.some((source) => source.includes(variable))
  return {
    object,
    oldObject: request.oldObject ?? null,
    request: { operation, namespace, name, dryRun, userInfo: { username, groups } },
    ...(names('namespaceObject') ? { namespaceObject: namespaceObject(namespace, world) } : {}),
    ...(names('pools') ? { pools: world.pools.pools.map((pool) => poolValue(pool, world)) } : {}),
    ...(names('usage') ? { usage: usage(namespace, world) } : {}),
  }
}

function namespaceObject(name: string, world: World): Fields {
  const { labels, annotations } = world.namespaceOf(name)
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } }
}

function poolValue(pool: Pool, world: World): Fields {
  const { name, labels, autoAssign, ranges } = pool
  const addresses = ranges.map(({ canonical }) => canonical)
  return { name, labels, autoAssign, addresses, ipv4: counts(name, 'IPv4', world), ipv6: counts(name, 'IPv6', world) }
}

function counts(pool: string, family: Family, world: World): Fields {
  const all = world.ipam().usage(pool)
  const [total, used] = family === 'IPv4' ? [all?.totalIPv4, all?.assignedIPv4] : [all?.totalIPv6, all?.assignedIPv6]
  const [has, inUse] = [total ?? 0n, used ?? 0n]
  // A Service may hold an address that its pool has come to avoid.
  const available = has > inUse ? has - inUse : 0n
  return { total: bounded(has), used: bounded(inUse), available: bounded(available) }
}

function bounded(count: bigint): bigint {
  return count > most ? most : count
}

/** Distinct addresses that the namespace holds, those of the object included. */
function usage(namespace: string, world: World): Fields {
  const { IPv4, IPv6 } = world.ipam().heldIn(namespace)
  return { ipv4: IPv4, ipv6: IPv6 }
}
