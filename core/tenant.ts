import type { Address } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { TenantConflict } from './refusal.ts'
import type { ServiceView } from './service.ts'

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
  const texts = ports.map(({ protocol, port }) => `${protocol}/${port}`)
  return texts.length < 2 ? texts : [...new Set(texts)]
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
