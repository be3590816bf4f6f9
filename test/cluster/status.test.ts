// What the product writes for people to read: the status of pools, ConfigurationStates, the condition of Services. And that it writes nothing while nothing happens.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Narrator } from '../../demo/narrator.ts'
import { announcer, arpAnswers, type Stage } from '../../demo/stage.ts'
import type { Lab } from '../lab/lab.ts'
import { until } from '../lab/wait.ts'
import { productLab } from './product-lab.ts'

const namespace = 'metallb-system'

const silent: Narrator = { chapter: () => undefined, command: () => undefined, output: () => undefined, checked: () => undefined }

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

describe('What a Service asks for', () => {
  const adverts = `
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: listed, namespace: ${namespace}}
spec: {ipAddressPools: [listed-a, listed-b]}
`
  const asking = (name: string, annotations: string, spec: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default, annotations: {${annotations}}}
spec: {type: LoadBalancer, ports: [{port: 80}]${spec}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, namespace: default, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{port: 80}]
endpoints: [{addresses: [192.0.2.1], nodeName: n1, conditions: {ready: true}}]
`
  const addresses = '{.status.loadBalancer.ingress[*].ip}'
  let stage: Stage

  before(async () => {
    stage = { ...(await productLab()), narrator: silent, measurements: new Map() }
    const pools = [pool('listed-a', '10.99.0.230/32'), pool('listed-b', '10.99.0.232/30'), pool('listed-six', '"fd10:99::200/120"')]
    await kubectl(['apply', '-f', '-'], [...pools, adverts].join('---'))
  })

  after(async () => {
    await kubectl(['delete', 'services,endpointslices', 'listed', 'pinned', '-n', 'default', '--ignore-not-found'])
    await kubectl(['delete', 'l2advertisements', '-n', namespace, 'listed', '--ignore-not-found'])
    await kubectl(['delete', 'ipaddresspools', '-n', namespace, 'listed-a', 'listed-b', 'listed-six', '--ignore-not-found'])
  })

  it('are two addresses of the first pool of its list that has them, and one node answers for both', async () => {
    const annotations = 'metallb.io/address-pool: "listed-a, listed-b", metallb.io/address-count: "2"'
    await kubectl(['apply', '-f', '-'], asking('listed', annotations, ''))
    await shows(['service', 'listed'], addresses, '10.99.0.232 10.99.0.233')
    const message =
      'Assigned IP 10.99.0.232, 10.99.0.233 from pool "listed-b"; passed over: pool "listed-a": it has 1 free IPv4 address, 2 are wanted'
    await shows(['service', 'listed'], `${allocated}.message}`, message)
    const nodes = [await announcer(stage, '10.99.0.232'), await announcer(stage, '10.99.0.233')]
    expect(new Set(nodes)).to.have.property('size', 1)
  })

  it('is one address less when the number shrinks, for which nobody answers then', async () => {
    await kubectl(['annotate', 'service', 'listed', '--overwrite', 'metallb.io/address-count=1'])
    await shows(['service', 'listed'], addresses, '10.99.0.232')
    const evidence = (): string => 'somebody answers ARP for 10.99.0.233'
    await until('silence for 10.99.0.233', async () => ((await arpAnswers(stage, '10.99.0.233', 2)).length === 0 ? true : undefined), {
      limitMs: 30_000,
      everyMs: 200,
      evidence,
    })
    expect(await announcer(stage, '10.99.0.232')).to.match(/^n[123]$/)
  })

  it('is each family from a pool of its own, and a host part that outlives the prefix', async () => {
    const annotations = 'metallb.io/address-pool: "listed-a, listed-six", metallb.io/host-part: "::53"'
    await kubectl(['apply', '-f', '-'], asking('pinned', annotations, ', ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv4, IPv6]'))
    await shows(['service', 'pinned'], addresses, '10.99.0.230 fd10:99::253')
    await shows(['service', 'pinned'], '{.metadata.annotations.metallb\\.io/ip-allocated-from-pool}', 'listed-a,listed-six')
    expect(await announcer(stage, '10.99.0.230')).to.match(/^n[123]$/)
    const renumbered = { metadata: { annotations: { 'metallb.io/allow-disruption': 'true' } }, spec: { addresses: ['fd10:99::300/120'] } }
    await kubectl(['patch', 'ipaddresspool', '-n', namespace, 'listed-six', '--type=merge', '-p', JSON.stringify(renumbered)])
    await shows(['service', 'pinned'], addresses, '10.99.0.230 fd10:99::353')
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
