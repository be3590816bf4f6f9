// How large the variables of a policy are taken to be when its cost is estimated: more than clusters have, and not what the API would bear.
import type { Declarations } from './checker.ts'
import type { Extent } from './extent.ts'

/** Items of lists and entries of maps, characters of strings, by `Record.field` or by variable. */
const sizes: Readonly<Record<string, number>> = {
  pools: 250,
  'Pool.addresses': 4,
  'Pool.name': 63,
  'Pool.labels': 32,
  'ServiceSpec.ports': 100,
  'ServiceSpec.loadBalancerSourceRanges': 64,
  'ServiceSpec.clusterIPs': 2,
  'ServiceSpec.ipFamilies': 2,
  'LoadBalancerStatus.ingress': 8,
  'Metadata.name': 63,
  'Metadata.namespace': 63,
  'Metadata.annotations': 64,
  'ServicePort.name': 63,
  'ServicePort.protocol': 4,
  'UserInfo.groups': 64,
}

const usualString = 253
const usualItems = 32
/** Values of labels and annotations. */
const entry: Pick<Required<Extent>, 'key' | 'item'> = { key: { size: 128 }, item: { size: 256 } }

function extentOf(type: string, place: string, declarations: Declarations): Extent {
  const size = sizes[place]
  const [, inner] = /^list<(.*)>$/.exec(type) ?? []
  if (inner !== undefined) return { size: size ?? usualItems, item: extentOf(inner, '', declarations) }
  if (type.startsWith('map<')) return { size: size ?? usualItems, ...entry }
  const record = declarations.records[type]
  if (record !== undefined) {
    const fields = Object.entries(record).map(([name, fieldType]) => [name, extentOf(fieldType, `${type}.${name}`, declarations)] as const)
    return { size: 1, fields: Object.fromEntries(fields) }
  }
  if (type === 'dyn') return { size: usualItems }
  return { size: type === 'string' ? (size ?? usualString) : 1 }
}

/** By variable. */
export function extentsOf(declarations: Declarations): Readonly<Record<string, Extent>> {
  const entries = Object.entries(declarations.variables).map(([name, type]) => [name, extentOf(type, name, declarations)] as const)
  return Object.fromEntries(entries)
}
