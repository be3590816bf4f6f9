// What the product writes for people to read: the status of pools, ConfigurationStates, the condition of Services. And that it writes nothing while nothing happens.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Lab } from '../lab/lab.ts'
import { until } from '../lab/wait.ts'
import { productLab } from './product-lab.ts'

const namespace = 'metallb-system'

let lab: Lab

async function kubectl(argv: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await lab.kubectl(argv, input === undefined ? {} : { input })
  expect(code, `kubectl ${argv.join(' ')}: ${stderr}`).to.equal(0)
  return stdout.trim()
}

/** Until the jsonpath shows what is expected. */
async function shows(object: readonly string[], jsonpath: string, expected: string): Promise<void> {
  let seen = ''
  await until(
    `${object.join(' ')} to show ${expected}`,
    async () => {
      seen = await kubectl(['get', ...object, '-o', `jsonpath=${jsonpath}`])
      return seen === expected ? seen : undefined
    },
    { limitMs: 30_000, everyMs: 200, evidence: () => `it shows ${seen}` },
  )
}

const pool = (name: string, addresses: string): string => `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: ${name}, namespace: ${namespace}}
spec: {addresses: [${addresses}], autoAssign: false}
`

const service = (name: string, pool: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default, annotations: {metallb.io/address-pool: ${pool}}}
spec: {type: LoadBalancer, ports: [{port: 80}], selector: {app: none}}
`

const poolCounts = '{.status.assignedIPv4} {.status.availableIPv4} {.status.assignedIPv6} {.status.availableIPv6}'
const allocated = '{.status.conditions[?(@.type=="metallb.io/Allocated")]'

before('starts the shared lab', async function () {
  this.timeout(240_000)
  lab = (await productLab()).lab
})

describe('What the product writes', () => {
  before(async () => {
    await kubectl(['apply', '-f', '-'], pool('counted', '10.99.40.0/30, "fd00:40::/32"'))
  })

  after(async () => {
    await kubectl(['delete', 'service', 'counted-1', 'counted-2', '--ignore-not-found'])
    await kubectl(['delete', 'ipaddresspools', '-n', namespace, 'counted', '--ignore-not-found'])
  })

  it('into a pool is what of it is in use and what is free, to the last of 2^63', async () => {
    await shows(['ipaddresspool', '-n', namespace, 'counted'], poolCounts, '0 4 0 9223372036854775807')
    await kubectl(['apply', '-f', '-'], `${service('counted-1', 'counted')}---${service('counted-2', 'counted')}`)
    await shows(['ipaddresspool', '-n', namespace, 'counted'], poolCounts, '2 2 0 9223372036854775807')
    await kubectl(['delete', 'service', 'counted-2'])
    await shows(['ipaddresspool', '-n', namespace, 'counted'], poolCounts, '1 3 0 9223372036854775807')
  })

  it('into a pool comes back when somebody edits it', async () => {
    const status = JSON.stringify({ status: { assignedIPv4: 77 } })
    await kubectl(['patch', 'ipaddresspool', '-n', namespace, 'counted', '--subresource=status', '--type=merge', '-p', status])
    await shows(['ipaddresspool', '-n', namespace, 'counted'], poolCounts, '1 3 0 9223372036854775807')
  })

  it('into a Service is a condition that kubectl can wait for', async () => {
    await kubectl(['wait', '--for=condition=metallb.io/Allocated', 'service/counted-1', '--timeout=30s'])
    await shows(['service', 'counted-1'], `${allocated}.reason}`, 'Allocated')
  })

  it('into a Service that has no address is why not', async () => {
    await kubectl(['annotate', 'namespace', 'default', 'metallb.io/admission=off'])
    try {
      await kubectl(['apply', '-f', '-'], service('counted-2', 'no-such-pool'))
      await shows(['service', 'counted-2'], `${allocated}.status} ${allocated}.reason}`, 'False PoolUnknown')
    } finally {
      await kubectl(['annotate', 'namespace', 'default', 'metallb.io/admission-'])
    }
  })

  it('into ConfigurationStates is that the configuration is valid, under the names and by the managers that MetalLB has', async () => {
    const all = await kubectl(['get', 'configurationstates', '-n', namespace, '-o', 'json', '--show-managed-fields'])
    const seen = (JSON.parse(all) as { readonly items: readonly ConfigurationState[] }).items.map(({ metadata, status }) => [
      metadata.name,
      metadata.labels['metallb.io/component-type'],
      metadata.labels['metallb.io/node-name'] ?? '',
      metadata.ownerReferences[0]?.kind ?? '',
      metadata.managedFields.map(({ manager }) => manager).filter((manager) => manager.endsWith('Reconciler')),
      status.result,
      status.conditions.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`).join(),
    ])
    const speaker = (node: string): unknown => [
      `speaker-${node}`,
      'speaker',
      node,
      'Pod',
      ['configReconciler'],
      'Valid',
      'configReconcilerValid=True Reconciled',
    ]
    expect(seen).to.deep.equal([
      ['controller', 'controller', '', 'Pod', ['poolReconciler'], 'Valid', 'poolReconcilerValid=True Reconciled'],
      speaker('n1'),
      speaker('n2'),
      speaker('n3'),
    ])
  })

  it('into ConfigurationStates is made again when it is deleted', async () => {
    await kubectl(['delete', 'configurationstates', '-n', namespace, 'controller', 'speaker-n2'])
    await shows(['configurationstate', '-n', namespace, 'controller'], '{.status.result}', 'Valid')
    await shows(['configurationstate', '-n', namespace, 'speaker-n2'], '{.status.result}', 'Valid')
  })

  it('is nothing while nothing happens, but the renewals of the Lease', async function () {
    this.timeout(150_000)
    await sleep(5_000)
    const before = await writes()
    await sleep(60_000)
    const after = await writes()
    const news = [...after].filter(([series, count]) => count > (before.get(series) ?? 0)).map(([series]) => series)
    expect(news).to.deep.equal([])
  })
})

interface ConfigurationState {
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly ownerReferences: readonly { readonly kind: string }[]
    readonly managedFields: readonly { readonly manager: string }[]
  }
  readonly status: {
    readonly result: string
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[]
  }
}

/** The API server's own count of requests that write what we could write. Leases are renewed, and Nodes and Endpoints are not ours. */
async function writes(): Promise<ReadonlyMap<string, number>> {
  const text = await kubectl(['get', '--raw', '/metrics'])
  const counts = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, labels = '', count = ''] = /^apiserver_request_total\{(.*)\} (\S+)$/.exec(line) ?? []
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
    const isOurs =
      label('group') === 'metallb.io' || (label('group') === '' && ['services', 'events', 'secrets'].includes(label('resource')))
    if (!isOurs || !['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE'].includes(label('verb'))) continue
    const series = ['verb', 'group', 'resource', 'subresource'].map(label).join(' ')
    counts.set(series, (counts.get(series) ?? 0) + Number(count))
  }
  return counts
}
