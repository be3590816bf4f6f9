// What people read: each rule once, by kubectl against a real cluster, as golden text.
import { expect } from 'chai'
import { type Lab } from '../lab/lab.ts'
import { expectGolden } from './golden-text.ts'
import { productLab } from './product-lab.ts'

type Fields = Readonly<Record<string, unknown>>

const own = 'metallb-system'

function ours(kind: string, name: string, spec: Fields, version = 'v1beta1'): Fields {
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: own }, spec }
}

const pool = (name: string, addresses: readonly string[], spec: Fields = {}): Fields => ours('IPAddressPool', name, { addresses, ...spec })
const advertisement = (name: string, spec: Fields): Fields => ours('L2Advertisement', name, spec)

function service(name: string, annotations: Readonly<Record<string, string>>, spec: Fields = {}, namespace = 'default'): Fields {
  const ports = [{ name: 'http', port: 80 }]
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, annotations },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports, ...spec },
  }
}

function namespace(name: string, annotations: Readonly<Record<string, string>> = {}): Fields {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }
}

const router = (spec: Fields): Fields =>
  ours('BGPPeer', 'new', { myASN: 64500, peerASN: 64512, peerAddress: '10.99.0.2', ...spec }, 'v1beta2')
const asDefault = { 'metallb.io/is-default-pool': 'true' }
const named = (name: string): Readonly<Record<string, string>> => ({ 'metallb.io/address-pool': name })
const asking = (addresses: string): Readonly<Record<string, string>> => ({ 'metallb.io/loadBalancerIPs': addresses })
const sharing = (key: string, address: string): Readonly<Record<string, string>> => ({
  ...asking(address),
  'metallb.io/allow-shared-ip': key,
})
const sixOnly = { ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }
const both = { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }
const secure = [{ name: 'https', port: 443 }]

const pools = [
  pool('lan', ['10.99.0.200-10.99.0.209']),
  pool('six', ['fd10:99::210-fd10:99::213'], { autoAssign: false }),
  pool('single', ['10.99.0.214/32'], { autoAssign: false }),
  pool('pair', ['10.99.0.216/31'], { autoAssign: false }),
  pool('round', ['10.99.7.0/24'], { autoAssign: false, avoidBuggyIPs: true }),
  pool('nodes', ['10.99.0.0/27'], { autoAssign: false }),
  pool('picky', ['10.99.8.0/28'], { autoAssign: false, serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'internal' } }] } }),
  pool('team', ['10.99.9.0/28'], { serviceAllocation: { namespaces: ['team-a'] } }),
]

const holders = [
  service('alone', asking('10.99.0.205')),
  service('shared', sharing('web', '10.99.0.206')),
  service('local', sharing('local', '10.99.0.207'), { externalTrafficPolicy: 'Local' }),
  service('only', named('single')),
  service('first', named('pair')),
]

type Chapter = Readonly<Record<string, Fields>>

const beforePools: Chapter = {
  'While there is no pool, a Service waits': service('web', {}),
  'So does one that names a pool, which may be the next object': service('web', named('lan')),
  'What no pool can cure is refused all the same': service('web', asking('10.99.0.300')),
}

const services: Chapter = {
  'A pool that does not exist': service('web', named('lam')),
  'A pool that is full': service('web', named('single')),
  'A pool of other namespaces': service('web', named('team')),
  'A pool without the family': service('web', named('single'), sixOnly),
  'An address in no pool': service('web', asking('192.168.7.7')),
  'Addresses of two pools': service('web', asking('10.99.0.201,fd10:99::211'), both),
  'An address that its pool avoids': service('web', asking('10.99.7.255')),
  "A Node's own address": service('web', asking('10.99.0.11')),
  'An address that is not in the named pool': service('web', { ...asking('10.99.0.201'), ...named('round') }),
  'An address of another family': service('web', asking('10.99.0.201'), both),
  'The address of another Service': service('web', asking('10.99.0.205')),
  'Another key than that of those who share': service('web', sharing('www', '10.99.0.206')),
  'A port that is taken on the shared address': service('web', sharing('web', '10.99.0.206')),
  'Another policy than that of those who share': service('web', sharing('local', '10.99.0.207'), { ports: secure }),
  'Another selector with policy Local': service('web', sharing('local', '10.99.0.207'), {
    ports: secure,
    externalTrafficPolicy: 'Local',
    selector: { app: 'other' },
  }),
  'Two wishes at once': service('web', asking('10.99.0.201'), { loadBalancerIP: '10.99.0.202' }),
  'Two spellings that differ': service('web', { ...named('lan'), 'metallb.universe.tf/address-pool': 'round' }),
  'One address twice': service('web', asking('10.99.0.201,10.99.0.202,10.99.0.201')),
  'A list of pools with two that do not exist': service('web', named('lam, round, elsewhere')),
  'More addresses than the pool has': service('web', { ...named('pair'), 'metallb.io/address-count': '2' }),
  'More addresses than anybody gets': service('web', { 'metallb.io/address-count': '17' }),
  'A misspelled annotation, a deprecated one, and one of somebody else': service('web', {
    'metallb.io/loadbalancerIP': '10.99.0.201',
    'metallb.universe.tf/address-pool': 'lan',
    'example.com/address-pool': 'lan',
  }),
  'The last address of a pool': service('web', named('pair')),
  'A pool that selects other labels': service('web', named('picky')),
  'A family that nobody has without being named': service('web', {}, sixOnly),
  'A change that costs the address': service('alone', asking('10.99.0.204')),
  'A Service with nothing to complain about': service('web', {}),
}

