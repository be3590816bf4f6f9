import { expect } from 'chai'
import { type LintSettings, lint } from '../../../cli/lint/lint.ts'
import { settings } from './settings.ts'

const pool = (name: string, addresses: string, more = ''): string => `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: ${name}}
spec:
  addresses: [${addresses}]
${more}`
const policy = (expression: string): string =>
  `\napiVersion: metallb.io/v1alpha1\nkind: AllocationPolicy\nmetadata: {name: named}\nspec:\n  validations:\n    - {expression: '${expression}', message: call it web}\n`
const lan = `
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan}
`
const service = (name: string, annotations: string, spec = ''): string => `
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  annotations: {${annotations}}
spec:
  type: LoadBalancer
${spec}`
const namespace = (name: string, labels: string): string => `
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
`
const asks = (addresses: string): string => `metallb.io/loadBalancerIPs: "${addresses}"`
const names = (name: string): string => `metallb.io/address-pool: ${name}`

interface Case {
  /** Documents of one file. */
  readonly of: readonly string[]
  /** `line:column severity field [code]`. */
  readonly says: readonly string[]
  readonly with?: Partial<LintSettings>
}

const cases: Readonly<Record<string, Case>> = {
  'nothing about what is right': { of: [pool('a', '10.0.0.0/24'), lan, service('web', names('a'))], says: [] },
  'nothing about objects of others': { of: ['apiVersion: apps/v1\nkind: Deployment\nspec: 1', 'replicas: 3'], says: [] },
  'an overlap once, at the later pool': {
    of: [pool('a', '10.0.0.0/24'), pool('b', '10.0.0.128/25'), lan],
    says: ['12:15 error spec.addresses[0] [PoolOverlap]'],
  },
  'an overlap with a pool that is written later in the alphabet': {
    of: [pool('b', '10.0.0.0/24'), pool('a', '10.0.0.128/25'), lan],
    says: ['12:15 error spec.addresses[0] [PoolOverlap]'],
  },
  'a pool that nothing announces': { of: [pool('a', '10.0.0.0/24')], says: ['4:18 warning metadata.name [PoolNotAdvertised]'] },
  'a Service that comes before its pool': { of: [service('web', names('a')), pool('a', '10.0.0.0/24'), lan], says: [] },
  'a pool that does not exist': {
    of: [pool('a', '10.0.0.0/24'), lan, service('web', names('b'))],
    says: ['16:42 error metadata.annotations[metallb.io/address-pool] [PoolUnknown]'],
  },
  'a pool that may exist elsewhere': {
    of: [pool('a', '10.0.0.0/24'), service('web', names('b'))],
    with: { isPartial: true },
    says: ['12:42 warning metadata.annotations[metallb.io/address-pool] [PoolUnknown]'],
  },
  'a pool by name while there is none, as a warning': {
    of: [service('web', names('b'))],
    says: ['8:9 warning spec.type [ServicePending]'],
  },
  'nothing about a Service whose pools may be elsewhere': { of: [service('web', '')], with: { isPartial: true }, says: [] },
  'an address that two Services ask for, at the later one': {
    of: [pool('a', '10.0.0.0/24'), lan, service('one', asks('10.0.0.1')), service('two', asks('10.0.0.1'))],
    says: ['24:45 error metadata.annotations[metallb.io/loadBalancerIPs] [AddressInUse]'],
  },
  'nothing about an address that a Service before it would take by chance': {
    of: [pool('a', '10.0.0.1-10.0.0.40'), lan, service('one', ''), service('two', asks('10.0.0.1'))],
    says: [],
  },
  'a pool that is too small for those who name it': {
    of: [pool('a', '10.0.0.1/32'), lan, service('one', names('a')), service('two', names('a'))],
    says: ['24:42 error metadata.annotations[metallb.io/address-pool] [PoolExhausted]'],
  },
  'a family that the Service asks for': { of: [pool('a', '10.0.0.0/24,fd00::/120'), lan, service('web', asks('fd00::1'))], says: [] },
  'a family that the cluster does not have': {
    of: [pool('a', '10.0.0.0/24,fd00::/120'), lan, service('web', asks('fd00::1'))],
    with: { ipFamilies: ['IPv4'] },
    says: ['16:45 error metadata.annotations[metallb.io/loadBalancerIPs] [RequestFamiliesDiffer]'],
  },
  'two stacks in a cluster that may have both': {
    of: [pool('a', '10.0.0.0/24,fd00::/120'), lan, service('web', '', '  ipFamilyPolicy: RequireDualStack')],
    says: [],
  },
  'two stacks in a cluster that has one': {
    of: [pool('a', '10.0.0.0/24,fd00::/120'), lan, service('web', '', '  ipFamilyPolicy: RequireDualStack')],
    with: { ipFamilies: ['IPv4'] },
    says: ['19:19 error spec.ipFamilyPolicy [DualStackImpossible]'],
  },
  'an own kind in another namespace': {
    of: [pool('a', '10.0.0.0/24').replace('{name: a}', '{name: a, namespace: shop}')],
    says: ['4:32 error metadata.namespace [WrongNamespace]'],
  },
  'a namespace that was given': { of: [pool('a', '10.0.0.0/24'), lan], with: { givenNamespace: 'lb', namespace: 'lb' }, says: [] },
  'a namespace that may have the label, as a warning': {
    of: [
      pool('a', '10.0.0.0/24', '  serviceAllocation: {namespaceSelectors: [{matchLabels: {tier: gold}}]}'),
      lan,
      service('web', names('a')),
    ],
    says: ['17:42 warning metadata.annotations[metallb.io/address-pool] [NamespaceNotAllowed]'],
  },
  'a namespace that lacks the label': {
    of: [
      pool('a', '10.0.0.0/24', '  serviceAllocation: {namespaceSelectors: [{matchLabels: {tier: gold}}]}'),
      lan,
      namespace('default', ''),
      service('web', names('a')),
    ],
    says: [
      '7:44 warning spec.serviceAllocation.namespaceSelectors[0] [SelectsNothing]',
      '21:42 error metadata.annotations[metallb.io/address-pool] [NamespaceNotAllowed]',
    ],
  },
  'a Namespace that only wants warnings': {
    of: [
      pool('a', '10.0.0.0/24'),
      lan,
      namespace('default', '').replace('labels: {}', 'annotations: {metallb.io/admission: warn}'),
      service('web', names('b')),
    ],
    says: ['20:42 warning metadata.annotations[metallb.io/address-pool] [PoolUnknown]'],
  },
  'what a policy forbids': {
    of: [pool('a', '10.0.0.0/24'), lan, policy('object.metadata.name.startsWith("web")'), service('shop', names('a'))],
    says: ['24:1 error spec [PolicyViolated]'],
  },
  'what a policy forbids to those whom nobody knows here': {
    of: [pool('a', '10.0.0.0/24'), lan, policy('request.userInfo.groups.exists(g, g == "netops")'), service('shop', names('a'))],
    says: ['24:1 warning spec [PolicyViolated]'],
  },
  'what a policy forbids in a Namespace that is not among the files': {
    of: [pool('a', '10.0.0.0/24'), lan, policy('namespaceObject.metadata.labels["env"] == "prod"'), service('shop', names('a'))],
    says: ['24:1 warning spec [PolicyNotEvaluated]'],
  },
  'a list': {
    of: [
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: metallb.io/v1beta1\n  kind: IPAddressPool\n  metadata: {name: a}\n  spec:\n    adresses: [x]\n',
    ],
    says: ['7:3 error spec.addresses [PoolWithoutAddresses]', '8:5 error spec.adresses [UnknownField]'],
  },
  'what is no object in a list': { of: ['apiVersion: v1\nkind: List\nitems: [1]'], says: ['3:9 error  [NotAnObject]'] },
  'a key in the wrong place': {
    of: [pool('a', '10.0.0.0/24').replace('spec:\n', 'autoAssign: false\nspec:\n'), lan],
    says: ['5:1 error autoAssign [UnknownField]'],
  },
  'an annotation that is no text': {
    of: [pool('a', '10.0.0.0/24').replace('{name: a}', '{name: a, annotations: {metallb.io/is-default-pool: true}}'), lan],
    says: ['4:63 error metadata.annotations[metallb.io/is-default-pool] [WrongType]'],
  },
  'a name that Kubernetes does not take': { of: [pool('A_b', '10.0.0.0/24'), lan], says: ['4:18 error metadata.name [PatternMismatch]'] },
  'a missing name': { of: [pool('', '10.0.0.0/24').replace('{name: }', '{}'), lan], says: ['4:1 error metadata.name [MissingField]'] },
  'an object that is written twice': {
    of: [pool('a', '10.0.0.0/24'), pool('a', '10.0.1.0/24'), lan],
    says: ['10:18 error metadata.name [DuplicateObject]'],
  },
  'a kind that is misspelled': {
    of: [pool('a', '10.0.0.0/24').replace('IPAddressPool', 'IpAdressPool')],
    says: ['3:7 error  [UnknownKind]'],
  },
  'a kind of old': { of: [pool('a', '10.0.0.0/24').replace('IPAddressPool', 'AddressPool')], says: ['3:7 error  [UnknownKind]'] },
  'a version that does not exist': { of: [pool('a', '10.0.0.0/24').replace('v1beta1', 'v1')], says: ['3:7 error  [UnknownKind]'] },
  'a group that is missing': { of: [pool('a', '10.0.0.0/24').replace('metallb.io/', '')], says: ['2:13 error  [UnknownKind]'] },
  'nothing about a BGPPeer of others': { of: ['apiVersion: projectcalico.org/v3\nkind: BGPPeer\n'], says: [] },
  'a misspelled apiVersion': { of: ['apiversion: metallb.io/v1beta1\nkind: IPAddressPool\n'], says: ['1:1 error  [NotAnObject]'] },
  'a document that is no object': { of: ['- 1\n'], says: ['1:1 error  [NotAnObject]'] },
  'a kind without rules, by its schema': {
    of: ['apiVersion: metallb.io/v1beta1\nkind: BGPPeer\nmetadata: {name: a}\nspec: {myASN: 1, peerASN: x, peerAddress: 10.0.0.1}\n'],
    says: ['4:27 error spec.peerASN [WrongType]'],
  },
}

