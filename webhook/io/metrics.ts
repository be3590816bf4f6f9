// Every metric of the webhook. Labels come from closed sets, so that no sender can make series: kinds that are registered, operations, our codes.
import { isProblemCode } from '../../core/problem.ts'
import { atScrape, declare } from '../../kube/metrics.ts'

export const metrics = declare({
  metallb_admission_requests_total: {
    kind: 'counter',
    labels: ['kind', 'operation', 'allowed', 'code'],
    help: 'Admission requests answered, of both the mutating and the validating call; code is of the first problem, or NotJudged',
  },
  metallb_admission_request_duration_seconds: {
    kind: 'histogram',
    labels: ['kind'],
    help: 'Time from the last byte of an admission request to its answer',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  metallb_admission_warnings_total: { kind: 'counter', labels: ['kind', 'code'], help: 'Warnings given to whoever wrote an object' },
  metallb_admission_policy_notes_total: {
    kind: 'counter',
    labels: ['type'],
    help: 'Expressions of AllocationPolicies that failed for a Service, were late, or were false and audited',
  },
  metallb_admission_errors_total: {
    kind: 'counter',
    labels: ['status'],
    help: 'HTTP requests to the webhook that were no admission request we could answer, by HTTP status',
  },
  metallb_admission_cache_age_seconds: {
    kind: 'gauge',
    labels: ['cache'],
    help: 'Time since the last sign of life on the watch of what is reviewed against; about a minute is usual, more is an outage',
  },
  metallb_webhook_certificate_expiration_timestamp_seconds: {
    kind: 'gauge',
    labels: ['certificate'],
    help: 'When the certificate ends, in seconds since 1970: the serving one, and that of the authority which has signed it',
  },
})

export type WebhookMetrics = typeof metrics

/** The caches themselves know their age; a kind that was never listed has none. */
export function scrapeCacheAges(ages: () => Readonly<Record<string, number>>): void {
  atScrape(metrics.metallb_admission_cache_age_seconds, (metric) => {
    for (const [cache, age] of Object.entries(ages())) if (Number.isFinite(age)) metric.inc({ cache }, age)
  })
}

/** @param ends milliseconds since 1970; undefined while there is no certificate */
export function scrapeCertificates(ends: () => Readonly<Record<'serving' | 'authority', number>> | undefined): void {
  atScrape(metrics.metallb_webhook_certificate_expiration_timestamp_seconds, (metric) => {
    for (const [certificate, end] of Object.entries(ends() ?? {})) metric.inc({ certificate }, end / 1000)
  })
}

/** @param warnings complete sentences, each with its code at the end */
export function countWarnings(
  { metallb_admission_warnings_total: total }: WebhookMetrics,
  kind: string,
  warnings: readonly string[],
): void {
  for (const text of warnings) {
    const code = /\[(\w+)\]$/.exec(text)?.[1] ?? ''
    total.inc({ kind, code: isProblemCode(code) ? code : '' })
  }
}