const unannounced: Chapter = {
  'A pool that nothing announces, in an unusual spelling': pool('new', ['FD10:99:0::300/124']),
}

const configuration: Chapter = {
  'A pool over the addresses of Nodes': pool('new', ['10.99.0.8/29']),
  'A range whose host bits are set': pool('new', ['10.98.0.5/24']),
  Priorities: pool('backup', ['10.98.0.0/28'], { serviceAllocation: { priority: 50 } }),
  'The same priority again': pool('reserve', ['10.98.0.16/28'], { serviceAllocation: { priority: 100 } }),
  'A priority that does nothing': pool('spare', ['10.98.0.32/28'], { autoAssign: false, serviceAllocation: { priority: 10 } }),
  'Selectors that match nothing': pool('new', ['10.98.0.48/28'], {
    serviceAllocation: {
      namespaces: ['team-b'],
      namespaceSelectors: [{ matchLabels: { tier: 'gold' } }],
      serviceSelectors: [{ matchLabels: { app: 'bank' } }],
    },
  }),
  'An advertisement of a pool that does not exist': advertisement('new', { ipAddressPools: ['lam'] }),
  'An advertisement on no Node': advertisement('new', { nodeSelectors: [{ matchLabels: { rack: 'r9' } }] }),
  'Selectors of which one is enough': advertisement('new', {
    nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'n1' } }, { matchLabels: { 'kubernetes.io/hostname': 'n3' } }],
  }),
}

const beside = [
  namespace('team-b'),
  ours('AllocationPolicy', 'none', { namespaces: ['team-b'], quota: { addresses: { ipv4: 0 } } }, 'v1alpha1'),
  { ...pool('usual', ['10.98.2.0/28']), metadata: { name: 'usual', namespace: own, annotations: asDefault } },
  ours('BFDProfile', 'echo', { echoMode: true }),
  ours(
    'AllocationPolicy',
    'labelled',
    { namespaces: ['team-a'], validations: [{ name: 'owner', expression: "object.metadata.labels['owner'] != ''" }] },
    'v1alpha1',
  ),
]

const mistakes: Chapter = {
  'A pool without addresses': pool('new', []),
  'An address alone': pool('new', ['10.98.3.1']),
  'A range that ends before it starts': pool('new', ['10.98.3.9-10.98.3.1']),
  'A range of another pool': pool('new', ['10.99.0.208-10.99.0.213']),
  'A leading zero': pool('new', ['10.98.3.010/32']),
  'A range from one family to the other': pool('new', ['10.98.3.1-fd10:98::1']),
  'Ranges that overlap': pool('new', ['10.98.3.0/28', '10.98.3.8-10.98.3.20']),
  'A second default pool': {
    ...pool('new', ['10.98.3.0/28']),
    metadata: { name: 'new', namespace: own, annotations: asDefault },
  },
  'A field that does not exist, which the API server says before anybody is asked': pool('new', ['10.98.3.0/28'], { autoasign: false }),
  'A selector without values': advertisement('new', { nodeSelectors: [{ matchExpressions: [{ key: 'rack', operator: 'In' }] }] }),
  'A peer without its router': router({ peerAddress: '' }),
  'A time without its unit': router({ holdTime: '90' }),
  'A key that no Secret has': router({ passwordSecret: { name: 'bgp', key: 'pass word' } }),
  'Echo packets to a router far away': router({ ebgpMultiHop: true, bfdProfile: 'echo' }),
  'An expression of a policy without a result': service('web', {}, {}, 'team-a'),
  'More addresses than the quota': service('web', {}, {}, 'team-b'),
  'A quota below what is in use': ours(
    'AllocationPolicy',
    'new',
    { namespaces: ['default'], quota: { addresses: { ipv4: 1 } } },
    'v1alpha1',
  ),
}

