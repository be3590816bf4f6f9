// The registration of the webhook on a real API server: what it holds, what becomes of edits, and versions side by side under load.
import { expect } from 'chai'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'
import { setup } from '../../tools/setup.ts'
import { configurationName, versionAnnotation, type WebhookConfiguration } from '../../webhook/registration.ts'
import { until } from '../lab/wait.ts'
import { install, must, namespace, untilOldPodsAreGone } from './installed.ts'
import { underLoad } from './load.ts'
import { buildOlderWebhook, type OlderWebhook } from './older-webhook.ts'
import { type ProductLab, productLab } from './product-lab.ts'

interface Entry {
  readonly name: string
  readonly failurePolicy: string
  readonly timeoutSeconds: number
  readonly rules: readonly { readonly operations: readonly string[]; readonly resources: readonly string[] }[]
  readonly matchConditions?: readonly { readonly name: string }[]
}

const kinds = { mutating: resources.mutatingWebhookConfigurations, validating: resources.validatingWebhookConfigurations }
type Call = keyof typeof kinds
const calls = Object.keys(kinds) as readonly Call[]
const limits = { limitMs: 20_000 }
const callsPerSecond = 100

describe('the registration of the webhook', () => {
  let product: ProductLab
  let reflectors: Readonly<Record<Call, Reflector<WebhookConfiguration>>>
  /** The policy of our own kinds in every version of a configuration that came by; empty for an empty list. */
  let policies: Record<Call, string[]>

  const configuration = (call: Call): WebhookConfiguration | undefined => reflectors[call].store.get(configurationName)
  const entriesOf = (object: WebhookConfiguration | undefined): readonly Entry[] => (object?.webhooks ?? []) as readonly Entry[]
  const entries = (call: Call): readonly Entry[] => entriesOf(configuration(call))
  const isInForce = (): true | undefined => (calls.every((call) => entries(call)[0]?.failurePolicy === 'Fail') ? true : undefined)
  const versions = (): readonly unknown[] => calls.map((call) => configuration(call)?.metadata.annotations?.[versionAnnotation])

  before(async function () {
    this.timeout(180_000)
    product = await productLab()
    const log = createLogger({ component: 'test', level: 'none' })
    const reflect = async (call: Call): Promise<Reflector<WebhookConfiguration>> => {
      const reflector = new Reflector<WebhookConfiguration>({
        client: product.kube,
        resource: kinds[call],
        fieldSelector: `metadata.name=${configurationName}`,
        log,
      })
      reflector.start()
      await reflector.whenSynced()
      reflector.store.subscribe(({ type, object }) => {
        if (type !== 'deleted') policies[call].push(entriesOf(object)[0]?.failurePolicy ?? '')
      })
      return reflector
    }
    policies = { mutating: [], validating: [] }
    reflectors = { mutating: await reflect('mutating'), validating: await reflect('validating') }
    await until('the registration to be in force', isInForce, limits)
  })
  beforeEach(() => {
    policies = { mutating: [], validating: [] }
  })
  after(async () => {
    for (const call of calls) await reflectors[call].stop()
  })

  function edit(call: Call, patch: object): Promise<unknown> {
    return product.kube.patch(kinds[call], configurationName, { patch: 'merge', body: patch })
  }

  it('fails closed for our own kinds within 3 s, and open for Services of ours within 2 s', () => {
    for (const call of calls) {
      const own = entries(call)[0]
      expect([own?.failurePolicy, own?.timeoutSeconds]).to.deep.equal(['Fail', 3])
      const services = entries(call).find(({ name }) => name === 'services.metallb.io')
      expect([services?.failurePolicy, services?.timeoutSeconds]).to.deep.equal(['Ignore', 2])
      expect(services?.matchConditions?.map(({ name }) => name)).to.deep.equal(['load-balancer-of-ours'])
      const asked = entries(call)
        .filter(({ failurePolicy }) => failurePolicy === 'Fail')
        .flatMap(({ rules }) => rules.flatMap(({ operations }) => operations))
      expect(new Set(asked), 'whoever wants to be rid of us must succeed').to.deep.equal(new Set(['CREATE', 'UPDATE']))
    }
  })

  const narrowed = (call: Call): object => ({
    webhooks: entries(call).map((entry) => ({ ...entry, namespaceSelector: { matchLabels: { never: 'there' } } })),
  })
  const edits: Readonly<Record<string, readonly [patch: (call: Call) => object, passes: readonly string[]]>> = {
    'a narrowed selector, without a moment of Ignore': [narrowed, ['Fail', 'Fail']],
    'a removed entry, without a moment of Ignore': [(call) => ({ webhooks: entries(call).slice(0, 1) }), ['Fail', 'Fail']],
    'Ignore in place of Fail': [
      (call) => ({ webhooks: entries(call).map((entry) => ({ ...entry, failurePolicy: 'Ignore' })) }),
      ['Ignore', 'Fail'],
    ],
    'an emptied list': [() => ({ webhooks: [] }), ['', 'Ignore', 'Fail']],
  }
  for (const [name, [patch, passes]] of Object.entries(edits)) {
    it(`is put right after ${name}`, async () => {
      const before = calls.map((call) => entries(call))
      for (const call of calls) await edit(call, patch(call))
      const isRight = (): true | undefined => {
        const hasMoved = calls.every((call) => policies[call].length >= passes.length)
        return hasMoved && JSON.stringify(calls.map((call) => entries(call))) === JSON.stringify(before) ? true : undefined
      }
      await until('both configurations to be as before', isRight, limits)
      expect(policies).to.deep.equal({ mutating: passes, validating: passes })
    })
  }

  it('stays away when somebody has deleted it in an emergency, and comes back with the manifests', async () => {
    await must(product.lab, ['delete', 'mutatingwebhookconfiguration,validatingwebhookconfiguration', configurationName])
    const wrong = {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'wrong', namespace },
      spec: { addresses: ['10.0.0.9-10.0.0.1'] },
    }
    await product.kube.create(resources.ipAddressPools, wrong, { dryRun: true })
    expect(calls.flatMap((call) => policies[call])).to.deep.equal([])
    await install(product.lab)
    await until('the registration to be in force', isInForce, limits)
    expect(await product.kube.create(resources.ipAddressPools, wrong, { dryRun: true }).catch(String)).to.contain('[RangeReversed]')
  })

  describe('while versions stand side by side', () => {
    let older: OlderWebhook
    let present: string

    before(async function () {
      this.timeout(60_000)
      older = await buildOlderWebhook((await setup(() => undefined)).cache)
      await product.lab.importImages(older.archive)
      present = await must(product.lab, [
        'get',
        'deployment/webhook',
        '-n',
        namespace,
        '-o',
        'jsonpath={.spec.template.spec.containers[0].image}',
      ])
    })

    async function rollTo(image: string): Promise<void> {
      await must(product.lab, ['set', 'image', 'deployment/webhook', '-n', namespace, `webhook=${image}`])
      await must(product.lab, ['rollout', 'status', 'deployment/webhook', '-n', namespace, '--timeout=90s'])
      await untilOldPodsAreGone(product.lab)
    }

    it('is left alone by an older one, and a roll-back loses no call', async function () {
      this.timeout(120_000)
      const before = calls.map((call) => configuration(call)?.metadata.resourceVersion)
      const { failures } = await underLoad(product.kube, callsPerSecond, () => rollTo(older.image))
      expect(failures).to.deep.equal([])
      expect(calls.map((call) => configuration(call)?.metadata.resourceVersion)).to.deep.equal(before)
    })

    it('is handed to the older one when its number is removed', async () => {
      for (const call of calls) await edit(call, { metadata: { annotations: { [versionAnnotation]: null } } })
      const isOlder = (): true | undefined => (versions().every((version) => version === String(older.registration)) ? true : undefined)
      await until('the older version to register', isOlder, limits)
      expect(entries('validating')[0]?.rules.flatMap((rule) => rule.resources)).not.to.contain('communities')
    })

    it('is taken over by the newer one, without a moment of Ignore and without a lost call', async function () {
      this.timeout(120_000)
      const { failures } = await underLoad(product.kube, callsPerSecond, () => rollTo(present))
      expect(failures).to.deep.equal([])
      expect(policies).to.deep.equal({ mutating: ['Fail'], validating: ['Fail'] })
      expect(versions()).to.deep.equal(calls.map(() => String(older.registration + 1)))
      expect(entries('validating')[0]?.rules.flatMap((rule) => rule.resources)).to.contain('communities')
    })
  })

  it('survives a rolling restart under load without a lost call', async function () {
    this.timeout(120_000)
    const { failures } = await underLoad(product.kube, callsPerSecond, async () => {
      await must(product.lab, ['rollout', 'restart', 'deployment/webhook', '-n', namespace])
      await must(product.lab, ['rollout', 'status', 'deployment/webhook', '-n', namespace, '--timeout=90s'])
      await untilOldPodsAreGone(product.lab)
    })
    expect(failures).to.deep.equal([])
    expect(policies).to.deep.equal({ mutating: [], validating: [] })
  })
})
