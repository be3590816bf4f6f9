// What tests do with controllers that they run themselves, and with many Services at a time.
import process from 'node:process'
import type { KubeObject, Lease } from '../../core/objects.ts'
import { ApiError, type KubeClient, type Resource, resources } from '../../kube/client.ts'
import { until } from '../lab/wait.ts'
import type { AddressWatch } from './address-watch.ts'
import { namespace } from './installed.ts'
import type { Replica } from './replica.ts'

export type Fields = Readonly<Record<string, unknown>> & { readonly metadata: KubeObject['metadata'] }

/** A lease that is over before a test is. */
export const renewDeadlineMs = 1500
export const shortLease = [
  '--leader-elect-lease-duration=2s',
  `--leader-elect-renew-deadline=${renewDeadlineMs}ms`,
  '--leader-elect-retry-period=250ms',
]

export function pool(name: string, addresses: readonly string[], autoAssign = true): Fields {
  return { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata: { name, namespace }, spec: { addresses, autoAssign } }
}

/** @param from the pool that it asks for */
export function service(name: string, { type = 'LoadBalancer', from }: { readonly type?: string; readonly from?: string } = {}): Fields {
  const annotations = from === undefined ? {} : { 'metallb.io/address-pool': from }
  // There are fewer node ports than Services in a crowd.
  const spec = { type, ports: [{ port: 80 }], ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: false } : {}) }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', annotations }, spec }
}

/** Figures are for those who ask for a size. */
export function tell(text: string): void {
  if ((process.env['CROWD'] ?? process.env['FREEZES']) !== undefined) process.stdout.write(`        ${text}\n`)
}

/** The one of them that holds the Lease. */
export async function leaderOf(kube: KubeClient, replicas: readonly Replica[]): Promise<Replica> {
  return until(
    `one of ${replicas.map(({ name }) => name).join(', ')} to lead`,
    async () => {
      const { spec } = await kube.get<Lease>(resources.leases, 'metallb-controller', namespace)
      return replicas.find(({ name }) => name === spec?.holderIdentity)
    },
    { limitMs: 15_000, everyMs: 20, evidence: () => lastWords(replicas) },
  )
}

export function lastWords(replicas: readonly Replica[]): string {
  return replicas.map(({ log, name }) => `${name}:\n${log.split('\n').slice(-12).join('\n')}`).join('\n')
}

export async function served(watch: AddressWatch, names: readonly string[], replicas: readonly Replica[], limitMs = 20_000): Promise<void> {
  const waiting = (): readonly string[] => {
    const addresses = watch.addresses('default')
    return names.filter((name) => addresses.get(name)?.length !== 1)
  }
  await until(`${names.length} Services to have an address`, () => (waiting().length === 0 ? true : undefined), {
    limitMs,
    evidence: () => `${waiting().length} have not: ${waiting().slice(0, 10).join(' ')}\n${lastWords(replicas)}`,
  })
}

/** So many at a time. */
export async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>, atATime = 16): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}

/** However long the API server is away. */
export async function create(kube: KubeClient, resource: Resource, object: Fields): Promise<void> {
  const name = object.metadata.name ?? ''
  await until(`${name} to be stored`, () => kube.create(resource, object, { deadlineMs: 20_000 }).then(() => true, stored(409)), {
    limitMs: 60_000,
  })
}

export async function remove(kube: KubeClient, resource: Resource, name: string, where: string): Promise<void> {
  await until(`${name} to be gone`, () => kube.remove(resource, name, { namespace: where }).then(() => true, stored(404)), {
    limitMs: 60_000,
  })
}

/** An earlier attempt was carried out, though its answer was lost. */
function stored(status: number): (error: unknown) => true {
  return (error) => {
    if (error instanceof ApiError && error.status === status) return true
    throw error
  }
}
