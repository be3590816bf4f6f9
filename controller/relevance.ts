// Which changes of the cluster can change a plan. Everything else (heartbeats, most Services of a cluster) is left alone.
import type { ServiceView } from '../core/service.ts'
import type { Book } from '../core/service-plan.ts'

export function concernsUs({ ipam, waiting }: Book, { key, isLoadBalancer, allocatedFromPool }: ServiceView): boolean {
  return isLoadBalancer || allocatedFromPool !== undefined || waiting.has(key) || ipam.allocationOf(key) !== undefined
}
