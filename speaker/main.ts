// The speaker: on each node, answers for the addresses of Services that this node owns, and announces routes to them. Wires the parts together and owns their order of start and end.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointSlice, KubeObject, Node, Service } from '../core/objects.ts'
import { connectKube } from '../kube/client.ts'
import { ConfigurationStateWriter } from '../kube/configuration-state.ts'
import { EventRecorder } from '../kube/events.ts'
import type { FlagValues } from '../kube/flags.ts'
import { foreignToSpeaker, tellForeign } from '../kube/foreign-flags.ts'
import { serveHealth, serveMetrics } from '../kube/health.ts'
import { type Logger, named } from '../kube/logger.ts'
import { commonFlags, ownNamespace, runProgram } from '../kube/program.ts'
import { Reflector } from '../kube/reflector.ts'
import { type Resource, resources } from '../kube/resources.ts'
import { classesOf, settingFlags } from '../kube/settings.ts'
import type { IPAddressPool, L2Advertisement } from '../schemas/generated/types.ts'
import { ArpSpeaker } from './io/arp-speaker.ts'
import { BgpProtocol } from './io/bgp-protocol.ts'
import { ConfigurationReport } from './io/configuration-report.ts'
import type { SystemFailure } from './io/libc.ts'
import { metrics, scrapeFrom } from './io/metrics.ts'
import { Reconciler } from './reconcile.ts'

const flagTable = {
  ...commonFlags,
  port: { kind: 'integer', default: 7472, min: 0, max: 65535, help: 'port of /metrics; 0 serves none' },
  'health-probe-port': { kind: 'integer', default: 17472, min: 1, max: 65535, help: 'port of /healthz and /readyz on 127.0.0.1' },
  'node-name': { kind: 'text', default: '', env: 'METALLB_NODE_NAME', help: 'name of the node that this speaker runs on; required' },
  'ignore-exclude-lb': settingFlags['ignore-exclude-lb'],
  'bgp-listen-port': {
    kind: 'integer',
    default: 179,
    min: 0,
    max: 65535,
    help: 'port on which BGP peers may connect to this node; 0: sessions are opened from here only',
  },
  'pod-name': { kind: 'text', default: '', env: 'METALLB_POD_NAME', help: 'name of the Pod, which owns the status objects of this node' },
  'pod-uid': { kind: 'text', default: '', env: 'METALLB_POD_UID', help: 'UID of the Pod' },
  ...foreignToSpeaker,
} as const

/** MetalLB's FRR mode reads them; nothing here is FRR. */
const foreignVariables = ['FRR_CONFIG_FILE', 'FRR_LOGGING_LEVEL'] as const

/** The worker moves at least once a second. */
const unreadyAfterMs = 3_000
const deadAfterMs = 20_000
/** So long layer 2 waits for the kinds of BGP, so that both begin with one look at every Service. */
const bgpPatienceMs = 5_000
/** Whatever hangs, the Pod is gone before anybody waits for it. */
const stopLimitMs = 900

await runProgram('speaker', flagTable, run)

