// The default pool in the hands of kubectl: what is filled in stays, shows as no difference, belongs to nobody, and gets along with other webhooks.
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { type Issued, issueAuthority, issueCertificate } from '../../certs/issue.ts'
import { eventually, objectFile } from '../../demo/stage.ts'
import { Daemon } from '../interop/daemon.ts'
import { patchAnnotation } from './foreign-webhook.ts'
import { SeedStage } from './seed-stage.ts'

type Texts = Readonly<Record<string, string>>

interface Stored {
  readonly metadata: {
    readonly resourceVersion: string
    readonly annotations?: Texts
    readonly managedFields?: unknown
  }
  readonly spec: Readonly<Record<string, unknown>>
}

interface Operation {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: unknown
}

const filledIn: Texts = { 'metallb.io/address-pool': 'lan', 'metallb.io/address-pool-source': 'default' }
const firstAddress = '10.99.0.200'
const service = objectFile('service.yaml')
const client = { name: 'client', address: '10.99.0.50' }
const program = fileURLToPath(new URL('foreign-webhook.ts', import.meta.url))
const foreignLabel = 'example.com/foreign'

/** Both ways of applying. */
const ways: Readonly<Record<string, readonly string[]>> = {
  'kubectl apply': [],
  'kubectl apply --server-side': ['--server-side', '--field-manager=team'],
}

