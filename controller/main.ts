// The controller: gives addresses to Services. Two replicas run, one leads. Wires the parts together and owns their order of start and end.
import { hostname } from 'node:os'
import { connectKube } from '../kube/client.ts'
import { systemClock } from '../kube/clock.ts'
import { ConfigurationStateWriter } from '../kube/configuration-state.ts'
import { EventRecorder } from '../kube/events.ts'
import type { FlagValues } from '../kube/flags.ts'
import { foreignToController, tellForeign } from '../kube/foreign-flags.ts'
import { serveHealth, serveMetrics } from '../kube/health.ts'
import { LeaderElection } from '../kube/lease.ts'
import type { Logger } from '../kube/logger.ts'
import { commonFlags, ownNamespace, runProgram } from '../kube/program.ts'
import { classesOf, settingFlags } from '../kube/settings.ts'
import { ClusterCache } from './io/cluster-cache.ts'
import { ensureMemberlistSecret } from './io/memberlist-secret.ts'
import { metrics, scrapeLeader } from './io/metrics.ts'
import { Reconciler } from './reconcile.ts'

const flagTable = {
  ...commonFlags,
  port: { kind: 'integer', default: 7472, min: 0, max: 65535, help: 'port of /metrics' },
  'health-probe-port': { kind: 'integer', default: 17472, min: 0, max: 65535, help: 'port of /healthz and /readyz' },
  'pod-name': { kind: 'text', default: '', env: 'METALLB_POD_NAME', help: 'identity in the leader election; the host name when not set' },
  'pod-uid': { kind: 'text', default: '', env: 'METALLB_POD_UID', help: 'UID of the Pod, which owns the ConfigurationState' },
  'pool-priority': settingFlags['pool-priority'],
  'ml-secret-name': {
    kind: 'text',
    default: '',
    env: 'METALLB_ML_SECRET_NAME',
    help: 'Secret of the membership of speakers, made when it does not exist; none when not set',
  },
  'leader-elect-lease-duration': { kind: 'duration', default: 15_000, help: 'how long a leader that fell silent is waited for' },
  'leader-elect-renew-deadline': { kind: 'duration', default: 10_000, help: 'how long a leader that cannot renew its Lease goes on' },
  'leader-elect-retry-period': { kind: 'duration', default: 2_000, help: 'time between renewals of the Lease' },
  deployment: { kind: 'text', default: '', env: 'METALLB_DEPLOYMENT', help: 'Deployment that owns that Secret' },
  ...foreignToController,
} as const

const leaseName = 'metallb-controller'
/** The last writes and Events are waited for so long before we go: an API server that is away must not keep us. */
const farewellMs = 1000

await runProgram('controller', flagTable, run)

async function run(options: FlagValues<typeof flagTable>, log: Logger): Promise<void> {
  const namespace = ownNamespace(options.namespace)
  tellForeign(options, foreignToController, log)
  const identity = options['pod-name'] === '' ? hostname() : options['pod-name']
  const classes = classesOf(options)
  const client = connectKube({ userAgent: 'metallb-controller' })
  const events = new EventRecorder({
    client,
    component: 'metallb-controller',
    host: identity,
    isBusy: () => reconciler.isBusy,
    onDropped: (reason) => metrics.metallb_controller_events_dropped_total.inc({ reason }),
    log,
  })
  const cluster = new ClusterCache({ client, namespace, log })
  const reconciler = new Reconciler({
    namespace,
    cluster,
    client,
    classes,
    poolPriority: options['pool-priority'],
    isLeader: () => election.isLeader(),
    onConfiguration: (problems) => configurationState?.report(problems),
    events,
    metrics,
    log,
  })
  let configurationState: ConfigurationStateWriter | undefined
  let stopEnsuring: (() => Promise<void>) | undefined
  function lead(lastWrite: string): void {
    configurationState = new ConfigurationStateWriter({
      client,
      namespace,
      name: 'controller',
      labels: { 'metallb.io/component-type': 'controller' },
      pod: options['pod-name'] === '' || options['pod-uid'] === '' ? undefined : { name: options['pod-name'], uid: options['pod-uid'] },
      condition: 'poolReconcilerValid',
      fieldManager: 'poolReconciler',
      mayWrite: () => election.isLeader(),
      log,
    })
    configurationState.start()
    const name = options['ml-secret-name']
    if (name !== '') stopEnsuring = ensureMemberlistSecret({ client, namespace, name, deployment: options.deployment, log })
    reconciler.lead(lastWrite)
  }
  async function follow(): Promise<void> {
    await Promise.all([reconciler.follow(), configurationState?.stop(), stopEnsuring?.()])
    configurationState = undefined
  }
  const election = new LeaderElection({
    client,
    namespace,
    name: leaseName,
    identity,
    leaseDurationMs: options['leader-elect-lease-duration'],
    renewDeadlineMs: options['leader-elect-renew-deadline'],
    retryPeriodMs: options['leader-elect-retry-period'],
    lastWrite: () => reconciler.lastWrite,
    onStartedLeading: lead,
    // A write that hangs does not keep the lease from the next leader: the Service's resourceVersion guards it.
    onStoppedLeading: () => Promise.race([follow(), systemClock.sleep(farewellMs)]),
    log,
  })

  scrapeLeader(metrics, leaseName, () => election.isLeader())

  function gap(): string | undefined {
    return reconciler.isSynced ? undefined : `waiting for the first list of ${cluster.missing.join(', ')}`
  }

  let stopping: Promise<void> | undefined
  const health = await serveHealth({
    port: options['health-probe-port'],
    live: () => undefined,
    ready: () => (stopping === undefined ? gap() : 'stopping'),
  })
  const metricsServer = options.port === 0 ? undefined : await serveMetrics({ port: options.port, metrics })

  async function stop(signal: NodeJS.Signals): Promise<void> {
    log.info({ event: 'stopping', signal })
    await election.stop()
    await Promise.race([events.drained(), systemClock.sleep(farewellMs)])
    await Promise.all([events.stop(), reconciler.stop(), health.close(), metricsServer?.close()])
    client.close()
    log.info({ event: 'stopped' })
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping ??= stop(signal)
    })
  }

  await reconciler.start()
  if (stopping !== undefined) return
  log.info({ event: 'ready', namespace, identity })
  election.start()
}
