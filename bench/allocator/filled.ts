// An allocator with so many Services in it.
import { compilePools } from '../../core/config/pools.ts'
import { createIpam, type Ipam } from '../../core/ipam.ts'
import { bareNamespace } from '../../core/namespace.ts'
import { joinName } from '../../core/namespaced-name.ts'
import { type ServiceView, viewService } from '../../core/service.ts'

export interface Filling {
  /** Addresses of each pool. */
  readonly pools: readonly string[]
  readonly services: number
  /** Each so many Services are on one address, by a sharing key of their own; 1 when not set. */
  readonly together?: number
  /** All of them under one sharing key and one port. */
  readonly crowded?: boolean
  readonly family?: 'IPv4' | 'IPv6'
}

export interface Filled {
  readonly ipam: Ipam
  readonly services: readonly ServiceView[]
}

const namespace = bareNamespace('shop')

export function fill({ pools, services: count, together = 1, crowded = false, family = 'IPv4' }: Filling): Filled {
  const compiled = compilePools(
    pools.map((addresses, index) => ({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: `pool-${String(index).padStart(5, '0')}`, namespace: 'metallb-system' },
      spec: { addresses: [addresses] },
    })),
  )
  const ipam = createIpam(compiled.pools, { poolPriority: 'highest', reserved: [] })
  const clusterIP = family === 'IPv4' ? '10.96.0.1' : 'fd96::1'
  const model = viewService({
    metadata: { namespace: namespace.name, name: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { type: 'LoadBalancer', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, protocol: 'TCP' }] },
  })
  const services = Array.from({ length: count }, (_, index): ServiceView => {
    const name = `web-${index}`
    const view = { ...model, name, key: joinName(namespace.name, name), uid: `uid-${index}` }
    if (crowded) return { ...view, sharingKey: 'all' }
    if (together === 1) return view
    return { ...view, sharingKey: `key-${Math.floor(index / together)}`, ports: [{ protocol: 'TCP', port: 1 + (index % together) }] }
  })
  for (const service of services) if (!ipam.allocate(service, namespace).ok) throw new Error(`no address is left for ${service.key}`)
  return { ipam, services }
}

/** Services leave and come again, one at a time. @returns operations per second: a release is one, an allocation is another */
export function churn({ ipam, services }: Filled, pairs: number, pickIndex: () => number): number {
  const startedAt = performance.now()
  for (let count = 0; count < pairs; count++) {
    const service = services[pickIndex() % services.length]
    if (service === undefined) throw new Error('there are no Services')
    ipam.release(service.key)
    if (!ipam.allocate(service, namespace).ok) throw new Error(`the address of ${service.key} is lost`)
  }
  return (2 * pairs * 1000) / (performance.now() - startedAt)
}
