import type { Ipam } from '../../core/ipam.ts'
import { declare } from '../../kube/metrics.ts'

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

/** The series with label `pool`: there while this replica leads, and for pools that exist. */
export class PoolMetrics {
  readonly #metrics: ControllerMetrics
  readonly #shown = new Set<string>()

  constructor(all: ControllerMetrics) {
    this.#metrics = all
  }

  /** Beyond 2^53 the numbers are the nearest that a metric can hold. */
  show(ipam: Ipam): void {
    this.#forget(this.#shown.difference(new Set(ipam.pools.map(({ name }) => name))))
    for (const { name: pool } of ipam.pools) {
      const usage = ipam.usage(pool)
      if (usage === undefined) continue
      this.#shown.add(pool)
      const all = this.#metrics
      const inUse = Number(usage.assignedIPv4 + usage.assignedIPv6)
      const total = Number(usage.totalIPv4 + usage.totalIPv6)
      all.metallb_allocator_addresses_in_use_total.set({ pool }, inUse)
      all.metallb_allocator_addresses_in_use.set({ pool }, inUse)
      all.metallb_ip_addresses_in_use_total.set({ pool }, inUse)
      all.metallb_allocator_addresses_total.set({ pool }, total)
      all.metallb_ip_addresses_total.set({ pool }, total)
      all.metallb_allocator_ipv4_addresses_in_use_total.set({ pool }, Number(usage.assignedIPv4))
      all.metallb_allocator_ipv4_addresses_total.set({ pool }, Number(usage.totalIPv4))
      all.metallb_allocator_ipv6_addresses_in_use_total.set({ pool }, Number(usage.assignedIPv6))
      all.metallb_allocator_ipv6_addresses_total.set({ pool }, Number(usage.totalIPv6))
    }
  }

  hide(): void {
    this.#forget(this.#shown)
  }

  #forget(pools: ReadonlySet<string>): void {
    const all = this.#metrics
    for (const pool of pools) {
      this.#shown.delete(pool)
      all.metallb_allocator_addresses_in_use_total.remove({ pool })
      all.metallb_allocator_addresses_in_use.remove({ pool })
      all.metallb_ip_addresses_in_use_total.remove({ pool })
      all.metallb_allocator_addresses_total.remove({ pool })
      all.metallb_ip_addresses_total.remove({ pool })
      all.metallb_allocator_ipv4_addresses_in_use_total.remove({ pool })
      all.metallb_allocator_ipv4_addresses_total.remove({ pool })
      all.metallb_allocator_ipv6_addresses_in_use_total.remove({ pool })
      all.metallb_allocator_ipv6_addresses_total.remove({ pool })
      all.metallb_allocator_addresses_allocated_total.remove({ pool })
    }
  }
}