function linted(text: string, more: Partial<LintSettings> = {}): readonly string[] {
  const { findings } = lint([{ name: 'a.yaml', text, isNamed: true }], { ...settings, ...more })
  return findings.map(({ place: { line, column }, severity, field, code }) => `${line}:${column} ${severity} ${field} [${code}]`)
}

describe('metallb lint', () => {
  for (const [name, { of: documents, with: more, says }] of Object.entries(cases))
    it(`finds ${name}`, () => void expect(linted(documents.map((text) => `${text.trimEnd()}\n`).join('---'), more)).to.deep.equal(says))

  it('judges all files together, and says in which one the problem is', () => {
    const files = [pool('a', '10.0.0.0/24'), lan, pool('b', '10.0.0.0/25')].map((text, index) => ({
      name: `${index}.yaml`,
      text,
      isNamed: false,
    }))
    const { findings, judged } = lint(files, settings)
    expect(judged).to.equal(3)
    expect(findings.map(({ place, code }) => [place.file, code])).to.deep.equal([['2.yaml', 'PoolOverlap']])
  })

  it('leaves files that were only found and are no objects in peace', () => {
    const texts = ['{{ if }}', '- 1', 'a: 1', '// not JSON\n{"a": }']
    const files = texts.map((text, index) => ({ name: `${index}.json`, text, isNamed: false }))
    expect(lint(files, settings).findings).to.deep.equal([])
  })

  it('says everything about an object by name', () => {
    const { findings } = lint([{ name: 'a.yaml', text: pool('a', '10.0.0.9-10.0.0.1'), isNamed: true }], settings)
    expect(findings).to.deep.equal([
      {
        severity: 'error',
        code: 'RangeReversed',
        place: { file: 'a.yaml', line: 6, column: 15, endColumn: 32 },
        subject: { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', namespace: 'metallb-system', name: 'a' },
        field: 'spec.addresses[0]',
        message:
          'invalid CIDR "10.0.0.9-10.0.0.1" in pool "a": its end 10.0.0.1 comes before its start 10.0.0.9; write "10.0.0.1-10.0.0.9"',
      },
    ])
  })
})
