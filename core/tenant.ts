import type { Address } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { TenantConflict } from './refusal.ts'
import type { ServicePortView, ServiceView } from './service.ts'

/** What sharing an address looks at in a Service. */
export interface Tenant {
  readonly key: NamespacedName
  readonly namespace: string
  readonly sharingKey?: string | undefined
  /** Empty for policy Cluster; with policy Local only Services with the same selector may share. */
  readonly backendKey: string
  /** `TCP/80`, each once. */
  readonly ports: readonly string[]
}

export function tenantOf(service: ServiceView): Tenant {
  return {
    key: service.key,
    namespace: service.namespace,
    sharingKey: service.sharingKey,
    backendKey: service.externalTrafficPolicy === 'Local' ? selectorKey(service) : '',
    ports: portsOf(service),
  }
}

function selectorKey({ selector }: ServiceView): string {
  return JSON.stringify(Object.entries(selector).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function portsOf({ ports }: ServiceView): readonly string[] {
  const [first, ...more] = ports
  if (first === undefined) return []
  return more.length === 0 ? lonePort(first) : [...new Set(ports.map(textOf))]
}

function textOf({ protocol, port }: ServicePortView): string {
  return `${protocol}/${port}`
}

/** Most Services have one port, and most of these the same few: one list for all of them, by port and then by protocol. */
const lonePorts = new Map<number, Map<string, readonly string[]>>()
const lonePortLimit = 1000
/** More than Kubernetes knows: what is asked about need not have been looked at by anybody. */
const protocolLimit = 4

function lonePort(port: ServicePortView): readonly string[] {
  const known = lonePorts.get(port.port)?.get(port.protocol)
  if (known !== undefined) return known
  const list = [textOf(port)]
  const byProtocol = lonePorts.get(port.port) ?? new Map<string, readonly string[]>()
  if (lonePorts.size < lonePortLimit && byProtocol.size < protocolLimit) lonePorts.set(port.port, byProtocol.set(port.protocol, list))
  return list
}

export function sameTenant(a: Tenant, b: Tenant): boolean {
  const samePorts = a.ports.length === b.ports.length && a.ports.every((port) => b.ports.includes(port))
  return a.key === b.key && a.sharingKey === b.sharingKey && a.backendKey === b.backendKey && samePorts
}

/** Why two Services may not be on one address. */
export function conflictBetween(address: Address, tenant: Tenant, other: Tenant): TenantConflict | undefined {
  const by = other.key
  if (tenant.sharingKey === undefined || other.sharingKey === undefined) return { reason: 'AddressInUse', address, by }
  if (tenant.sharingKey !== other.sharingKey) {
    return { reason: 'SharingKeyDiffers', address, by, wanted: tenant.sharingKey, held: other.sharingKey }
  }
  if (tenant.backendKey !== other.backendKey) return { reason: 'BackendsDiffer', address, by }
  const port = tenant.ports.find((each) => other.ports.includes(each))
  return port === undefined ? undefined : { reason: 'PortInUse', address, by, port }
}
