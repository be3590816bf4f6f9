import type { Ipam, Usage } from '../../core/ipam.ts'
import { atScrape, declare, type Scraped } from '../../kube/metrics.ts'
import { queueMetrics } from '../../kube/queue-metrics.ts'

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
  metallb_allocator_addresses_held: { kind: 'gauge', labels: ['pool'], help: 'Addresses that are held for Services that have gone' },
  metallb_allocator_addresses_allocated_total: { kind: 'counter', labels: ['pool'], help: 'Addresses given to Services' },
  metallb_allocator_refusals_total: {
    kind: 'counter',
    labels: ['reason'],
    help: 'Services that were told why they get no address, by the reason that their condition shows',
  },
  metallb_allocator_allocation_duration_seconds: {
    kind: 'histogram',
    help: 'From when there was reason to give a Service an address to when the API server had its status; waiting for an address to become free is not in it',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  metallb_allocator_services_waiting: {
    kind: 'gauge',
    help: 'Services that want an address, or a second one, and have none; 0 on a replica that follows',
  },
  metallb_controller_leader: { kind: 'gauge', help: '1 while this replica leads, else 0' },
  leader_election_master_status: { kind: 'gauge', labels: ['name'], help: "The same under client-go's name; name is that of the Lease" },
  metallb_controller_events_dropped_total: {
    kind: 'counter',
    labels: ['reason'],
    help: 'Events that were not sent: flapping, their object says too much; lineFull, too many were in line; failed, the API server did not take them',
  },
  ...queueMetrics,
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
  const showEach = (metric: Scraped, read: (books: Ipam, pool: string) => number | undefined): void => {
    atScrape(metric, () => {
      const books = ipam()
      for (const { name: pool } of books?.pools ?? []) {
        const value = books === undefined ? undefined : read(books, pool)
        if (value !== undefined) metric.inc({ pool }, value)
      }
    })
  }
  const show = (metric: Scraped, read: (usage: Usage) => bigint): void =>
    showEach(metric, (books, pool) => {
      const usage = books.usage(pool)
      return usage === undefined ? undefined : Number(read(usage))
    })
  showEach(all.metallb_allocator_addresses_held, (books, pool) => {
    const { IPv4, IPv6 } = books.kept(pool)
    return IPv4 + IPv6
  })
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

/** @param lease its name */
export function scrapeLeader(all: ControllerMetrics, lease: string, isLeader: () => boolean): void {
  const value = (): number => (isLeader() ? 1 : 0)
  atScrape(all.metallb_controller_leader, (metric) => metric.inc({}, value()))
  atScrape(all.leader_election_master_status, (metric) => metric.inc({ name: lease }, value()))
}

export function scrapeWaiting(all: ControllerMetrics, count: () => number): void {
  atScrape(all.metallb_allocator_services_waiting, (metric) => metric.inc({}, count()))
}
