// How many addresses a namespace may have, by the policies that are about it.
import type { Family } from './address.ts'
import type { Policy } from './config/policy.ts'
import { coversNamespace } from './config/scope.ts'
import type { NamespaceView } from './namespace.ts'

export interface QuotaLimit {
  /** Distinct addresses; one that Services of the namespace share counts once. */
  readonly allowed: number
  /** The policy that says so. */
  readonly policy: string
}

/** Of several policies the smallest number counts; of equal ones the first by name is named. A family that is absent is not limited. */
export function quotaOf(namespace: NamespaceView, policies: readonly Policy[]): Readonly<Partial<Record<Family, QuotaLimit>>> {
  const limits: Partial<Record<Family, QuotaLimit>> = {}
  for (const { name, scope, quota } of policies) {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const allowed = quota[family]
      const known = limits[family]
      if (allowed === undefined || (known !== undefined && known.allowed <= allowed) || !coversNamespace(scope, namespace)) continue
      limits[family] = { allowed, policy: name }
    }
  }
  return limits
}
