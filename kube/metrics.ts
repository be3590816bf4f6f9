// Metrics declared once per binary, in a table; labels are checked by the compiler.
import type { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly labels?: readonly string[]
  readonly help: string
  /** The name is MetalLB's and stays, whatever today's naming rules say. */
  readonly compat?: boolean
  readonly buckets?: readonly number[]
}

type Labels<S extends MetricSpec> = S extends { readonly labels: readonly (infer L extends string)[] } ? L : never

type Series<S extends MetricSpec> = S['kind'] extends 'counter'
  ? Counter<Labels<S>>
  : S['kind'] extends 'gauge'
    ? Gauge<Labels<S>>
    : Histogram<Labels<S>>

export type Metrics<T extends Readonly<Record<string, MetricSpec>>> = { readonly [K in keyof T]: Series<T[K]> } & {
  readonly registry: Registry
}

/** Creates the table's series in a registry of their own, beside the process metrics of prom-client. */
export function declare<const T extends Readonly<Record<string, MetricSpec>>>(_table: T): Metrics<T> {
  throw new Error('written next')
}
