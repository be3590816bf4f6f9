// Metrics declared once per binary, in a table; labels are checked by the compiler.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly labels?: readonly string[]
  readonly help: string
  /** The name is MetalLB's and stays, whatever today's naming rules say. */
  readonly compat?: boolean
  /** Of a histogram, in its unit. */
  readonly buckets?: readonly number[]
}

type Labels<S extends MetricSpec> = S extends { readonly labels: readonly (infer L extends string)[] } ? L : never

type Series<S extends MetricSpec> = S['kind'] extends 'counter'
  ? Counter<Labels<S>>
  : S['kind'] extends 'gauge'
    ? Gauge<Labels<S>>
    : Histogram<Labels<S>>

export type MetricTable = Readonly<Record<string, MetricSpec>>

export type Metrics<T extends MetricTable> = { readonly [K in keyof T]: Series<T[K]> } & { readonly registry: Registry }

/**
 * Creates the table's series in a registry of their own, beside prom-client's metrics of the process.
 *
 * The registry speaks the classic text format: several of MetalLB's names (gauges that end in `_total`) are not valid OpenMetrics.
 */
export function declare<const T extends MetricTable>(table: T): Metrics<T> {
  const registry = new Registry()
  registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry })
  const series = Object.entries(table).map(([name, spec]) => [name, create(name, spec, registry)] as const)
  return { ...Object.fromEntries(series), registry } as unknown as Metrics<T>
}

function create(name: string, spec: MetricSpec, registry: Registry): Counter | Gauge | Histogram {
  const options = { name, help: spec.help, labelNames: spec.labels ?? [], registers: [registry] }
  switch (spec.kind) {
    case 'counter':
      return new Counter(options)
    case 'gauge':
      return new Gauge(options)
    case 'histogram':
      return new Histogram(spec.buckets === undefined ? options : { ...options, buckets: [...spec.buckets] })
  }
}

/** Just enough of a counter or a gauge: `collect` is asked before each scrape, but prom-client's types let only the constructor set it. */
export interface Scraped {
  reset(): void
  inc(labels: Readonly<Record<string, string>>, value: number): void
}

/** Lets a metric be filled from what others know, anew at each scrape. */
export function atScrape(metric: Scraped, fill: (metric: Scraped) => void): void {
  const collect = (): void => {
    metric.reset()
    fill(metric)
  }
  Object.assign(metric, { collect })
}
