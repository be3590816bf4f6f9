// The two plain HTTP servers beside every binary: probes for the kubelet, metrics for Prometheus.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface HttpServer {
  /** The one chosen by the kernel when 0 was asked for. */
  readonly port: number
  close(): Promise<void>
}

interface Place {
  readonly port: number
  /** All addresses of both families when not set. */
  readonly host?: string
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>

/** Serves /healthz and /readyz: 200, or 503 with the reason. Rejects, in one line that names the port, when it cannot listen. */
export function serveHealth(
  options: Place & {
    /** Why the process should be restarted; undefined when it is well. */
    readonly live: () => string | undefined
    /** Why it should get no traffic; undefined when it should. */
    readonly ready: () => string | undefined
  },
): Promise<HttpServer> {
  const probe = (check: () => string | undefined) => (): Answer => {
    const reason = check()
    return { status: reason === undefined ? 200 : 503, type: 'text/plain; charset=utf-8', body: `${reason ?? 'ok'}\n` }
  }
  return serve('probes', options, { '/healthz': probe(options.live), '/readyz': probe(options.ready) })
}

/** Serves /metrics. Rejects, in one line that names the port, when it cannot listen. */
export function serveMetrics(options: Place & { readonly metrics: { readonly registry: Registry } }): Promise<HttpServer> {
  const { registry } = options.metrics
  return serve('metrics', options, {
    '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  })
}

async function serve(what: string, place: Place, routes: Routes): Promise<HttpServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 30_000 }, (request, response) => {
    void answer(routes, request, response)
  })
  const bound = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) => bound.reject(new Error(bindFailure(what, place, error), { cause: error })))
  server.listen({ port: place.port, host: place.host }, bound.resolve)
  await bound.promise
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '')
  const found = Object.hasOwn(routes, path) ? routes[path] : undefined
  let result: Answer
  if (found === undefined)
    result = { status: 404, type: 'text/plain; charset=utf-8', body: `known here: ${Object.keys(routes).join(' ')}\n` }
  else if (request.method !== 'GET' && request.method !== 'HEAD')
    result = { status: 405, type: 'text/plain; charset=utf-8', body: 'GET only\n' }
  else {
    try {
      result = await found()
    } catch (error) {
      result = { status: 500, type: 'text/plain; charset=utf-8', body: `${error instanceof Error ? error.message : String(error)}\n` }
    }
  }
  response.writeHead(result.status, { 'Content-Type': result.type, 'Content-Length': Buffer.byteLength(result.body) })
  response.end(request.method === 'HEAD' ? undefined : result.body)
}

function bindFailure(what: string, { port, host = 'every address' }: Place, error: NodeJS.ErrnoException): string {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `another process has the port (on the node, "ss -ltnp sport = :${port}" names it; with host network that may be another load balancer or an exporter)`,
    EACCES: 'ports below 1024 need the capability NET_BIND_SERVICE',
    EADDRNOTAVAIL: 'no interface of this machine has that address',
  }
  return `cannot serve ${what} on port ${port} of ${host}: ${reasons[error.code ?? ''] ?? error.message}`
}
