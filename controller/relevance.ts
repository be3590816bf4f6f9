// Which changes of the cluster can change a plan. Everything else (heartbeats, most Services of a cluster) is left alone.
import { addressesBeside, type Book } from '../core/book.ts'
import type { ServiceView } from '../core/service.ts'

export function concernsUs({ ipam, waiting }: Book, { key, isLoadBalancer, allocatedFromPool }: ServiceView): boolean {
  return isLoadBalancer || allocatedFromPool !== undefined || waiting.has(key) || ipam.addressesOf(key).length > 0
}

/** The status shows an address on which the books do not have the Service. */
export function showsNews({ ipam }: Book, service: ServiceView): boolean {
  return addressesBeside(ipam, service).length > 0
}