async function run(options: FlagValues<typeof flagTable>, log: Logger): Promise<void> {
  const node = options['node-name']
  if (node === '') throw new Error('on which node does this speaker run? Set --node-name or METALLB_NODE_NAME (spec.nodeName of the Pod)')
  const namespace = ownNamespace(options.namespace)
  const classes = classesOf(options)
  tellForeign(options, foreignToSpeaker, log)
  const foreign = foreignVariables.filter((variable) => process.env[variable] !== undefined)
  if (foreign.length > 0)
    log.info({ event: 'variablesIgnored', variables: foreign.join(',') }, 'these variables have no effect: there is no FRR here')

  const client = connectKube({ userAgent: 'metallb-speaker' })
  const events = new EventRecorder({ client, component: 'metallb-speaker', host: node, log })
  const reflect = <T extends KubeObject>(resource: Resource, within?: string): Reflector<T> =>
    new Reflector<T>({ client, resource, namespace: within, transform: withoutBallast, log })
  const services = reflect<Service>(resources.services)
  const endpointSlices = reflect<EndpointSlice>(resources.endpointSlices)
  const nodes = reflect<Node>(resources.nodes)
  const pools = reflect<IPAddressPool>(resources.ipAddressPools, namespace)
  const l2Advertisements = reflect<L2Advertisement>(resources.l2Advertisements, namespace)
  const ignoresExcludeLabel = options['ignore-exclude-lb']
  const podName = options['pod-name']
  const podUid = options['pod-uid']
  const pod = podName === '' || podUid === '' ? undefined : { name: podName, uid: podUid }
  const bgp = new BgpProtocol({
    client,
    node,
    namespace,
    pod,
    ignoresExcludeLabel,
    listenPort: options['bgp-listen-port'],
    services: services.store,
    nodes: nodes.store,
    transform: withoutBallast,
    events,
    metrics,
    log,
  })
  const layer2Reflectors = [services, endpointSlices, nodes, pools, l2Advertisements]
  const reflectors = [...layer2Reflectors, ...bgp.reflectors]

  const arp = openArp(named(log, 'speaker/arp'))
  if (arp !== undefined) scrapeFrom(arp)
  const reconciler = new Reconciler({
    node,
    classes,
    ignoresExcludeLabel,
    services: services.store,
    endpointSlices: endpointSlices.store,
    nodes: nodes.store,
    pools: pools.store,
    l2Advertisements: l2Advertisements.store,
    wire: arp,
    routes: bgp.announcer,
    onSettled: () => void bgp.start(),
    events,
    metrics,
    log: named(log, 'speaker/arp'),
  })

  const report = new ConfigurationReport({
    node,
    nodes: nodes.store,
    stores: { pools: pools.store, l2Advertisements: l2Advertisements.store, ...bgp.configuration },
    writer: new ConfigurationStateWriter({
      client,
      namespace,
      name: `speaker-${node}`,
      labels: { 'metallb.io/component-type': 'speaker', 'metallb.io/node-name': node },
      pod,
      condition: 'configReconcilerValid',
      fieldManager: 'configReconciler',
      log,
    }),
    metrics,
  })

  let stopping = false
  const silence = (limitMs: number): string | undefined => {
    const silentMs = arp?.silentMs ?? 0
    return silentMs > limitMs ? `the packet worker has not moved for ${Math.round(silentMs / 1000)} s` : undefined
  }
  const unready = (): string | undefined => {
    if (stopping) return 'stopping'
    return reflectors.every(({ synced }) => synced) ? silence(unreadyAfterMs) : 'waiting for the first lists from the API server'
  }
  await serveHealth({ port: options['health-probe-port'], host: '127.0.0.1', live: () => silence(deadAfterMs), ready: unready })
  if (options.port !== 0) await serveMetrics({ port: options.port, metrics })

  async function stop(signal: NodeJS.Signals): Promise<void> {
    stopping = true
    const since = performance.now()
    // A stuck thread would keep `process.exit` waiting for ever.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), stopLimitMs)
    log.info({ event: 'stopping', signal }, 'stopping')
    reconciler.stop()
    await Promise.all([bgp.stop(), arp?.stop(), report.stop()])
    log.info({ event: 'stopped', tookMs: Math.round(performance.now() - since) }, 'stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) void stop(signal)
    })
  }

  arp?.start()
  for (const reflector of reflectors) reflector.start()
  const synced = Promise.all(reflectors.map((reflector) => reflector.whenSynced()))
  await Promise.all(layer2Reflectors.map((reflector) => reflector.whenSynced()))
  // A kind of BGP that may not be read, or does not exist, is waited for by BGP alone.
  await Promise.race([synced, sleep(bgpPatienceMs)])
  log.info({ event: 'synced', node, namespace, services: services.store.size, nodes: nodes.store.size }, 'the caches are warm')
  reconciler.start()
  await synced
  report.start()
}

/** Without the right to packet sockets the rest of the speaker still has its use: it stays up, and withholds layer 2 with that reason. */
function openArp(log: Logger): ArpSpeaker | undefined {
  const opened = ArpSpeaker.open({ log })
  if (opened.ok) return opened.value
  log.error({ event: 'arpUnavailable', reason: opened.error.code }, remedy(opened.error))
  return undefined
}

function remedy({ call, code }: SystemFailure): string {
  const what = `layer 2 is withheld on this node, no arp is answered: ${call} failed with ${code}`
  if (code === 'EPERM' || code === 'EACCES') {
    return `${what}; give the container the capability NET_RAW and run it as user 0 (capabilities of a non-root user have no effect)`
  }
  return code === 'EAFNOSUPPORT' ? `${what}; the kernel needs CONFIG_PACKET (modprobe af_packet)` : what
}

/** What nobody here reads weighs most: field managers everywhere, and the images of each Node. */
function withoutBallast<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { readonly managedFields?: unknown }
  if (!('status' in object)) return { ...object, metadata }
  const { images: __, ...status } = (object.status ?? {}) as { readonly images?: unknown }
  return { ...object, metadata, status }
}
