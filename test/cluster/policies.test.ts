// AllocationPolicies on a real cluster: what kubectl shows, and that a quota holds whatever arrives at once, through both replicas of the webhook.
import { expect } from 'chai'
import { joinName } from '../../core/namespaced-name.ts'
import type { Service } from '../../core/objects.ts'
import { viewService } from '../../core/service.ts'
import { ApiError, type KubeClient } from '../../kube/client.ts'
import { createLogger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'
import type { Lab } from '../lab/lab.ts'
import { until } from '../lab/wait.ts'
import { expectGolden } from './golden-text.ts'
import { productLab } from './product-lab.ts'

type Fields = Readonly<Record<string, unknown>>

const own = 'metallb-system'

function policy(name: string, spec: Fields): Fields {
  return { apiVersion: 'metallb.io/v1alpha1', kind: 'AllocationPolicy', metadata: { name, namespace: own }, spec }
}

function pool(name: string, addresses: readonly string[], spec: Fields = {}): Fields {
  return { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata: { name, namespace: own }, spec: { addresses, ...spec } }
}

function namespace(name: string, annotations: Readonly<Record<string, string>> = {}): Fields {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations, labels: { team: name } } }
}

function service(
  name: string,
  inNamespace: string,
  { annotations = {}, ports = [80] }: { annotations?: Fields; ports?: readonly number[] } = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: inNamespace, annotations },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: ports.map((port) => ({ name: `p${port}`, port })) },
  }
}

const named = { annotations: { 'metallb.io/address-pool': 'lan' } }
const quota = (ipv4: number): Fields => ({ namespaces: ['crowd', 'strict'], quota: { addresses: { ipv4 } } })

const cluster = [
  namespace('prod'),
  namespace('crowd', { 'metallb.io/admission': 'warn' }),
  namespace('strict'),
  namespace('guests'),
  pool('lan', ['10.99.0.200-10.99.0.219']),
  pool('spare', ['10.99.0.220-10.99.0.223']),
  { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: 'all', namespace: own } },
  policy('few', quota(5)),
]

const rules = [
  policy('prod', {
    namespaces: ['prod'],
    validations: [
      {
        name: 'named-pool',
        expression: "has(object.metadata.annotations) && 'metallb.io/address-pool' in object.metadata.annotations",
        messageExpression: "'name a pool in metallb.io/address-pool: ' + pools.map(p, p.name).join(' or ')",
      },
      {
        name: 'ports',
        expression: 'object.spec.ports.all(p, p.port in [80, 443])',
        message: 'only ports 80 and 443 are open to the outside',
        action: 'Warn',
      },
      { name: 'owner', expression: "object.metadata.labels['owner'] != ''", action: 'Audit' },
    ],
  }),
  policy('guests', { namespaceSelectors: [{ matchLabels: { team: 'guests' } }], defaultPool: 'spare' }),
]

const policies: Readonly<Record<string, Fields>> = {
  'An expression that does not end': policy('new', { validations: [{ expression: 'object.spec.' }] }),
  'A field that a Service does not have': policy('new', {
    validations: [{ expression: "object.spec.ports.exists(p, p.port == 22) &&\n  object.metadata.nam == 'web'" }],
  }),
  'A number where true or false is wanted': policy('new', { validations: [{ expression: 'size(object.spec.ports)' }] }),
  'A pattern that is not RE2': policy('new', { validations: [{ expression: "object.metadata.name.matches('(a+)+$(?=b)')" }] }),
  'An action in lower case, and a quota in words': policy('new', {
    validations: [{ expression: 'true', action: 'deny' }],
    quota: { addresses: { ipv4: 'three' } },
  }),
  'A quota for some Services of a namespace': policy('new', {
    serviceSelectors: [{ matchLabels: { app: 'web' } }],
    quota: { addresses: { ipv4: 3 } },
  }),
  'A default pool that does not exist': policy('new', { defaultPool: 'lam' }),
  'A second quota and a second default': policy('new', {
    namespaces: ['guests', 'strict'],
    quota: { addresses: { ipv4: 9 } },
    defaultPool: 'lan',
  }),
  'A policy about nobody that says nothing': policy('new', { namespaces: ['prd'] }),
  'A policy with nothing to complain about': policy('new', { namespaces: ['prod'], validations: [{ expression: 'usage.ipv4 < 10' }] }),
}

