// Whoever adds the policies that people wrote for MetalLB does not cut our programs off: policies add up, and ours allow what those forget.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse, parseAllDocuments } from 'yaml'

type Labels = Readonly<Record<string, string>>

interface Rule {
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly ports?: readonly { readonly protocol: string; readonly port?: number | string }[]
}

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels?: Labels }
}

interface NetworkPolicy {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Labels }
    readonly policyTypes: readonly string[]
    readonly ingress?: readonly Rule[]
    readonly egress?: readonly Rule[]
  }
}

/** A connection of a pod of ours: `namespace` are the labels of the other end's, undefined for a host. */
interface Flow {
  readonly pod: 'controller' | 'webhook'
  readonly direction: 'Ingress' | 'Egress'
  readonly namespace?: Labels
  readonly protocol: string
  readonly port: number
}

const root = new URL('../../../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const seeds = ['001-0478.yaml', '001-0513.yaml'].map((file) => parse(text(`test/seeds/documents/${file}`)) as NetworkPolicy)
const ours = parseAllDocuments(text('manifests/base/network-policies.yaml')).map((document) => document.toJS() as NetworkPolicy)
const namedPorts: Readonly<Record<string, number>> = { monitoring: 7472, 'webhook-server': 9443 }

const labelsOf = (pod: string): Labels => ({
  app: 'metallb',
  component: pod,
  'app.kubernetes.io/name': 'metallb',
  'app.kubernetes.io/component': pod,
})

const includes = (labels: Labels, wanted: Labels = {}): boolean => Object.entries(wanted).every(([key, value]) => labels[key] === value)

/** No policy that selects the pod: all is allowed. Else what one rule of one of them names; a rule without peers, or with none in its list, names everybody. */
function allows(policies: readonly NetworkPolicy[], flow: Flow): boolean {
  const selecting = policies.filter(
    ({ spec }) => includes(labelsOf(flow.pod), spec.podSelector.matchLabels) && spec.policyTypes.includes(flow.direction),
  )
  const rules = selecting.flatMap(({ spec }) => (flow.direction === 'Ingress' ? spec.ingress : spec.egress) ?? [])
  return selecting.length === 0 || rules.some((rule) => matches(rule, flow))
}

function matches({ from, to, ports }: Rule, { direction, namespace, protocol, port }: Flow): boolean {
  const peers = (direction === 'Ingress' ? from : to) ?? []
  const isPeer =
    peers.length === 0 || (namespace !== undefined && peers.some((peer) => includes(namespace, peer.namespaceSelector?.matchLabels)))
  const isPort =
    ports === undefined ||
    ports.some((one) => one.protocol === protocol && (one.port === undefined || (namedPorts[one.port] ?? one.port) === port))
  return isPeer && isPort
}

const tcp = { protocol: 'TCP' }
const flows: Readonly<Record<string, Flow>> = {
  'Prometheus scrapes the controller from another namespace': {
    pod: 'controller',
    direction: 'Ingress',
    namespace: { name: 'prometheus' },
    ...tcp,
    port: 7472,
  },
  'the controller calls the API server on the network of its host': { pod: 'controller', direction: 'Egress', ...tcp, port: 6443 },
  'the controller calls an API server at another port': { pod: 'controller', direction: 'Egress', ...tcp, port: 8443 },
  'the API server calls the webhook': { pod: 'webhook', direction: 'Ingress', ...tcp, port: 9443 },
  'the webhook calls the API server': { pod: 'webhook', direction: 'Egress', ...tcp, port: 6443 },
  'kubelet probes the controller': { pod: 'controller', direction: 'Ingress', ...tcp, port: 17_472 },
  'kubelet probes the webhook': { pod: 'webhook', direction: 'Ingress', ...tcp, port: 17_472 },
}

/** As MetalLB ships it for all pods of its namespace, and as people write it for theirs. */
const closed: NetworkPolicy = {
  metadata: { name: 'default-deny' },
  spec: { podSelector: { matchLabels: {} }, policyTypes: ['Ingress', 'Egress'] },
}

describe('The network policies', () => {
  it('do not take the names of those that people bring', () => {
    const names = [...seeds, ...ours].map(({ metadata }) => metadata.name)
    expect(new Set(names)).to.have.property('size', names.length)
  })

  it('are needed: with those of the people alone the controller is cut off', () => {
    expect(Object.keys(flows).filter((name) => !allows(seeds, flows[name] as Flow))).to.deep.equal([
      'Prometheus scrapes the controller from another namespace',
      'the controller calls the API server on the network of its host',
      'the controller calls an API server at another port',
      'kubelet probes the controller',
    ])
  })

  for (const [name, flow] of Object.entries(flows))
    it(`let through: ${name}`, () => {
      expect(allows(ours, flow), 'with ours alone').to.equal(true)
      expect(allows([...ours, ...seeds], flow), 'beside those of the people').to.equal(true)
      expect(allows([...ours, closed], flow), 'in a closed namespace').to.equal(true)
    })

  it('let nothing else in', () => {
    expect(allows(ours, { pod: 'controller', direction: 'Ingress', ...tcp, port: 9443 })).to.equal(false)
    expect(allows(ours, { pod: 'webhook', direction: 'Ingress', ...tcp, port: 22 })).to.equal(false)
  })
})
