// The two plain HTTP servers beside every binary: probes for the kubelet, metrics for Prometheus.
import type { Registry } from 'prom-client'

export interface HttpServer {
  readonly port: number
  close(): Promise<void>
}

/** Rejects with one line that names the port when it cannot be bound. */
export function serveHealth(_options: {
  readonly port: number
  readonly host?: string
  /** Why the process should be restarted; undefined when it is well. */
  readonly live: () => string | undefined
  /** Why it should get no traffic; undefined when it should. */
  readonly ready: () => string | undefined
}): Promise<HttpServer> {
  throw new Error('written next')
}

/** Rejects with one line that names the port when it cannot be bound. */
export function serveMetrics(_options: {
  readonly port: number
  readonly host?: string
  readonly metrics: { readonly registry: Registry }
}): Promise<HttpServer> {
  throw new Error('written next')
}