const services: Readonly<Record<string, Fields>> = {
  'A Service that does as the policies say': service('web', 'prod', named),
  'A Service without a pool, on another port': service('web', 'prod', { ports: [22] }),
  'A Service that gets the default of a policy': service('web', 'guests'),
}

describe('AllocationPolicies', () => {
  let lab: Lab
  let kube: KubeClient
  let reflector: Reflector<Service>
  /** Most addresses at a time, by namespace. */
  const most = new Map<string, number>()

  async function kubectl(argv: readonly string[], objects: readonly Fields[] = []): Promise<string> {
    const { code, stdout, stderr } = await lab.kubectl(argv, { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) })
    if (code !== 0) throw new Error(`kubectl ${argv.join(' ')}: ${stderr}`)
    return stdout + stderr
  }
  const apply = (...objects: readonly Fields[]): Promise<string> => kubectl(['apply', '-f', '-'], objects)

  async function shown(chapter: Readonly<Record<string, Fields>>): Promise<string> {
    const parts: string[] = []
    for (const [title, object] of Object.entries(chapter)) {
      const { stdout, stderr } = await lab.kubectl(['apply', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object) })
      parts.push(`# ${title}\n${stderr}${stdout}`)
    }
    return parts.join('\n')
  }

  function viewsIn(name: string): readonly ReturnType<typeof viewService>[] {
    return reflector.store
      .list()
      .map((object) => viewService(object))
      .filter((view) => view.namespace === name)
  }
  const addressesIn = (name: string): number => new Set(viewsIn(name).flatMap(({ heldText }) => heldText)).size

  async function untilHeld(name: string, count: number): Promise<void> {
    await until(`${count} addresses in namespace ${name}`, () => (addressesIn(name) === count ? true : undefined), {
      limitMs: 15_000,
      evidence: () => `there are ${addressesIn(name)}`,
    })
  }

  /** Creates them all at once; how many were refused. */
  async function crowd(name: string): Promise<number> {
    const objects = Array.from({ length: 50 }, (_, number) => service(`s${number}`, name))
    const outcomes = await Promise.allSettled(objects.map((object) => kube.create(resources.services, object, { deadlineMs: 30_000 })))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    for (const error of refused) expect(error instanceof ApiError && error.message, String(error)).to.contain('[QuotaExceeded]')
    return refused.length
  }

  /** Creations of Services that each replica of the webhook has judged. */
  async function judged(): Promise<readonly number[]> {
    const names = (await kubectl(['get', 'pods', '-n', own, '-l', 'component=webhook', '-o', 'name'])).trim().split('\n')
    const texts = await Promise.all(
      names.map((name) => kubectl(['get', '--raw', `/api/v1/namespaces/${own}/pods/${name.slice('pod/'.length)}:7472/proxy/metrics`])),
    )
    const series = /^metallb_admission_requests_total\{(?=[^}]*kind="Service")(?=[^}]*operation="CREATE")[^}]*\} (\d+)$/gm
    return texts.map((text) => [...text.matchAll(series)].reduce((sum, [, count]) => sum + Number(count), 0))
  }

  before(async function () {
    this.timeout(180_000)
    ;({ lab, kube } = await productLab())
    reflector = new Reflector<Service>({
      client: kube,
      resource: resources.services,
      log: createLogger({ component: 'test', level: 'none' }),
    })
    reflector.store.subscribe(({ object }) => {
      const { namespace: name = '' } = object.metadata
      most.set(name, Math.max(most.get(name) ?? 0, addressesIn(name)))
    })
    reflector.start()
    await reflector.whenSynced()
    await apply(...cluster.slice(0, -1))
    await apply(...cluster.slice(-1))
  })

  it('are refused with line and column, and warned about where others come first', async () => {
    await apply(...rules)
    expectGolden('policies', await shown(policies))
  })

  it('judge Services in the words of their author', async () => {
    expectGolden('policy-services', await shown(services))
  })

  it('give Services a default pool, which is a preference', async () => {
    await apply(service('web', 'guests'), service('far', 'guests', { annotations: { 'metallb.io/address-pool': 'lan' } }))
    await untilHeld('guests', 2)
    const [far, web] = ['far', 'web'].map((name) => reflector.store.get(joinName('guests', name))?.metadata.annotations)
    expect(web).to.include({ 'metallb.io/address-pool': 'spare', 'metallb.io/address-pool-source': 'default' })
    expect([web, far].map((all) => all?.['metallb.io/ip-allocated-from-pool'])).to.deep.equal(['spare', 'lan'])
  })

  it('bound the addresses of a namespace, whatever is created at once and through whichever replica', async function () {
    this.timeout(90_000)
    const judgedBefore = await judged()
    expect(await crowd('crowd')).to.equal(0)
    const shares = (await judged()).map((count, index) => count - (judgedBefore[index] ?? 0))
    expect(shares.filter((share) => share > 0)).to.have.length(2)
    await untilHeld('crowd', 5)
    await until('every Service is answered', () => (viewsIn('crowd').length === 50 ? true : undefined), { limitMs: 15_000 })
    const [gone] = viewsIn('crowd').filter(({ heldText }) => heldText.length > 0)
    const freed = gone?.heldText[0]
    await kubectl(['delete', 'service', gone?.name ?? '', '-n', 'crowd'])
    await until(
      'the address that was freed is held again',
      () => viewsIn('crowd').find(({ key, heldText }) => key !== gone?.key && heldText[0] === freed),
      { limitMs: 15_000 },
    )
    expect(most.get('crowd')).to.equal(5)
    await apply(policy('few', quota(8)))
    await untilHeld('crowd', 8)
    expect(most.get('crowd')).to.equal(8)
  })

  it('take nobody an address when a quota shrinks, and refuse who comes new', async function () {
    this.timeout(90_000)
    expect(await apply(policy('few', quota(5)))).to.contain('[QuotaBelowUse]')
    const refused = await crowd('strict')
    await untilHeld('strict', 5)
    await until('those who were not refused are there', () => (viewsIn('strict').length === 50 - refused ? true : undefined), {
      limitMs: 15_000,
    })
    expect([most.get('strict'), addressesIn('crowd')]).to.deep.equal([5, 8])
    const { code, stderr } = await lab.kubectl(['apply', '-f', '-'], { input: JSON.stringify(service('late', 'strict')) })
    expect([code, stderr]).to.deep.equal([
      1,
      'The Service "late" is invalid: spec.type: namespace "strict" has 5 IPv4 addresses, and AllocationPolicy "few" allows it 5; delete a Service that holds one, let two share one (metallb.io/allow-shared-ip), or raise the quota [QuotaExceeded]\n',
    ])
    await kubectl(['delete', 'allocationpolicy', 'few', '-n', own])
    await until('everybody is served', () => (addressesIn('crowd') + addressesIn('strict') > 13 ? true : undefined), { limitMs: 15_000 })
  })

  it('are listed with what they limit', async () => {
    const [header, ...rows] = (await kubectl(['get', 'allocationpolicies', '-n', own])).trim().split('\n')
    expect(header?.split(/\s{2,}/)).to.deep.equal(['NAME', 'IPV4 QUOTA', 'IPV6 QUOTA', 'DEFAULT POOL', 'NAMESPACES'])
    expect(rows.map((row) => row.trim().split(/\s{2,}/)[0])).to.deep.equal(['guests', 'prod'])
  })

  after(async () => {
    await reflector?.stop()
    await lab.kubectl(['delete', 'allocationpolicies', '--all', '-n', own])
    await lab.kubectl(['delete', 'namespaces', 'prod', 'crowd', 'strict', 'guests'])
    await lab.kubectl(['delete', 'ipaddresspools,l2advertisements', '--all', '-n', own])
  })
})
