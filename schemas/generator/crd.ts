// The part of a CustomResourceDefinition that the generator reads, and how it is read from the YAML files.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A structural schema: what `apiextensions.k8s.io/v1` allows, as far as our kinds use it. */
export interface Schema {
  readonly description?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly pattern?: string
  readonly default?: unknown
}

/** One version of one kind. */
export interface Kind {
  /** Such as `metallb.io/v1beta1`. */
  readonly apiVersion: string
  readonly kind: string
  /** The kind, and its version behind it where the CRD has several: `BGPPeerV1beta2`. */
  readonly typeName: string
  readonly schema: Schema
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

/** All versions of all kinds in the folder, in the order of kinds and versions. */
export function readKinds(folder: URL): readonly Kind[] {
  const files = readdirSync(folder).filter((name) => name.startsWith('metallb.io_'))
  return files
    .flatMap((name) => kindsOf(parse(readFileSync(new URL(name, folder), 'utf8')) as CustomResourceDefinition))
    .toSorted((a, b) => (a.typeName < b.typeName ? -1 : 1))
}

function kindsOf({ spec }: CustomResourceDefinition): readonly Kind[] {
  const { kind } = spec.names
  return spec.versions.map(({ name, schema }) => ({
    apiVersion: `${spec.group}/${name}`,
    kind,
    typeName: spec.versions.length > 1 ? `${kind}${name.charAt(0).toUpperCase()}${name.slice(1)}` : kind,
    schema: schema.openAPIV3Schema,
  }))
}

/** Whether the schema is that of a LabelSelector or a Condition, which `object-meta.ts` describes for all kinds. */
export function sharedName(schema: Schema): 'LabelSelector' | 'Condition' | undefined {
  const names = Object.keys(schema.properties ?? {})
    .toSorted()
    .join()
  if (names === 'matchExpressions,matchLabels') return 'LabelSelector'
  if (names === 'lastTransitionTime,message,observedGeneration,reason,status,type') return 'Condition'
  return undefined
}

/** Whether every value that the schema allows is a number that JavaScript holds exactly. */
export function fitsNumber({ format, minimum, maximum }: Schema): boolean {
  if (format !== 'int64') return true
  return minimum !== undefined && maximum !== undefined && Number.isSafeInteger(minimum) && Number.isSafeInteger(maximum)
}