const otherPool = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: other, namespace: metallb-system }
spec: { addresses: [10.99.0.230-10.99.0.239] }
`

/** The Service "web", of whatever type, with these labels and annotations. */
function webService(annotations: Texts, { labels = {}, type = 'LoadBalancer' }: { labels?: Texts; type?: string } = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', labels, annotations },
    spec: { type, selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  })
}

/** Without what the API server chooses anew for each Service. */
function steady({ spec }: Stored): unknown {
  const { clusterIP: _, clusterIPs: __, ports, ...rest } = spec
  const [{ nodePort: ___, ...port }] = ports as [Readonly<Record<string, unknown>>]
  return { ...rest, port }
}

describe('the default pool of a Service', () => {
  let stage: SeedStage
  let foreign: Daemon
  let authority: Issued

  const stored = async (): Promise<Stored> =>
    JSON.parse(await stage.must(['get', 'service', 'web', '-o', 'json', '--show-managed-fields'])) as Stored

  const dryRun = async (way: readonly string[], object: string): Promise<Stored> =>
    JSON.parse(await stage.must(['apply', ...way, '--dry-run=server', '-o', 'json', '-f', '-'], object)) as Stored

  /** Somebody else's webhook, in the place of the client; it is registered for what has its label. */
  async function startForeign(): Promise<void> {
    const notBefore = new Date()
    const validity = { notBefore, notAfter: new Date(notBefore.getTime() + 3_600_000) }
    authority = await issueAuthority({ commonName: 'somebody else', ...validity })
    const subject = { commonName: client.address }
    const { key, certificate } = await issueCertificate({ authority, subject, addresses: [client.address], usage: 'server', ...validity })
    const { promise, resolve } = Promise.withResolvers<void>()
    foreign = new Daemon(stage.stage.lab.place(client.name), [process.execPath, program], () => resolve())
    foreign.tell(JSON.stringify({ key, certificate }))
    await promise
  }

  /** The API server calls webhooks in the order of the names of their configurations. */
  async function withForeign(name: string, work: () => Promise<void>): Promise<void> {
    const clientConfig = { url: `https://${client.address}:8443/`, caBundle: Buffer.from(authority.certificate).toString('base64') }
    const webhook = {
      name: 'foreign.example.com',
      clientConfig,
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['services'], operations: ['CREATE'] }],
      objectSelector: { matchExpressions: [{ key: foreignLabel, operator: 'Exists' }] },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
    }
    const kind = 'MutatingWebhookConfiguration'
    const configuration = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, webhooks: [webhook] }
    await stage.must(['create', '-f', '-'], JSON.stringify(configuration))
    try {
      const seen: Operation = { op: 'add', path: '/metadata/annotations/seen', value: 'yes' }
      await eventually(`${name} to be called`, 10_000, async () => {
        const { annotations } = (await dryRun([], patched([seen]))).metadata
        return annotations?.['seen'] === 'yes' ? { value: true, seen: '' } : { seen: JSON.stringify(annotations) }
      })
      await work()
    } finally {
      await stage.must(['delete', kind, name])
    }
  }

  const patched = (patch: readonly Operation[], type?: string): string =>
    webService({ [patchAnnotation]: JSON.stringify(patch) }, { labels: { [foreignLabel]: '' }, ...(type === undefined ? {} : { type }) })

  const balance: readonly Operation[] = [{ op: 'replace', path: '/spec/type', value: 'LoadBalancer' }]

  before(async function () {
    this.timeout(180_000)
    stage = await SeedStage.open()
    await stage.must(['apply', '-f', objectFile('pool.yaml')])
    await stage.must(['apply', '-f', '-'], otherPool)
    await startForeign()
  })

  afterEach(() => stage.run(['delete', '--ignore-not-found', '-f', service]))

  after(async () => {
    await foreign.stop()
    await stage.close([])
  })

  it('is filled in by a webhook that asks to be called again when another one changes the object', async () => {
    const path = 'jsonpath={.webhooks[?(@.name=="services.metallb.io")].reinvocationPolicy}'
    const registration = ['get', 'mutatingwebhookconfiguration', 'metallb-webhook-configuration', '-o', path]
    expect(await stage.must(registration)).to.equal('IfNeeded')
  })

  for (const [name, way] of Object.entries(ways)) {
    it(`${name}: is added where nothing is said, and nothing else is touched`, async () => {
      const own: Texts = { 'example.com/owner': 'web', 'metallb.io/allow-shared-ip': 'web' }
      const filled = await dryRun(way, webService(own))
      const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations } = filled.metadata.annotations ?? {}
      expect(annotations).to.deep.equal({ ...own, ...filledIn })
      const decided = await dryRun(way, webService({ 'metallb.io/address-pool': 'other' }))
      expect(decided.metadata.annotations).not.to.have.property('metallb.io/address-pool-source')
      expect(steady(filled)).to.deep.equal(steady(decided))
    })

    it(`${name}: kubectl diff is empty afterwards, and applying again changes nothing`, async () => {
      await stage.must(['apply', ...way, '-f', service])
      await stage.addressesOf('web')
      const before = await stored()
      expect(before.metadata.annotations).to.include(filledIn)
      expect(await stage.must(['diff', ...way, '-f', service])).to.equal('')
      await stage.must(['apply', ...way, '-f', service])
      expect(await stored()).to.deep.equal(before)
    })

    it(`${name}: is filled in again when the Service is made again`, async () => {
      for (const round of ['first', 'second']) {
        await stage.must(['apply', ...way, '-f', service])
        expect((await stored()).metadata.annotations, round).to.include(filledIn)
        await stage.must(['delete', '-f', service])
      }
    })

    it(`${name}: is a request once somebody writes another pool over it`, async () => {
      await stage.must(['apply', ...way, '-f', service])
      await stage.must(['apply', ...way, '-f', '-'], webService({ 'metallb.io/address-pool': 'other' }))
      const { annotations } = (await stored()).metadata
      expect(annotations).to.include({ 'metallb.io/address-pool': 'other' })
      expect(annotations).not.to.have.property('metallb.io/address-pool-source')
    })
  }

  it('belongs to no field manager, so that two who apply the same Service do not conflict', async () => {
    for (const manager of ['one', 'two', 'one']) await stage.must(['apply', '--server-side', `--field-manager=${manager}`, '-f', service])
    const { annotations, managedFields } = (await stored()).metadata
    expect(annotations).to.include(filledIn)
    expect(JSON.stringify(managedFields)).not.to.contain('f:metallb.io/address-pool')
  })

  it('is filled in when a webhook before us makes the Service a LoadBalancer', () =>
    withForeign('a-foreign', async () => {
      await stage.must(['apply', '-f', '-'], patched(balance, 'ClusterIP'))
      expect((await stored()).metadata.annotations).to.include(filledIn)
      expect(await stage.addressesOf('web')).to.equal(firstAddress)
    }))

  it('is what the controller takes when a webhook after us makes it one: the API server calls nobody for the first time in a second round', () =>
    withForeign('z-foreign', async () => {
      await stage.must(['apply', '-f', '-'], patched(balance, 'ClusterIP'))
      expect((await stored()).metadata.annotations).not.to.have.property('metallb.io/address-pool')
      expect(await stage.addressesOf('web')).to.equal(firstAddress)
    }))

  it('is filled in again when a webhook after us throws our annotations away', () =>
    withForeign('z-foreign', async () => {
      const sloppy: readonly Operation[] = [{ op: 'add', path: '/metadata/annotations', value: { 'example.com/seen': 'yes' } }]
      await stage.must(['apply', '-f', '-'], patched(sloppy))
      expect((await stored()).metadata.annotations).to.include({ 'example.com/seen': 'yes', ...filledIn })
    }))

  it('gives way when a webhook after us asks for an address of another pool', () =>
    withForeign('z-foreign', async () => {
      const path = '/metadata/annotations/metallb.io~1loadBalancerIPs'
      await stage.must(['apply', '-f', '-'], patched([{ op: 'add', path, value: '10.99.0.235' }]))
      expect(await stage.addressesOf('web')).to.equal('10.99.0.235')
    }))
})
