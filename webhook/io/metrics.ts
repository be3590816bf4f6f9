import { declare } from '../../kube/metrics.ts'

/** Every metric of the webhook. */
export const metrics = declare({
  metallb_admission_requests_total: {
    kind: 'counter',
    labels: ['kind', 'operation', 'allowed'],
    help: 'Admission requests answered, of both the mutating and the validating call',
  },
  metallb_admission_request_duration_seconds: {
    kind: 'histogram',
    labels: ['kind'],
    help: 'Time from the last byte of an admission request to its answer',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  metallb_admission_errors_total: {
    kind: 'counter',
    labels: ['status'],
    help: 'HTTP requests to the webhook that were no admission request we could answer, by HTTP status',
  },
})

export type WebhookMetrics = typeof metrics
