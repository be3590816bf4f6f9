// The promise of `metallb plan`: on a real cluster, what it says is what then happens. Asked of the cluster itself and of what kubectl saved.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { announcer, eventually } from '../../demo/stage.ts'
import { own, SeedStage } from './seed-stage.ts'

type Fields = Readonly<Record<string, unknown>>

interface Plan {
  readonly disruptive: boolean
  readonly changes: readonly { readonly verdict: string }[]
  readonly services: readonly {
    readonly service: string
    readonly change: string
    readonly after: readonly string[]
    readonly announcedAfter?: { readonly layer2?: string }
  }[]
}

const saved = 'ipaddresspools,l2advertisements,bgpadvertisements,bgppeers,bfdprofiles,communities,services,namespaces,nodes,endpointslices'
const launcher = fileURLToPath(new URL('../../cli/metallb.mjs', import.meta.url))

function ours(kind: string, name: string, spec: Fields = {}, annotations: Fields = {}): Fields {
  return { apiVersion: 'metallb.io/v1beta1', kind, metadata: { name, namespace: own, annotations }, spec }
}

function service(name: string, annotations: Fields = {}): Fields {
  const spec = { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', annotations }, spec }
}

const pool = (addresses: readonly string[]): Fields =>
  ours('IPAddressPool', 'lan', { addresses }, { 'metallb.io/allow-disruption': 'true' })
const cluster = [
  pool(['10.99.0.200-10.99.0.205']),
  ours('L2Advertisement', 'lan'),
  service('web-1'),
  service('web-2', { 'metallb.io/loadBalancerIPs': '10.99.0.204' }),
]
/** One Service keeps its address, one moves, one is new, one is refused; and one node alone may announce. */
const change = (node: string): readonly Fields[] => [
  pool(['10.99.0.203-10.99.0.207']),
  ours('L2Advertisement', 'lan', { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': node } }] }),
  service('web-3', { 'metallb.io/address-pool': 'lan' }),
  service('web-4', { 'metallb.io/address-pool': 'lann' }),
]

describe('metallb plan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'metallb-plan-'))
  let seed: SeedStage
  let answers: readonly Answer[]
  /** The one that is to announce: not the one that does so for web-2. */
  let node: string

  interface Answer {
    readonly code: number | null
    readonly plan: Plan
  }

  function ask(...argv: readonly string[]): Answer {
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'plan', '-o', 'json', ...argv], { encoding: 'utf8' })
    expect(stderr).to.equal('')
    return { code: status, plan: JSON.parse(stdout) as Plan }
  }

  function file(name: string, content: string): string {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }

  function list(items: readonly Fields[]): string {
    return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  }

  before('a cluster with Services, and what is planned for it', async function () {
    this.timeout(180_000)
    seed = await SeedStage.open()
    await seed.startPods('web', { app: 'web' })
    await seed.must(['apply', '-f', '-'], list(cluster))
    await seed.addressesOf('web-1')
    await seed.addressesOf('web-2')
    const owner = await announcer(seed.stage, '10.99.0.204')
    node = seed.stage.lab.nodes.find(({ name }) => name !== owner)?.name ?? ''
    const objects = file('change.json', list(change(node)))
    const snapshot = file('cluster.json', await seed.must(['get', saved, '-A', '-o', 'json']))
    answers = [ask('--kubeconfig', seed.stage.lab.kubeconfig, objects), ask('--snapshot', snapshot, objects)]
  })

  it('says the same of the cluster and of what kubectl saved', () => {
    const [live, snapshot] = answers
    expect(snapshot).to.deep.equal(live)
    expect(live?.code).to.equal(1)
    expect(live?.plan.changes.map(({ verdict }) => verdict)).to.deep.equal(['allowed', 'allowed', 'allowed', 'refused'])
    expect(live?.plan.services.map(({ service: name, change: what }) => `${name} ${what}`)).to.deep.equal([
      'default/web-1 moved',
      'default/web-2 kept',
      'default/web-3 gained',
    ])
  })

  it('changes nothing', async () => {
    expect([await seed.addressesOf('web-1'), await seed.addressesOf('web-2')]).to.deep.equal(['10.99.0.200', '10.99.0.204'])
  })

  it('is what then happens', async () => {
    const { code, stderr } = await seed.run(['apply', '-f', '-'], list(change(node)))
    expect([code, stderr.includes('there is no pool "lann"')]).to.deep.equal([1, true])
    for (const { service: key, after, announcedAfter } of answers[0]?.plan.services ?? []) {
      const [, name = ''] = key.split('/')
      await eventually(`${key} to have ${after.join()}`, 20_000, async () => {
        const seen = await seed.addressesOf(name)
        return seen === after.join(', ') ? { value: seen, seen } : { seen }
      })
      expect(announcedAfter?.layer2).to.equal(node)
      // A former owner may answer until it has heard of it.
      await eventually(`${key} to be announced by ${node}`, 20_000, async () => {
        const seen = await announcer(seed.stage, after[0] ?? '')
        return seen === node ? { value: seen, seen } : { seen }
      })
    }
    const { code: gone } = await seed.run(['get', 'service', 'web-4', '-n', 'default'])
    expect(gone).to.equal(1)
  })

  after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await seed.close([])
  })
})
