// Metrics of a work queue under the names that client-go gave them, which dashboards know.
import { atScrape, type Metrics } from './metrics.ts'
import type { QueueObserver, WorkQueue } from './queue.ts'

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

/** For the table of a binary that has work queues. */
export const queueMetrics = {
  workqueue_depth: { kind: 'gauge', labels: ['name'], help: 'Keys in line' },
  workqueue_adds_total: { kind: 'counter', labels: ['name'], help: 'Keys that came into the line' },
  workqueue_queue_duration_seconds: {
    kind: 'histogram',
    labels: ['name'],
    help: 'How long keys stood in line',
    buckets: seconds,
  },
  workqueue_work_duration_seconds: {
    kind: 'histogram',
    labels: ['name'],
    help: 'How long the work on a key took, with the answers of the API server that it waited for',
    buckets: seconds,
  },
  workqueue_retries_total: { kind: 'counter', labels: ['name'], help: 'Work that failed and will be tried again' },
} as const

type QueueMetrics = Metrics<typeof queueMetrics>

export function observeQueue(metrics: QueueMetrics, name: string): QueueObserver {
  return {
    added: () => metrics.workqueue_adds_total.inc({ name }),
    started: (waitedMs) => metrics.workqueue_queue_duration_seconds.observe({ name }, waitedMs / 1000),
    ended: (workedMs) => metrics.workqueue_work_duration_seconds.observe({ name }, workedMs / 1000),
    retried: () => metrics.workqueue_retries_total.inc({ name }),
  }
}

/** @param queues by name; undefined while there is none */
export function scrapeDepths(
  { workqueue_depth: depth }: QueueMetrics,
  queues: () => Readonly<Record<string, WorkQueue | undefined>>,
): void {
  atScrape(depth, (metric) => {
    for (const [name, queue] of Object.entries(queues())) metric.inc({ name }, queue?.depth ?? 0)
  })
}
