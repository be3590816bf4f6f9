// The change guard on a real cluster: what kubectl shows when a change would cost live Services an address or their last announcement.
import { expect } from 'chai'
import { eventually } from '../../demo/stage.ts'
import type { Lab } from '../lab/lab.ts'
import { expectGolden } from './golden-text.ts'
import { productLab } from './product-lab.ts'

type Fields = Readonly<Record<string, unknown>>

const own = 'metallb-system'
const kinds = 'ipaddresspools,l2advertisements,bgpadvertisements,bgppeers,communities,bfdprofiles'

function ours(kind: string, name: string, spec: Fields): Fields {
  const version = kind === 'BGPPeer' ? 'v1beta2' : 'v1beta1'
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: own }, spec }
}

function service(name: string, address: string): Fields {
  const annotations = { 'metallb.io/loadBalancerIPs': address }
  const spec = { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default', annotations }, spec }
}

const pools = [
  ours('IPAddressPool', 'lan', { addresses: ['10.99.0.200-10.99.0.220'], autoAssign: false }),
  ours('IPAddressPool', 'routed', { addresses: ['10.97.0.0/28'], autoAssign: false }),
]
const announcers = [
  ours('L2Advertisement', 'lan', { ipAddressPools: ['lan'] }),
  ours('Community', 'names', { communities: [{ name: 'internal', value: '64500:1' }] }),
  ours('BFDProfile', 'fast', { receiveInterval: 300 }),
  ours('BGPPeer', 'rack-1', { myASN: 64500, peerASN: 64512, peerAddress: '10.99.0.2', bfdProfile: 'fast' }),
  ours('BGPAdvertisement', 'routed', { ipAddressPools: ['routed'], communities: ['internal'], peers: ['rack-1'] }),
]
const services = [
  ...Array.from({ length: 12 }, (_, index) => service(`web-${String(index + 1).padStart(2, '0')}`, `10.99.0.${201 + index}`)),
  service('shop', '10.97.0.1'),
]

type Act = readonly [verb: 'delete' | 'apply', kind: string, name: string, spec?: Fields]

const acts: Readonly<Record<string, Act>> = {
  'A pool is deleted that Services live on': ['delete', 'IPAddressPool', 'lan'],
  'A pool shrinks below its Services': ['apply', 'IPAddressPool', 'lan', { addresses: ['10.99.0.200-10.99.0.211'], autoAssign: false }],
  'A pool shuts out their namespace': [
    'apply',
    'IPAddressPool',
    'routed',
    { addresses: ['10.97.0.0/28'], autoAssign: false, serviceAllocation: { namespaces: ['shop'] } },
  ],
  'A pool grows': ['apply', 'IPAddressPool', 'lan', { addresses: ['10.99.0.200-10.99.0.230'], autoAssign: false }],
  'The last advertisement is deleted': ['delete', 'L2Advertisement', 'lan'],
  'An advertisement turns to other pools': ['apply', 'L2Advertisement', 'lan', { ipAddressPools: ['routed'] }],
  'An advertisement turns to Nodes that do not exist': [
    'apply',
    'BGPAdvertisement',
    'routed',
    { ipAddressPools: ['routed'], nodeSelectors: [{ matchLabels: { rack: 'r9' } }] },
  ],
  'The last router is deleted': ['delete', 'BGPPeer', 'rack-1'],
  'A community is deleted that an advertisement names': ['delete', 'Community', 'names'],
  'A BFD profile is deleted that a router uses': ['delete', 'BFDProfile', 'fast'],
}

describe('the change guard, as kubectl shows it', () => {
  let lab: Lab

  async function kubectl(argv: readonly string[], objects: readonly Fields[] = []): Promise<string> {
    const { code, stdout, stderr } = await lab.kubectl(argv, { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) })
    if (code !== 0) throw new Error(`kubectl ${argv.join(' ')}: ${stderr}`)
    return stderr + stdout
  }

  async function shown(act: Act, ...flags: readonly string[]): Promise<string> {
    const [verb, kind, name, spec = {}] = act
    const argv = verb === 'apply' ? ['apply', '-f', '-'] : ['delete', kind.toLowerCase(), name, '-n', own]
    const { stdout, stderr } = await lab.kubectl([...argv, ...flags], { input: JSON.stringify(ours(kind, name, spec)) })
    return stderr + stdout
  }

  before(async function () {
    this.timeout(180_000)
    ;({ lab } = await productLab())
    await kubectl(['apply', '-f', '-'], [...pools, ...announcers])
    await kubectl(['apply', '-f', '-'], services)
    const names = services.map(({ metadata }) => `service/${(metadata as { readonly name: string }).name}`)
    await kubectl(['wait', ...names, '--for=jsonpath={.status.loadBalancer.ingress[0].ip}', '--timeout=20s'])
  })

  it('refuses, and lists who would lose what', async () => {
    const parts: string[] = []
    for (const [title, act] of Object.entries(acts)) parts.push(`# ${title}\n${await shown(act, '--dry-run=server')}`)
    expectGolden('disruptions', parts.join('\n'))
  })

  it('says the same when it is meant', async () => {
    for (const act of Object.values(acts).filter(([verb]) => verb === 'delete')) {
      const dry = await shown(act, '--dry-run=server')
      expect(dry).to.contain('Error from server (Forbidden)')
      expect(await shown(act)).to.equal(dry)
    }
  })

  it('lets a whole collection go only where nobody loses anything', async () => {
    await kubectl(['apply', '-f', '-'], [ours('IPAddressPool', 'spare', { addresses: ['10.97.1.0/28'], autoAssign: false })])
    const path = `/apis/metallb.io/v1beta1/namespaces/${own}/ipaddresspools`
    const all = await lab.kubectl(['delete', '--raw', path])
    expect([all.code, all.stderr.includes('[Disruption]')]).to.deep.equal([1, true])
    await kubectl(['delete', '--raw', `${path}?fieldSelector=metadata.name%3Dspare`])
  })

  it('lets happen what the object allows, and says what that costs', async () => {
    await kubectl(['annotate', 'ipaddresspool', 'routed', '-n', own, 'metallb.io/allow-disruption=true'])
    const told = 'Warning: metadata.name: deleting IPAddressPool "routed" will cost 1 live Service its address: default/shop (10.97.0.1)'
    expect(await kubectl(['delete', 'ipaddresspool', 'routed', '-n', own])).to.contain(told)
    await eventually('the Service to lose its address', 10_000, async () => {
      const seen = await kubectl(['get', 'service', 'shop', '-o', 'jsonpath={.status.loadBalancer}'])
      return seen === '{}' ? { value: seen, seen } : { seen }
    })
  })

  it('forgets a Service the moment it is deleted, and an advertisement that is deleted in the same breath', async () => {
    await kubectl(['apply', '-f', '-'], [ours('L2Advertisement', 'more', { ipAddressPools: ['lan'] })])
    const { code, stdout, stderr } = await lab.kubectl(['delete', 'l2advertisement', 'lan', 'more', '-n', own])
    expect([code, stdout, stderr.includes('deleting L2Advertisement "more" would leave 12 live Services')]).to.deep.equal([
      1,
      `l2advertisement.metallb.io "lan" deleted from ${own} namespace\n`,
      true,
    ])
    const names = services.map(({ metadata }) => (metadata as { readonly name: string }).name)
    await kubectl(['delete', 'services', ...names])
    await kubectl(['delete', 'ipaddresspool', 'lan', '-n', own])
    await kubectl(['delete', 'l2advertisement', 'more', '-n', own])
  })

  after(async () => {
    await lab.kubectl(['delete', 'services', '-n', 'default', '--field-selector=spec.type=LoadBalancer'])
    for (const kind of kinds.split(',')) await lab.kubectl(['delete', kind, '--all', '-n', own])
  })
})
