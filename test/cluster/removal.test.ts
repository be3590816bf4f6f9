// What has to go goes: with Services that live on it, without anybody who could be asked, and although it was wrong before anybody could say so.
import { expect } from 'chai'
import { eventually, objectFile } from '../../demo/stage.ts'
import type { Lab } from '../lab/lab.ts'
import { addPoolAndService, addressOfWeb, crds, install, must, namespace, untilRolledOut } from './installed.ts'
import { overlay, productLab } from './product-lab.ts'

type Fields = Readonly<Record<string, unknown>>

interface Wrong {
  readonly kind: string
  readonly name: string
  readonly spec: Fields
  /** What the webhook says of another object like it. */
  readonly code: string
  readonly cured: Fields
  readonly worse: Fields
}

const selector = { matchLabels: { rack: 'r1' } }
const peer = { myASN: 64500, peerASN: 64512, peerAddress: '10.99.0.2' }

/** What schema and CEL let through while no webhook is there. */
const wrongs: readonly Wrong[] = [
  {
    kind: 'IPAddressPool',
    name: 'reversed',
    spec: { addresses: ['10.98.1.20-10.98.1.10'] },
    code: 'RangeReversed',
    cured: { addresses: ['10.98.1.10-10.98.1.20'] },
    worse: { addresses: ['10.98.1.20-10.98.1.10', '10.98.1.40-10.98.1.30'] },
  },
  {
    kind: 'IPAddressPool',
    name: 'second',
    spec: { addresses: ['10.98.2.128/25'] },
    code: 'PoolOverlap',
    cured: { addresses: ['10.98.3.0/24'] },
    worse: { addresses: ['10.98.2.0/24'] },
  },
  {
    kind: 'L2Advertisement',
    name: 'twice',
    spec: { nodeSelectors: [selector, selector] },
    code: 'DuplicateEntry',
    cured: { nodeSelectors: [selector] },
    worse: { nodeSelectors: [selector, selector, selector] },
  },
  {
    kind: 'BGPAdvertisement',
    name: 'wide',
    spec: { ipAddressPools: ['first'], aggregationLength: 23 },
    code: 'AggregationTooShort',
    cured: { ipAddressPools: ['first'], aggregationLength: 24 },
    worse: { ipAddressPools: ['first'], aggregationLength: 22 },
  },
  {
    kind: 'BGPPeer',
    name: 'twice',
    spec: { ...peer, nodeSelectors: [selector, selector] },
    code: 'DuplicateEntry',
    cured: peer,
    worse: { ...peer, nodeSelectors: [selector, selector, selector] },
  },
  {
    kind: 'Community',
    name: 'second',
    spec: { communities: [{ name: 'internal', value: '64500:2' }] },
    code: 'DuplicateEntry',
    cured: { communities: [{ name: 'other', value: '64500:2' }] },
    worse: {
      communities: [
        { name: 'internal', value: '64500:2' },
        { name: 'external', value: '64500:3' },
      ],
    },
  },
]
const right = [
  ours('IPAddressPool', 'first', { addresses: ['10.98.2.0/24'] }),
  ours('Community', 'first', {
    communities: [
      { name: 'internal', value: '64500:1' },
      { name: 'external', value: '64500:1' },
    ],
  }),
]

function ours(kind: string, name: string, spec: Fields): Fields {
  const version = kind === 'BGPPeer' ? 'v1beta2' : 'v1beta1'
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace }, spec }
}

const addressed = ({ kind, name }: Wrong): readonly string[] => [kind.toLowerCase(), name, '-n', namespace]

describe('what has to go', () => {
  let lab: Lab

  async function withoutWebhook(): Promise<void> {
    await must(lab, ['scale', 'deployment/webhook', '-n', namespace, '--replicas=0'])
    await eventually('the webhook to be gone', 60_000, async () => {
      const seen = await must(lab, ['get', 'pods', '-n', namespace, '-l', 'component=webhook', '-o', 'name'])
      return seen === '' ? { value: true, seen } : { seen }
    })
  }

  async function expectRefusal(argv: readonly string[], code: string, objects: readonly object[] = []): Promise<void> {
    const { stderr } = await lab.kubectl(argv, { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) })
    expect(stderr, argv.join(' ')).to.contain(`[${code}]`)
  }

  async function endWeb(): Promise<void> {
    expect(await addressOfWeb(lab), 'a Service keeps the address in its status').to.equal('10.99.0.200')
    await must(lab, ['delete', 'service', 'web', '--timeout=20s'])
  }

  before(async function () {
    this.timeout(180_000)
    lab = (await productLab()).lab
    await addPoolAndService(lab)
  })

  it('goes with its custom resource definition, whatever the change guard says of it alone', async () => {
    await expectRefusal(['delete', '-f', objectFile('pool.yaml'), '--dry-run=server'], 'Disruption')
    await must(lab, ['delete', 'crd', 'ipaddresspools.metallb.io', 'l2advertisements.metallb.io', '--timeout=60s'])
    await must(lab, ['delete', '-k', overlay, '--ignore-not-found', '--timeout=60s'])
    // Nobody was asked, and the controller did as it was told.
    await must(lab, ['delete', 'service', 'web', '--timeout=20s'])
  })

  it('was perhaps wrong before there was a webhook, and can be labelled, repaired and deleted, but not made worse', async function () {
    this.timeout(240_000)
    await must(lab, ['apply', '-k', crds])
    await must(lab, ['wait', '--for=condition=Established', 'crds', '--all', '--timeout=20s'])
    await must(lab, ['create', 'namespace', namespace])
    await must(lab, ['create', '-f', '-'], right)
    // The younger of two that exclude each other is the wrong one, and ages are whole seconds.
    await must(
      lab,
      ['create', '-f', '-'],
      wrongs.map(({ kind, name, spec }) => ours(kind, name, spec)),
    )
    await install(lab)
    await untilRolledOut(lab)
    for (const wrong of wrongs) {
      const { kind, name, spec, code, cured, worse } = wrong
      await expectRefusal(['create', '--dry-run=server', '-f', '-'], code, [ours(kind, `${name}-too`, spec)])
      await must(lab, ['label', ...addressed(wrong), 'seen=yes'])
      const change = ['replace', '--dry-run=server', '-f', '-']
      await must(lab, change, [ours(kind, name, cured)])
      await expectRefusal(change, code, [ours(kind, name, worse)])
      await must(lab, ['patch', ...addressed(wrong), '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}'])
      await must(lab, ['delete', ...addressed(wrong), '--wait=false'])
      await must(lab, ['patch', ...addressed(wrong), '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
      await must(lab, ['wait', '--for=delete', ...addressed(wrong), '--timeout=10s'])
    }
    await must(lab, ['delete', '-f', '-'], right)
  })

  it('goes by kubectl delete -k while no webhook is there to be asked', async function () {
    this.timeout(180_000)
    await addPoolAndService(lab)
    await withoutWebhook()
    await must(lab, ['delete', '-f', objectFile('pool.yaml'), '--dry-run=server'])
    await must(lab, ['delete', '-k', overlay, '--timeout=60s'])
    expect(await must(lab, ['get', 'crds', '-o', 'name'])).to.equal('')
    await endWeb()
  })

  it('goes with the namespace while no webhook is there to be asked', async function () {
    this.timeout(240_000)
    await install(lab)
    await untilRolledOut(lab)
    await addPoolAndService(lab)
    await withoutWebhook()
    await must(lab, ['delete', 'namespace', namespace, '--timeout=60s'])
    await endWeb()
  })

  after(async function () {
    this.timeout(180_000)
    await install(lab)
    await untilRolledOut(lab)
  })
})
