// The documents in the order that their texts tell: which of them belong together, what a text takes for granted, and what it forgets.

/** What makes a document apply that does not as it is. */
export interface Cure {
  /** Completes "it applies after …". */
  readonly words: string
  /** Arguments of kubectl, and what it reads. Without any, another test proves the cure. */
  readonly kubectl?: readonly string[]
  readonly input?: string
}

export interface Scene {
  /** The chapter's name in its text, or what it is about. */
  readonly title: string
  readonly documents: readonly string[]
  /** The text shows alternatives: each is judged on a cluster without the others. */
  readonly isAlternatives?: true
  /** Documents of other scenes that are there already. */
  readonly after?: readonly string[]
  /** Namespaces that the text takes for granted. */
  readonly namespaces?: readonly string[]
  /** The kinds of the Prometheus operator are there. */
  readonly hasPrometheusOperator?: true
  readonly cures?: Readonly<Record<string, Cure>>
}

const premiumPool = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: premium-pool
  namespace: metallb-system
spec:
  addresses:
    - 192.168.7.0/28
`

/** Those that need a namespace stand last: a namespace once made stays to the end, and pools look for namespaces. */
export const scenes: readonly Scene[] = [
  {
    title: 'IPAddressPool CRD deep dive',
    documents: ['000:103', '000:118', '000:135', '000:151', '000:167', '000:183', '000:199', '000:215'],
    isAlternatives: true,
  },
  {
    title: 'L2Advertisement CRD deep dive',
    documents: ['000:285', '000:297', '000:313', '000:335', '000:359', '000:377'],
    isAlternatives: true,
  },
  { title: 'Multi-pool architecture', documents: ['000:441', '000:463', '000:484'] },
  { title: 'Namespace-based allocation', documents: ['000:509', '000:526'] },
  { title: 'Service-specific allocation', documents: ['000:546'] },
  { title: 'Sharing addresses across Services', after: ['000:285'], documents: ['000:657', '000:670', '000:689'] },
  { title: 'High availability', documents: ['000:744', '000:759', '000:776'] },
  {
    title: 'Production best practices',
    documents: ['000:912', '000:943', '000:967', '000:981', '000:997'],
    cures: {
      '000:981': {
        words: 'the pool for testing, new-pool-test, is gone; to keep its Services, edit its addresses instead',
        kubectl: ['delete', 'ipaddresspool', 'new-pool-test', '-n', 'metallb-system'],
      },
    },
  },
  { title: 'Complete production example', documents: ['000:1023', '000:1041', '000:1059', '000:1076', '000:1090'] },
  {
    title: 'CRD-based configuration, and advanced BGP',
    documents: ['001:224', '001:236', '001:248', '001:261', '001:279', '001:299', '001:311', '001:325', '001:346'],
    cures: { '001:236': { words: '`---` stands before 001:248' } },
  },
  { title: 'Multi-zone deployment', documents: ['001:373', '001:387', '001:401'] },
  {
    title: 'Load balancer classes, and Services of applications and databases',
    documents: ['001:423', '001:440', '001:454', '001:821', '001:853', '001:884', '001:904'],
  },
  { title: 'Network policies', documents: ['001:478', '001:513'] },
  {
    title: 'Speakers of other kinds',
    documents: ['001:585', '001:997'],
    cures: {
      '001:585': { words: 'it is a patch of our DaemonSet: `manifests/components/hardened-speaker`' },
      '001:997': { words: 'it is a patch of our DaemonSet: `manifests/components/optimized-speaker`' },
    },
  },
  { title: 'Official Helm chart: pool and advertisement', documents: ['002:139', '002:148'] },
  { title: 'Prometheus metrics', hasPrometheusOperator: true, documents: ['000:891'] },
  {
    title: 'Requesting addresses',
    namespaces: ['production'],
    after: ['000:285', '000:167'],
    documents: ['000:574', '000:592', '000:611', '000:636'],
    cures: { '000:636': { words: 'there is a pool premium-pool', kubectl: ['apply', '-f', '-'], input: premiumPool } },
  },
  { title: 'Resource quotas', namespaces: ['development'], documents: ['000:928'] },
  {
    title: 'Prometheus monitoring, and alerting rules',
    namespaces: ['monitoring'],
    hasPrometheusOperator: true,
    documents: ['001:640', '001:658', '001:761'],
  },
]
