// What files can tell of a cluster and what they cannot: they rarely hold all of it.

import type { World } from '../../admission/world.ts'
import type { ProblemCode } from '../../core/problem.ts'
import type { Finding } from '../finding.ts'

export interface Knowledge {
  readonly hasNodes: boolean
  readonly hasNamespaces: boolean
  readonly hasServices: boolean
  /** Some pool looks at the labels of Namespaces. */
  readonly usesNamespaceLabels: boolean
  knowsNamespace(name: string): boolean
  /** The files are said to be a part of the cluster: what they name may exist in the rest. */
  readonly isPartial: boolean
}

export function knowledgeOf(world: World, isPartial: boolean): Knowledge {
  const namespaces = new Set(world.namespaces().map(({ name }) => name))
  return {
    hasNodes: world.nodes().length > 0,
    hasNamespaces: namespaces.size > 0,
    hasServices: world.serviceLabels().length > 0,
    usesNamespaceLabels: world.pools.pools.some(({ allocation }) => (allocation?.namespaceSelectors.length ?? 0) > 0),
    knowsNamespace: (name) => namespaces.has(name),
    isPartial,
  }
}

/** What is named and may be in the rest of the cluster. */
const namesOthers: ReadonlySet<string> = new Set<ProblemCode>([
  'PoolUnknown',
  'AddressInNoPool',
  'CommunityUnknown',
  'PeerUnknown',
  'ProfileUnknown',
])
/** What the rest of the cluster may bring. */
const missesOthers: ReadonlySet<string> = new Set<ProblemCode>([
  'PoolNotAdvertised',
  'PeerNotAdvertised',
  'ServicePending',
  'SelectsNothing',
])

/** The finding with the weight that it has for who sees only the files; undefined when it would be a guess. */
export function weigh(finding: Finding, knowledge: Knowledge): Finding | undefined {
  const { code, field, subject } = finding
  if (code === 'SelectsNothing' && !isAnswerable(field, knowledge)) return undefined
  if (code === 'NamespaceNotAllowed' && knowledge.usesNamespaceLabels && !knowledge.knowsNamespace(subject?.namespace ?? '')) {
    const message = `${finding.message} (Namespace "${subject?.namespace ?? ''}" is not among the files, so its labels are not known)`
    return { ...finding, severity: 'warning', message }
  }
  if (!knowledge.isPartial) return finding
  if (missesOthers.has(code)) return undefined
  return namesOthers.has(code) ? { ...finding, severity: 'warning' } : finding
}

/** A selector that selects nothing among nothing says nothing. */
function isAnswerable(field: string, { hasNodes, hasNamespaces, hasServices }: Knowledge): boolean {
  if (/^spec\.(?:n|preferredN)odeSelectors\b/.test(field)) return hasNodes
  if (/\.namespace(?:s|Selectors)\b/.test(field)) return hasNamespaces
  return /\.serviceSelectors\b/.test(field) ? hasServices : true
}
