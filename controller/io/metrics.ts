import type { Ipam, Usage } from '../../core/ipam.ts'
import { atScrape, declare, type Scraped } from '../../kube/metrics.ts'

const perPool = (help: string) => ({ kind: 'gauge', labels: ['pool'], help, compat: true }) as const

/** Every metric of the controller. Those with label `pool` are exported by the leader alone. */
export const metrics = declare({
  metallb_allocator_addresses_in_use_total: perPool('Distinct addresses in use'),
  metallb_allocator_addresses_total: perPool('Usable addresses, in use or not'),
  metallb_allocator_ipv4_addresses_in_use_total: perPool('Distinct IPv4 addresses in use'),
  metallb_allocator_ipv4_addresses_total: perPool('Usable IPv4 addresses, in use or not'),
  metallb_allocator_ipv6_addresses_in_use_total: perPool('Distinct IPv6 addresses in use'),
  metallb_allocator_ipv6_addresses_total: perPool('Usable IPv6 addresses, in use or not'),
  metallb_allocator_addresses_in_use: perPool('The same as metallb_allocator_addresses_in_use_total'),
  metallb_ip_addresses_in_use_total: perPool('The same as metallb_allocator_addresses_in_use_total'),
  metallb_ip_addresses_total: perPool('The same as metallb_allocator_addresses_total'),
  metallb_allocator_addresses_allocated_total: { kind: 'counter', labels: ['pool'], help: 'Addresses given to Services' },
  metallb_k8s_client_updates_total: { kind: 'counter', help: 'Services looked at', compat: true },
  metallb_k8s_client_update_errors_total: { kind: 'counter', help: 'Services whose status could not be written', compat: true },
  metallb_k8s_client_config_loaded_bool: { kind: 'gauge', help: '1 once the pools were read', compat: true },
  metallb_k8s_client_config_stale_bool: { kind: 'gauge', help: '1 while a pool has a problem', compat: true },
})

export type ControllerMetrics = typeof metrics

/**
 * The series with label `pool` come from the books at each scrape: there while this replica leads, and for pools that exist. Beyond 2^53 a number is the
 * nearest that a metric can hold.
 */
export function scrapePools(all: ControllerMetrics, ipam: () => Ipam | undefined): void {
  const show = (metric: Scraped, read: (usage: Usage) => bigint): void => {
    atScrape(metric, () => {
      const books = ipam()
      for (const { name: pool } of books?.pools ?? []) {
        const usage = books?.usage(pool)
        if (usage !== undefined) metric.inc({ pool }, Number(read(usage)))
      }
    })
  }
  const inUse = (usage: Usage): bigint => usage.assignedIPv4 + usage.assignedIPv6
  const total = (usage: Usage): bigint => usage.totalIPv4 + usage.totalIPv6
  show(all.metallb_allocator_addresses_in_use_total, inUse)
  show(all.metallb_allocator_addresses_in_use, inUse)
  show(all.metallb_ip_addresses_in_use_total, inUse)
  show(all.metallb_allocator_addresses_total, total)
  show(all.metallb_ip_addresses_total, total)
  show(all.metallb_allocator_ipv4_addresses_in_use_total, ({ assignedIPv4 }) => assignedIPv4)
  show(all.metallb_allocator_ipv4_addresses_total, ({ totalIPv4 }) => totalIPv4)
  show(all.metallb_allocator_ipv6_addresses_in_use_total, ({ assignedIPv6 }) => assignedIPv6)
  show(all.metallb_allocator_ipv6_addresses_total, ({ totalIPv6 }) => totalIPv6)
}
