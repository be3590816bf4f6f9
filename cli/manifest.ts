// The Kubernetes objects of the files, each with the place where it is written.
import { nearest } from '../core/nearest.ts'
import { asFields, asList, asText, type Fields, kindOf } from '../core/shape.ts'
import { jsonSchemas } from '../schemas/generated/json-schemas.ts'
import { listOf } from './cluster-state.ts'
import type { Finding, FindingCode, Place, Subject } from './finding.ts'
import { readYaml, type YamlDocument, type YamlFile } from './yaml/documents.ts'
import { type FieldPath, parseFieldPath } from './yaml/field-path.ts'
import type { Span } from './yaml/mistake.ts'

export interface SourceFile {
  /** As the user knows it. */
  readonly name: string
  readonly text: string
  /** Named on the command line, and not just found in a folder among files that may be anything. */
  readonly isNamed: boolean
}

export interface Manifest extends Subject {
  /** With the namespace in which kubectl would put it. */
  readonly object: Fields
  /** Where a field of it is written; of an absent field the nearest place. */
  placeOf(field: string, aim?: 'key' | 'value'): Place
}

export interface Namespaces {
  /** Of objects that name none; MetalLB's own for its kinds and `default` for Services when it is not set. */
  readonly given: string | undefined
  /** In which MetalLB runs. */
  readonly metallb: string
}

export interface Manifests {
  /** Those that matter to MetalLB, in the order of the files; of objects written twice the last. */
  readonly manifests: readonly Manifest[]
  readonly findings: readonly Finding[]
}

const group = 'metallb.io/'
const ownKinds = Object.keys(jsonSchemas).map((key) => {
  const [apiGroup = '', version = '', kind = ''] = key.split('/')
  return { apiVersion: `${apiGroup}/${version}`, kind }
})
const withoutNamespace: ReadonlySet<string> = new Set(['Namespace', 'Node', 'ServiceCIDR'])

