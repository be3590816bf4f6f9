// The webhook: admission for metallb.io and for Services. Wires the parts together and owns their order of start and end.
import { expressionsOf } from '../admission/policy/evaluator.ts'
import { type Certificates, keepCertificates } from '../certs/rotate.ts'
import { connectKube } from '../kube/client.ts'
import { systemClock } from '../kube/clock.ts'
import type { FlagValues } from '../kube/flags.ts'
import { serveHealth, serveMetrics } from '../kube/health.ts'
import type { Logger } from '../kube/logger.ts'
import { commonFlags, ownNamespace, runProgram } from '../kube/program.ts'
import { classesOf, settingFlags } from '../kube/settings.ts'
import { Admission } from './io/admission.ts'
import { ClusterView } from './io/cluster-view.ts'
import { metrics, scrapeCacheAges, scrapeCertificates } from './io/metrics.ts'
import { PolicyEvaluator } from './io/policy-evaluator.ts'
import { Registrar } from './io/registration.ts'
import { AdmissionServer } from './io/server.ts'
import { readTlsOptions, tlsVersions } from './tls-options.ts'

const flagTable = {
  ...commonFlags,
  port: { kind: 'integer', default: 7472, min: 0, max: 65535, help: 'port of /metrics' },
  'health-probe-port': { kind: 'integer', default: 17472, min: 0, max: 65535, help: 'port of /healthz and /readyz' },
  'webhook-port': { kind: 'integer', default: 9443, min: 0, max: 65535, help: 'port of the admission server' },
  'cert-service-name': { kind: 'text', default: 'metallb-webhook-service', help: 'Service through which the API server calls the webhook' },
  'service-admission': settingFlags['service-admission'],
  'pool-priority': settingFlags['pool-priority'],
  'ignore-exclude-lb': settingFlags['ignore-exclude-lb'],
  'tls-min-version': { kind: 'text', default: 'VersionTLS13', oneOf: tlsVersions, help: 'oldest TLS that the admission server speaks' },
  'tls-cipher-suites': {
    kind: 'text',
    default: '',
    help: 'for TLS 1.2, separated by commas, by their names in Go; all that are secure when not set',
  },
  'tls-curve-preferences': {
    kind: 'text',
    default: '',
    help: 'for the key exchange, separated by commas, by their numbers (29 is X25519)',
  },
  'webhook-secret': { kind: 'text', default: 'metallb-webhook-cert', help: 'Secret that holds the certificates' },
  'disable-cert-rotation': {
    kind: 'switch',
    default: false,
    help: 'somebody else fills the Secret (ca.crt, tls.crt, tls.key) and renews it; it is only read',
  },
} as const

/** Endpoints and connections need a moment to learn that we are going: until then we serve on. */
const lameDuckMs = 5_000
/** A policy that is not asked because nobody is there to ask lets everything pass; but without us nothing is judged at all. */
const policyStartMs = 5_000
/** Nobody waits longer than 3 s for an answer. */
const drainLimitMs = 5_000

await runProgram('webhook', flagTable, run)

async function run(options: FlagValues<typeof flagTable>, log: Logger): Promise<void> {
  const namespace = ownNamespace(options.namespace)
  const service = options['cert-service-name']
  const classes = classesOf(options)
  const tls = readTlsOptions({
    minVersion: options['tls-min-version'],
    cipherSuites: options['tls-cipher-suites'],
    curvePreferences: options['tls-curve-preferences'],
  })
  if (!tls.ok) throw new Error(tls.error)
  const client = connectKube({ userAgent: 'metallb-webhook' })

  let progress: string | undefined = 'starting'
  let stopping: Promise<void> | undefined
  const health = await serveHealth({
    port: options['health-probe-port'],
    live: () => undefined,
    ready: () => (stopping === undefined ? (progress ?? registrar.gap) : 'stopping'),
  })
  const metricsServer = await serveMetrics({ port: options.port, metrics })

  const settings = {
    namespace,
    classes,
    poolPriority: options['pool-priority'],
    serviceAdmission: options['service-admission'],
    ignoresExcludeLabel: options['ignore-exclude-lb'],
  }
  const view = new ClusterView({ client, settings, log })
  const dnsNames = [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`]
  const keeper = keepCertificates({
    client,
    namespace,
    secretName: options['webhook-secret'],
    labels: { app: 'metallb', component: 'webhook', 'app.kubernetes.io/name': 'metallb', 'app.kubernetes.io/component': 'webhook' },
    dnsNames,
    rotates: !options['disable-cert-rotation'],
    isTrusted: (authority) => registrar.trusts(authority),
    log,
  })
  const registrar = new Registrar({
    client,
    facts: { namespace, service, classes },
    certificates: () => keeper.current(),
    isEnding: () => view.isEnding,
    log,
  })
  const policies = new PolicyEvaluator({ log })
  view.onPolicies((compiled) => policies.prepare(expressionsOf(compiled)))
  const admission = new Admission({
    worlds: view,
    evaluator: policies,
    metrics,
    clock: systemClock,
    log,
  })

  const server = new AdmissionServer({
    port: options['webhook-port'],
    tls: tls.value,
    answer: (call, text) => admission.answer(call, text),
    reject: (status) => admission.reject(status),
  })
  async function stop(signal: NodeJS.Signals): Promise<void> {
    log.info({ event: 'stopping', signal }, 'stopping')
    server.beginDrain()
    // The Secret may be deleted together with us.
    await Promise.all([keeper.stop(), registrar.stop(), systemClock.sleep(progress === undefined ? lameDuckMs : 0)])
    await server.close(drainLimitMs)
    await Promise.all([view.stop(), policies.close(), health.close(), metricsServer.close()])
    client.close()
    log.info({ event: 'stopped' }, 'stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping ??= stop(signal)
    })
  }

  scrapeCertificates(() => {
    const held = keeper.current()
    return held && { serving: held.expires, authority: held.authorityExpires }
  })
  scrapeCacheAges(() => view.cacheAges())
  view.start()
  progress = 'waiting for the certificate'
  const identity = await firstCertificates(keeper)
  progress = 'waiting for the first lists of pools, advertisements, Services, Nodes and Namespaces'
  await view.whenSynced()
  progress = 'compiling the expressions of policies'
  await policies.whenReady(policyStartMs)
  if (stopping !== undefined) return
  await server.listen(identity)
  keeper.onChange((changed) => {
    server.useIdentity(changed)
    registrar.refresh()
  })
  view.onEnding(() => {
    registrar.refresh()
  })
  log.info({ event: 'serving', port: server.port, namespace }, 'serving admission requests')
  progress = undefined
  registrar.start()
}

function firstCertificates(keeper: ReturnType<typeof keepCertificates>): Promise<Certificates> {
  return new Promise((resolve) => {
    const present = keeper.current()
    if (present !== undefined) {
      resolve(present)
      return
    }
    const unsubscribe = keeper.onChange((certificates) => {
      unsubscribe()
      resolve(certificates)
    })
  })
}
