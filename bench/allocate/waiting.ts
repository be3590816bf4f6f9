// Services that wait for a pool, and the pool comes. Beside it a bare client that makes the same writes.
import type { KubeObject, Service } from '../../core/objects.ts'
import { resources } from '../../kube/client.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { until } from '../../test/lab/wait.ts'
import { monotonicMs } from '../clock.ts'
import { concurrently } from '../concurrently.ts'
import { SeededServices } from '../seeded-services.ts'
import { namedPool } from '../shared-lab.ts'
import { foreignClass, type Stage, width } from './stage.ts'

const limitMs = 600_000
const pool = 'bench-late'
/** Events count as all sent when for so long no other came. */
const silenceMs = 3000

interface CoreEvent extends KubeObject {
  readonly reason?: string
}

export interface Served {
  /** From the answer that the pool is there, or from the first request, to the last address, seconds. */
  readonly addressesS: number
  /** To the last Event that tells of one. */
  readonly eventsS: number
}

/** The Events about addresses, as a watch shows them. */
class EventWatch {
  readonly #events: Reflector<CoreEvent>
  readonly #counts = new Map<string, number>()
  lastAtMs = 0

  constructor({ kube }: Stage, prefix: string) {
    const log = createLogger({ component: 'bench', level: 'none' })
    const fieldSelector = 'involvedObject.kind=Service'
    this.#events = new Reflector<CoreEvent>({ client: kube, resource: resources.events, namespace: 'default', fieldSelector, log })
    this.#events.store.subscribe(({ type, object: { metadata, reason = '' } }) => {
      if (type !== 'added' || metadata.name?.startsWith(prefix) !== true) return
      this.#counts.set(reason, this.count(reason) + 1)
      this.lastAtMs = monotonicMs()
    })
  }

  count(reason: string): number {
    return this.#counts.get(reason) ?? 0
  }

  async start(): Promise<void> {
    this.#events.start()
    await this.#events.whenSynced()
  }

  async stop(): Promise<void> {
    await this.#events.stop()
  }

  async untilSilent(signal: AbortSignal): Promise<void> {
    await until('the last Event', () => (monotonicMs() - this.lastAtMs > silenceMs ? true : undefined), { limitMs, signal })
  }
}

/** The Services wait and have been told so; then their pool comes. */
export async function serveWaiting(stage: Stage, count: number): Promise<Served> {
  const { bench, kube, lab, watch } = stage
  const services = new SeededServices(lab, { prefix: 'waiting', pool })
  const events = new EventWatch(stage, 'waiting-')
  await events.start()
  try {
    await services.grow(count)
    await until('the Services to have been told that they wait', () => areTold(watch.services(), count), {
      limitMs,
      everyMs: 500,
      signal: bench.signal,
    })
    await events.untilSilent(bench.signal)
    await kube.create(resources.ipAddressPools, namedPool(pool, '10.202.0.0/16'))
    const beganAt = monotonicMs()
    const addressesAt = await watch.addresses(services.names, limitMs)
    await events.untilSilent(bench.signal)
    if (events.count('IPAllocated') < count) bench.progress(`allocate: only ${events.count('IPAllocated')} Events of ${count}`)
    return { addressesS: (addressesAt - beganAt) / 1000, eventsS: (events.lastAtMs - beganAt) / 1000 }
  } finally {
    await events.stop()
    await services.remove()
    await kube.remove(resources.ipAddressPools, pool, { namespace: 'metallb-system' }).catch(() => undefined)
  }
}

function areTold(services: readonly Service[], count: number): true | undefined {
  const told = services.filter(
    ({ metadata, status }) =>
      metadata.name?.startsWith('waiting-') === true && status?.conditions?.some(({ type }) => type === 'metallb.io/Allocated'),
  )
  return told.length >= count ? true : undefined
}

/** A status and an Event for each, as many at a time as the controller has. */
export async function writeBare({ bench, kube, lab, watch }: Stage, count: number): Promise<Served> {
  const services = new SeededServices(lab, { prefix: 'bare', pool, loadBalancerClass: foreignClass })
  try {
    await services.grow(count)
    const known = (): readonly Service[] => watch.services().filter(({ metadata }) => metadata.name?.startsWith('bare-'))
    await until('the watch to show the Services', () => (known().length >= count ? true : undefined), {
      limitMs,
      everyMs: 500,
      signal: bench.signal,
    })
    const beganAt = monotonicMs()
    await concurrently([...known().entries()], width, async ([index, { metadata }]) => {
      bench.signal.throwIfAborted()
      const { name = '', resourceVersion } = metadata
      const ip = `10.202.${index >> 8}.${index & 255}`
      const message = `Assigned IP ${ip} from pool "${pool}"`
      const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
      const condition = { type: 'metallb.io/Allocated', status: 'True', reason: 'Allocated', message, lastTransitionTime: time }
      await kube.patch(resources.services, name, {
        namespace: 'default',
        patch: 'merge',
        subresource: 'status',
        body: {
          metadata: { resourceVersion, annotations: { 'metallb.io/ip-allocated-from-pool': pool } },
          status: { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] }, conditions: [condition] },
        },
      })
      await kube.create(resources.events, {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${index}-${Math.floor(beganAt)}`, namespace: 'default' },
        involvedObject: { apiVersion: 'v1', kind: 'Service', name, namespace: 'default', uid: metadata.uid, resourceVersion },
        type: 'Normal',
        reason: 'IPAllocated',
        message,
        source: { component: 'bench' },
        reportingComponent: 'bench',
        reportingInstance: 'bench',
        firstTimestamp: time,
        lastTimestamp: time,
        count: 1,
      })
    })
    const endedS = (monotonicMs() - beganAt) / 1000
    return { addressesS: endedS, eventsS: endedS }
  } finally {
    await services.remove()
  }
}