/** Never throws, whatever the files hold. */
export function readManifests(files: readonly SourceFile[], namespaces: Namespaces): Manifests {
  const findings: Finding[] = []
  const manifests: Manifest[] = []
  for (const file of files) {
    const yaml = readYaml(file.text)
    // Among files that were only found, most that are no YAML are nobody's concern here.
    const isOurs = file.isNamed || /^\s*["']?apiVersion/m.test(file.text)
    if (isOurs) findings.push(...yaml.mistakes.map(({ code, message, span }) => findingAt(code, placeIn(file, yaml, span), message)))
    for (const document of yaml.documents) {
      const reader = { namespaces, findings, placeAt: (span: Span) => placeIn(file, yaml, span), document, isNamed: file.isNamed }
      manifests.push(...readObject(reader, document.value, []))
    }
  }
  return { manifests: withoutDoubles(manifests, findings), findings }
}

interface Reader {
  readonly namespaces: Namespaces
  readonly findings: Finding[]
  placeAt(span: Span): Place
  readonly document: YamlDocument
  readonly isNamed: boolean
}

function readObject(reader: Reader, value: unknown, path: FieldPath): readonly Manifest[] {
  const { findings, document } = reader
  const object = asFields(value)
  const place = (field: string, aim: 'key' | 'value' = 'value'): Place =>
    reader.placeAt(document.spanOf([...path, ...parseFieldPath(field)], aim))
  if (object === undefined) {
    if (path.length > 0 || reader.isNamed)
      findings.push(findingAt('NotAnObject', place(''), `a Kubernetes object must be a map, this is ${kindOf(value)}`))
    return []
  }
  const [apiVersion, kind] = [asText(object['apiVersion']), asText(object['kind'])]
  if (apiVersion === undefined || kind === undefined) {
    findings.push(...notAnObject(object, place))
    return []
  }
  if (kind.endsWith('List') && Array.isArray(object['items']))
    return asList(object['items']).flatMap((item, index) => readObject(reader, item, [...path, 'items', String(index)]))
  const wrong = wrongKind(apiVersion, kind)
  if (wrong !== undefined) findings.push(findingAt('UnknownKind', place(apiVersion.startsWith(group) ? 'kind' : 'apiVersion'), wrong))
  if (!isKnown(apiVersion, kind)) return []
  return [manifestOf(reader.namespaces, { object, apiVersion, kind }, place)]
}

function isKnown(apiVersion: string, kind: string): boolean {
  return listOf({ apiVersion, kind }) !== undefined || Object.hasOwn(jsonSchemas, `${apiVersion}/${kind}`)
}

function manifestOf(
  namespaces: Namespaces,
  { object, apiVersion, kind }: { readonly object: Fields; readonly apiVersion: string; readonly kind: string },
  placeOf: Manifest['placeOf'],
): Manifest {
  const metadata = asFields(object['metadata']) ?? {}
  const written = asText(metadata['namespace']) ?? ''
  const usual = apiVersion.startsWith(group) ? namespaces.metallb : 'default'
  const namespace = withoutNamespace.has(kind) ? '' : written === '' ? (namespaces.given ?? usual) : written
  const name = asText(metadata['name']) ?? ''
  const placed = { ...object, metadata: namespace === '' ? metadata : { ...metadata, namespace } }
  return { apiVersion, kind, namespace, name: name === '' ? (asText(metadata['generateName']) ?? '') : name, object: placed, placeOf }
}

/** A values file is nobody's mistake; an object whose first lines are misspelled is. */
function notAnObject(object: Fields, place: Manifest['placeOf']): readonly Finding[] {
  const keys = Object.keys(object)
  if (!['apiVersion', 'kind'].some((name) => keys.includes(name)) && !['metadata', 'spec'].every((name) => keys.includes(name))) return []
  return ['apiVersion', 'kind'].flatMap((name) => {
    if (asText(object[name]) !== undefined) return []
    if (keys.includes(name)) return [findingAt('NotAnObject', place(name), `${name} must be a text, is ${kindOf(object[name])}`)]
    const guess = keys.find((key) => nearest(key, [name]) !== undefined)
    const message = `${name} is missing, so this is no Kubernetes object`
    return [
      findingAt(
        'NotAnObject',
        place(guess ?? '', 'key'),
        guess === undefined ? message : `${message}; did you mean ${name} by "${guess}"?`,
      ),
    ]
  })
}

/** What is wrong with a kind that is meant to be ours; undefined when it is right, or somebody else's. */
function wrongKind(apiVersion: string, kind: string): string | undefined {
  if (Object.hasOwn(jsonSchemas, `${apiVersion}/${kind}`)) return undefined
  const versions = ownKinds.filter((own) => own.kind === kind).map((own) => own.apiVersion)
  const isOurGroup = apiVersion.startsWith(group)
  // Other projects have kinds of the same names; in a group of their own.
  const isMeant = isOurGroup || !apiVersion.includes('/') || nearest(apiVersion.split('/')[0] ?? '', ['metallb.io']) !== undefined
  if (versions.length > 0)
    return isMeant ? `${kind} is a kind of ${versions.join(' and ')}, not of ${JSON.stringify(apiVersion.slice(0, 80))}` : undefined
  if (!isOurGroup) return undefined
  if (kind === 'AddressPool')
    return 'AddressPool does not exist any more; write an IPAddressPool, and an L2Advertisement or BGPAdvertisement that announces it'
  const guess = nearest(kind, [...new Set(ownKinds.map((own) => own.kind))])
  return `there is no kind ${JSON.stringify(kind.slice(0, 80))} in ${apiVersion.slice(0, 80)}${guess === undefined ? '' : `; did you mean ${guess}?`}`
}

/** kubectl applies the second over the first. */
function withoutDoubles(manifests: readonly Manifest[], findings: Finding[]): readonly Manifest[] {
  const last = new Map<string, Manifest>()
  for (const manifest of manifests) {
    // A generated name is never the same twice.
    const isGenerated = asText(asFields(manifest.object['metadata'])?.['name']) === undefined
    const key = JSON.stringify([manifest.apiVersion, manifest.kind, manifest.namespace, isGenerated ? last.size : manifest.name])
    const before = last.get(key)
    last.delete(key)
    last.set(key, manifest)
    if (before === undefined) continue
    const place = manifest.placeOf('metadata.name')
    const first = before.placeOf('metadata.name')
    const message = `${manifest.kind} "${manifest.name}" is written a second time (first in ${first.file}:${first.line}); when both are applied, only this one stays`
    findings.push({ ...findingAt('DuplicateObject', place, message), subject: subjectOf(manifest), field: 'metadata.name' })
  }
  return [...last.values()]
}

export function subjectOf({ apiVersion, kind, namespace, name }: Subject): Subject {
  return { apiVersion, kind, namespace, name }
}

function findingAt(code: FindingCode, place: Place, message: string): Finding {
  return { severity: 'error', code, place, field: '', message }
}

function placeIn({ name, text }: SourceFile, yaml: YamlFile, { from, to }: Span): Place {
  const start = yaml.positionOf(from)
  const newline = text.indexOf('\n', from)
  const end = Math.max(Math.min(to, newline === -1 ? text.length : newline), from)
  return { file: name, line: start.line, column: start.column, endColumn: start.column + Math.max(end - from, 1) }
}
