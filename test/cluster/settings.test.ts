// What operators set for all programs at once, and what the webhook tells about itself.
import { expect } from 'chai'
import { until } from '../lab/wait.ts'
import { must, namespace, untilOldPodsAreGone, untilRolledOut } from './installed.ts'
import { type ProductLab, productLab } from './product-lab.ts'

describe('the settings', () => {
  let product: ProductLab

  before(async function () {
    this.timeout(180_000)
    product = await productLab()
  })
  after(async () => {
    await must(product.lab, ['patch', 'configmap', 'metallb-settings', '-n', namespace, '--type=merge', '-p', '{"data":null}'])
    await must(product.lab, ['rollout', 'restart', 'deployment/webhook', 'deployment/controller', 'daemonset/speaker', '-n', namespace])
    await untilRolledOut(product.lab)
    await must(product.lab, ['delete', 'service', 'wrong', '--ignore-not-found'])
  })

  async function set(data: Readonly<Record<string, string>>): Promise<void> {
    await must(product.lab, ['patch', 'configmap', 'metallb-settings', '-n', namespace, '--type=merge', '-p', JSON.stringify({ data })])
  }

  /** Of the Pods that run now, one line each. */
  async function said(component: string, event: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const argv = ['logs', '-n', namespace, '-l', `component=${component}`, '--tail=-1', '--prefix=false']
    const lines = (await must(product.lab, argv)).split('\n').filter((line) => line.includes(`"event":"${event}"`))
    return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  }

  it('are read by all three programs at their start, and named in their logs', async function () {
    this.timeout(180_000)
    await set({ 'service-admission': 'warn', 'pool-priority': 'lowest', 'ignore-exclude-lb': 'true', 'pool-priorty': 'lowest' })
    await must(product.lab, ['rollout', 'restart', 'deployment/webhook', 'deployment/controller', 'daemonset/speaker', '-n', namespace])
    await untilRolledOut(product.lab)
    await untilOldPodsAreGone(product.lab)
    expect((await said('webhook', 'settings')).at(-1)).to.include({
      'lb-class': '',
      'service-admission': 'warn',
      'pool-priority': 'lowest',
    })
    expect((await said('controller', 'settings')).at(-1)).to.include({ 'lb-class': '', 'pool-priority': 'lowest' })
    expect((await said('speaker', 'settings')).at(-1)).to.include({ 'lb-class': '', 'ignore-exclude-lb': true })
    const hint = 'key "pool-priorty" of ConfigMap metallb-settings means nothing: did you mean "pool-priority"?'
    for (const component of ['webhook', 'controller', 'speaker'])
      expect((await said(component, 'settingUnknown')).at(-1)).to.include({ msg: hint })
  })

  it('hold: a wrong Service is warned about and stored', async () => {
    const wrong = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'wrong', namespace: 'default', annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.300' } },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    }
    const { code, stderr } = await product.lab.kubectl(['apply', '-f', '-'], { input: JSON.stringify(wrong) })
    expect(stderr).to.match(/^Warning: .*10\.0\.0\.300/)
    expect(code).to.equal(0)
  })

  it('stop a roll-out when a value means nothing, and what runs goes on', async function () {
    this.timeout(120_000)
    await set({ 'service-admission': 'perhaps' })
    await must(product.lab, ['rollout', 'restart', 'deployment/webhook', '-n', namespace])
    const reason = 'setting service-admission=perhaps: must be one of enforce, warn, off'
    const selector = ['-n', namespace, '-l', 'component=webhook']
    const isSaid = async (): Promise<true | undefined> => {
      const { stdout } = await product.lab.kubectl(['logs', ...selector, '--tail=5', '--prefix=false', '--ignore-errors'])
      return stdout.includes(reason) ? true : undefined
    }
    await until('the new replica to say why it does not start', isSaid, { limitMs: 60_000, everyMs: 500 })
    const ready = await must(product.lab, ['get', 'deployment/webhook', '-n', namespace, '-o', 'jsonpath={.status.readyReplicas}'])
    expect(ready).to.equal('2')
  })
})

describe('the metrics of the webhook', () => {
  it('tell the age of every cache', async () => {
    const { lab } = await productLab()
    await untilRolledOut(lab)
    const pod = await must(lab, ['get', 'pods', '-n', namespace, '-l', 'component=webhook', '-o', 'jsonpath={.items[0].metadata.name}'])
    const text = await must(lab, ['get', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}:7472/proxy/metrics`])
    const ages = [...text.matchAll(/^metallb_admission_cache_age_seconds\{cache="(\w+)"\} (\S+)$/gm)].map(
      ([, cache, age]) => [cache, Number(age)] as const,
    )
    expect(ages.map(([cache]) => cache)).to.include.members(['pools', 'services', 'nodes', 'namespaces', 'peers'])
    for (const [cache, age] of ages) expect(age, cache).to.be.within(0, 80)
  })
})
