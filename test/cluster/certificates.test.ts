// The certificates of the webhook change while the API server calls it a hundred times a second, and no call is lost.
import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { issueAuthority } from '../../certs/issue.ts'
import type { Secret } from '../../core/objects.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'
import type { WebhookConfiguration } from '../../webhook/registration.ts'
import { until } from '../lab/wait.ts'
import { underLoad } from './load.ts'
import { type ProductLab, productLab } from './product-lab.ts'

const namespace = 'metallb-system'
const secretName = 'metallb-webhook-cert'
const configuration = 'metallb-webhook-configuration'
const day = 86_400_000
const callsPerSecond = 100

describe('the certificates of the webhook', () => {
  let product: ProductLab
  let secrets: Reflector<Secret>
  /** Versions of the Secret that came by. */
  let versions: number

  before(async function () {
    this.timeout(180_000)
    product = await productLab()
    const log = createLogger({ component: 'test', level: 'none' })
    secrets = new Reflector<Secret>({
      client: product.kube,
      resource: resources.secrets,
      namespace,
      fieldSelector: `metadata.name=${secretName}`,
      log,
    })
    secrets.start()
    await secrets.whenSynced()
    secrets.store.subscribe(() => versions++)
  })
  beforeEach(() => {
    versions = 0
  })
  after(() => secrets.stop())

  function entry(name: string): string {
    return Buffer.from(secrets.store.list()[0]?.data?.[name] ?? '', 'base64').toString()
  }

  function change(data: Readonly<Record<string, string | null>>): Promise<unknown> {
    const encoded = Object.entries(data).map(([name, text]) => [name, text === null ? null : Buffer.from(text).toString('base64')] as const)
    return product.kube.patch(resources.secrets, secretName, { namespace, patch: 'merge', body: { data: Object.fromEntries(encoded) } })
  }

  async function bundles(): Promise<readonly string[]> {
    const kinds = [resources.mutatingWebhookConfigurations, resources.validatingWebhookConfigurations]
    const found = await Promise.all(kinds.map((kind) => product.kube.get<WebhookConfiguration>(kind, configuration)))
    return found.flatMap(({ webhooks = [] }) =>
      (webhooks as readonly { readonly clientConfig: { readonly caBundle: string } }[]).map(({ clientConfig }) =>
        Buffer.from(clientConfig.caBundle, 'base64').toString(),
      ),
    )
  }

  /** The serving certificates' ends, as each replica tells them. */
  async function servedUntil(): Promise<readonly number[]> {
    const { stdout } = await product.lab.kubectl([
      'get',
      'pods',
      '-n',
      namespace,
      '-l',
      'component=webhook',
      '-o',
      'jsonpath={.items[*].metadata.name}',
    ])
    const answers = stdout
      .split(' ')
      .map((pod) => product.lab.kubectl(['get', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}:7472/proxy/metrics`]))
    return (await Promise.all(answers)).map(
      ({ stdout: text }) => Number(/_expiration_timestamp_seconds\{certificate="serving"\} (\S+)/.exec(text)?.[1]) * 1000,
    )
  }

  it('lose no call while two authorities come and one goes', async function () {
    this.timeout(240_000)
    const first = entry('ca.crt')
    const period = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 80 * day) }
    // With 80 days left this one has to be replaced as soon as it signs.
    const short = await issueAuthority({ commonName: 'short', ...period })
    const result = await underLoad(product.kube, callsPerSecond, async () => {
      await change({ 'next-ca.crt': short.certificate, 'next-ca.key': short.key })
      await until('the second authority to sign', () => (entry('ca.crt') === short.certificate ? true : undefined), { limitMs: 60_000 })
      const isThird = (): true | undefined => (entry('next-ca.crt') === '' && entry('ca.crt') !== short.certificate ? true : undefined)
      await until('the third authority to sign', isThird, { limitMs: 60_000 })
      const end = new X509Certificate(entry('tls.crt')).validToDate.getTime()
      await until(
        'every replica to serve by it',
        async () => ((await servedUntil()).every((served) => served === end) ? true : undefined),
        { limitMs: 20_000 },
      )
    })
    expect(result.failures).to.deep.equal([])
    expect(versions, 'ours, switch, announce, switch: the replicas do not fight').to.equal(4)
    for (const bundle of await bundles()) {
      expect(bundle).to.contain(entry('ca.crt').trim()).and.to.contain(first.trim()).and.to.contain(short.certificate.trim())
    }
  })

  const damages: Readonly<Record<string, () => Promise<unknown>>> = {
    emptied: () => change({ 'ca.crt': null, 'ca.key': null, 'tls.crt': null, 'tls.key': null, 'previous-ca.crt': null }),
    'filled with rubbish': () => change({ 'tls.crt': 'rubbish', 'ca.crt': 'rubbish' }),
    deleted: () => product.kube.remove(resources.secrets, secretName, { namespace }),
  }
  for (const [name, damage] of Object.entries(damages)) {
    it(`are back within 10 s when the Secret is ${name}, and no call is lost`, async function () {
      this.timeout(60_000)
      const before = secrets.store.list()[0]
      const result = await underLoad(product.kube, callsPerSecond, async () => {
        await damage()
        const isBack = (): true | undefined =>
          versions >= 2 && JSON.stringify(secrets.store.list()[0]?.data) === JSON.stringify(before?.data) ? true : undefined
        await until('the Secret to be as before', isBack, { limitMs: 10_000 })
      })
      expect(result.failures).to.deep.equal([])
      expect(versions).to.equal(2)
      const { labels, annotations } = secrets.store.list()[0]?.metadata ?? {}
      expect({ labels, annotations }).to.deep.equal({ labels: before?.metadata.labels, annotations: before?.metadata.annotations })
    })
  }
})