describe('admission, as kubectl shows it', () => {
  let lab: Lab

  async function kubectl(argv: readonly string[], objects: readonly Fields[] = []): Promise<string> {
    const { code, stdout, stderr } = await lab.kubectl(argv, { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) })
    if (code !== 0) throw new Error(`kubectl ${argv.join(' ')}: ${stderr}`)
    return stdout + stderr
  }
  const apply = (objects: readonly Fields[]): Promise<string> => kubectl(['apply', '-f', '-'], objects)

  async function expectAnswers(name: string, chapter: Chapter): Promise<void> {
    const parts: string[] = []
    for (const [title, object] of Object.entries(chapter)) {
      const { stdout, stderr } = await lab.kubectl(['apply', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object) })
      parts.push(`# ${title}\n${stderr}${stdout}`)
    }
    expectGolden(name, parts.join('\n'))
  }

  before(async function () {
    this.timeout(180_000)
    ;({ lab } = await productLab())
  })

  it('of Services while there is no pool', () => expectAnswers('services-before-pools', beforePools))

  it('of Services', async () => {
    await apply([namespace('team-a'), ...pools, advertisement('all', {})])
    await apply(holders)
    const names = holders.map(({ metadata }) => `service/${(metadata as { readonly name: string }).name}`)
    await kubectl(['wait', ...names, '--for=jsonpath={.status.loadBalancer.ingress[0].ip}', '--timeout=20s'])
    await expectAnswers('services', services)
  })

  it('of pools and advertisements', async () => {
    await kubectl(['delete', 'ipaddresspool', 'nodes', '-n', own])
    await apply([pool('primary', ['10.98.1.0/28'], { serviceAllocation: { priority: 100 } })])
    await expectAnswers('configuration', configuration)
  })

  it('of what is wrong in itself, or beside the default pool, a profile or a policy', async () => {
    await apply(beside)
    await expectAnswers('mistakes', mistakes)
  })

  it('of pools while there is no advertisement', async () => {
    await kubectl(['annotate', 'l2advertisement', 'all', '-n', own, 'metallb.io/allow-disruption=true'])
    await kubectl(['delete', 'l2advertisement', 'all', '-n', own])
    await expectAnswers('unannounced', unannounced)
  })

  it('lets a Namespace choose, and never holds an old mistake against a change', async () => {
    const wrong = service('wrong', named('nowhere'), {}, 'easy')
    await apply([namespace('easy', { 'metallb.io/admission': 'warn' })])
    expect(await apply([wrong]))
      .to.contain('there is no pool "nowhere"')
      .and.to.contain('service/wrong created')
    await kubectl(['annotate', 'namespace', 'easy', 'metallb.io/admission=off', '--overwrite'])
    expect(await kubectl(['label', 'service', 'wrong', '-n', 'easy', 'a=1'])).not.to.contain('Warning')
    await kubectl(['annotate', 'namespace', 'easy', 'metallb.io/admission-'])
    expect(await kubectl(['label', 'service', 'wrong', '-n', 'easy', 'b=2']))
      .to.contain('Warning')
      .and.to.contain('labeled')
    const { code, stderr } = await lab.kubectl([
      'annotate',
      'service',
      'wrong',
      '-n',
      'easy',
      'metallb.io/address-pool=elsewhere',
      '--overwrite',
    ])
    expect([code, stderr.includes('[PoolUnknown]')]).to.deep.equal([1, true])
    await kubectl(['delete', 'service', 'wrong', '-n', 'easy'])
  })

  after(async () => {
    await lab.kubectl(['delete', 'services', '-n', 'default', '--field-selector=spec.type=LoadBalancer'])
    await lab.kubectl(['delete', 'ipaddresspools,l2advertisements,bfdprofiles,allocationpolicies', '--all', '-n', own])
    await lab.kubectl(['delete', 'namespaces', 'team-a', 'team-b', 'easy', '--wait=false'])
  })
})
