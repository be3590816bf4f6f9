// Two replicas of the webhook are one to whoever applies: they answer alike, each knows what the other has let through, and one may lose power.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { expect } from 'chai'
import { resources } from '../../kube/resources.ts'
import { until } from '../lab/wait.ts'
import { must, namespace, untilRolledOut } from './installed.ts'
import { type ProductLab, productLab } from './product-lab.ts'

type Fields = Readonly<Record<string, unknown>>

const tries = 100

interface Verdict {
  readonly allowed: boolean
  readonly status?: { readonly message: string }
}

function pool(name: string, address: string): Fields & { readonly metadata: { readonly name: string; readonly namespace: string } } {
  const spec = { addresses: [address], autoAssign: false }
  return { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata: { name, namespace }, spec }
}

function service(name: string, address: string): Fields & { readonly metadata: { readonly name: string; readonly namespace: string } } {
  const metadata = { name, namespace: 'default', annotations: { 'metallb.io/loadBalancerIPs': address } }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'web' } } }
}

describe('two replicas of the webhook', () => {
  let product: ProductLab
  let config: KubeConfig
  const agent = new Agent({ keepAlive: true })

  before(async function () {
    this.timeout(180_000)
    product = await productLab()
    config = new KubeConfig()
    config.loadFromFile(product.lab.kubeconfig)
  })
  after(async () => {
    agent.destroy()
    await must(product.lab, ['delete', 'service', 'real', '-n', 'default'])
    await must(product.lab, ['delete', 'ipaddresspools', '-n', namespace, '--all'])
  })

  async function replicas(): Promise<readonly { readonly pod: string; readonly node: string }[]> {
    const columns = '{range .items[*]}{.metadata.name} {.spec.nodeName}{"\\n"}{end}'
    const text = await must(product.lab, ['get', 'pods', '-n', namespace, '-l', 'component=webhook', '-o', `jsonpath=${columns}`])
    return text
      .trim()
      .split('\n')
      .map((line) => {
        const [podName = '', node = ''] = line.split(' ')
        return { pod: podName, node }
      })
  }

  /** Asks one replica, past the Service in front of them. */
  async function ask(pod: string, object: Fields & { readonly metadata: Fields }): Promise<Verdict> {
    const kind = { group: 'metallb.io', version: 'v1beta1', kind: object['kind'] }
    const { name } = object.metadata
    const review = { uid: 'u', kind, name, namespace, operation: 'CREATE', userInfo: { username: 'test' }, object }
    const { hostname, port } = new URL(config.getCurrentCluster()?.server ?? '')
    const path = `/api/v1/namespaces/${namespace}/pods/https:${pod}:9443/proxy/validate`
    const options = { method: 'POST', hostname, port, path, headers: { 'Content-Type': 'application/json' }, agent }
    await config.applyToHTTPSOptions(options)
    const outgoing = request({ ...options, agent })
    outgoing.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: review }))
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    return (JSON.parse(Buffer.concat(chunks).toString()) as { readonly response: Verdict }).response
  }

  it(`both know what has been stored a moment ago, and say the same of it, ${tries} times`, async function () {
    this.timeout(120_000)
    const pods = (await replicas()).map(({ pod }) => pod)
    expect(pods).to.have.length(2)
    for (let attempt = 0; attempt < tries; attempt++) {
      await product.kube.create(resources.ipAddressPools, pool(`first-${attempt}`, `10.201.${attempt}.0/24`))
      const [one, other] = await Promise.all(pods.map((pod) => ask(pod, pool('second', `10.201.${attempt}.7/32`))))
      expect(one?.status?.message).to.contain(`first-${attempt}`).and.to.contain('[PoolOverlap]')
      expect(one).to.deep.equal(other)
    }
  })

  it(`never let both of two overlapping pools in one kubectl apply land, ${tries} times`, async function () {
    this.timeout(240_000)
    const apply = async (attempt: number): Promise<readonly [number | null, string]> => {
      const items = ['left', 'right'].map((side) => pool(`${side}-${attempt}`, `10.202.${attempt}.0/24`))
      const { code, stderr } = await product.lab.kubectl(['apply', '-f', '-'], {
        input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
      })
      return [code, stderr.includes('[PoolOverlap]') ? 'PoolOverlap' : stderr]
    }
    for (let attempt = 0; attempt < tries; attempt += 4) {
      const outcomes = await Promise.all([0, 1, 2, 3].map((offset) => apply(attempt + offset)))
      expect(outcomes).to.deep.equal(outcomes.map(() => [1, 'PoolOverlap']))
    }
    const { items } = await product.kube.list<{ readonly metadata: { readonly name: string } }>(resources.ipAddressPools, { namespace })
    const landed = items.filter(({ metadata: { name } }) => /^(?:left|right)-/.test(name))
    expect(landed).to.have.length(tries)
  })

  it('reserve nothing for a dry run', async () => {
    await product.kube.create(resources.ipAddressPools, pool('pretended', '10.203.0.0/24'), { dryRun: true })
    for (const { pod } of await replicas()) expect((await ask(pod, pool('real', '10.203.0.0/24'))).allowed).to.equal(true)
    await product.kube.create(resources.ipAddressPools, pool('real', '10.203.0.0/24'))
    await product.kube.create(resources.services, service('pretended', '10.203.0.1'), { dryRun: true })
    await product.kube.create(resources.services, service('real', '10.203.0.1'))
    const address = (): Promise<string> =>
      must(product.lab, ['get', 'service', 'real', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'])
    await until('the Service to get its address', async () => ((await address()) === '10.203.0.1' ? true : undefined), { limitMs: 20_000 })
  })

  it('are found again after one has lost power: each connection that was open to it costs one call', async function () {
    this.timeout(180_000)
    const node = (await replicas()).find((replica) => replica.node !== 'n1')?.node ?? ''
    const create = (): Promise<string> =>
      product.kube
        .create(resources.ipAddressPools, pool('after', '10.204.0.0/24'), { dryRun: true, deadlineMs: 20_000 })
        .then(() => 'stored', String)
    // So many connections to both of them.
    const clients = [1, 2, 3, 4]
    for (let round = 0; round < 10; round++) await Promise.all(clients.map(create))
    await product.lab.killNode(node)
    try {
      const failures: string[] = []
      const stored = async (): Promise<true | undefined> => {
        const answer = await create()
        if (answer !== 'stored') failures.push(answer)
        return answer === 'stored' ? true : undefined
      }
      for (let good = 0; good < 10; good++) await until('a pool to be stored again', stored, { limitMs: 30_000 })
      // Two calls each, mutating and validating, by one connection for each client.
      expect(failures.length).to.be.at.most(2 * clients.length)
      for (const failure of failures) expect(failure).to.match(/deadline exceeded|no route to host|connection refused|timeout/)
    } finally {
      await product.lab.startNode(node)
      await untilRolledOut(product.lab)
    }
  })
})
