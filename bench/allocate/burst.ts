// Very many Services at once, of ours or of nobody's.
import { resources, type Writable } from '../../kube/client.ts'
import { until } from '../../test/lab/wait.ts'
import type { AddressWatch } from '../address-watch.ts'
import { monotonicMs } from '../clock.ts'
import { concurrently } from '../concurrently.ts'
import { foreignClass, type Stage, width } from './stage.ts'

/** For the longest of the bursts; slower than any machine that can run a lab. */
const limitMs = 600_000

export interface Burst {
  /** From the first request to the last answer, seconds. */
  readonly createsS: number
  /** From the first request to the last address; NaN for those of nobody. */
  readonly addressesS: number
}

const nameOf = (index: number): string => `burst-${index}`

/** No node ports, of which there are fewer, and nothing for kube-proxy. */
const object = (name: string, pool: string, isOurs: boolean): Writable => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace: 'default',
    labels: { 'service.kubernetes.io/service-proxy-name': 'none' },
    annotations: { 'metallb.io/address-pool': pool },
  },
  spec: {
    type: 'LoadBalancer',
    allocateLoadBalancerNodePorts: false,
    ...(isOurs ? {} : { loadBalancerClass: foreignClass }),
    ports: [{ port: 80 }],
  },
})

/** Creates them as fast as the API server takes them. */
export async function burst({ bench, kube, watch }: Stage, count: number, pool: string, isOurs: boolean): Promise<Burst> {
  const names = Array.from({ length: count }, (_, index) => nameOf(index))
  const beganAt = monotonicMs()
  await concurrently(names, width, (name) => {
    bench.signal.throwIfAborted()
    return kube.create(resources.services, object(name, pool, isOurs), { deadlineMs: limitMs })
  })
  const createsS = (monotonicMs() - beganAt) / 1000
  // Whoever removes them goes by the watch.
  const shown = () => namesIn(watch).length >= count
  await until('the watch to show the Services', () => shown() || undefined, { limitMs, everyMs: 200, signal: bench.signal })
  if (!isOurs) return { createsS, addressesS: Number.NaN }
  return { createsS, addressesS: ((await watch.addresses(names, limitMs)) - beganAt) / 1000 }
}

function namesIn(watch: AddressWatch): readonly string[] {
  return watch.services().flatMap(({ metadata: { name = '' } }) => (name.startsWith('burst-') ? name : []))
}

/** Removes those of a burst that are left, until `isEnough`. */
export async function removeBurst({ bench, kube, watch }: Stage, isEnough: () => boolean = () => false): Promise<void> {
  await concurrently(namesIn(watch), width, async (name) => {
    if (!isEnough()) await kube.remove(resources.services, name, { namespace: 'default', deadlineMs: limitMs })
  })
  await until('the watch to show what is gone', () => isEnough() || namesIn(watch).length === 0 || undefined, {
    limitMs: 60_000,
    signal: bench.signal,
  })
}
