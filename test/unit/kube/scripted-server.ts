// An API server made of a script: each request takes the next answer, faults included, over a real socket.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers one request; may leave it open. */
export type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>

export interface ScriptedServer {
  readonly url: string
  readonly port: number
  readonly requests: SeenRequest[]
  /** Resolves when a request came for which the script had no answer left; that one stays open. */
  readonly finished: Promise<void>
  close(): Promise<void>
}

export async function scriptedServer(script: readonly Answer[], options: { readonly port?: number } = {}): Promise<ScriptedServer> {
  const answers = script.values()
  return answeringServer((_request, finish) => {
    const next = answers.next()
    if (next.done !== true) return next.value
    finish()
    return silence
  }, options)
}

/** Like a script, but the answer is chosen by looking at the request. */
export async function answeringServer(
  choose: (request: SeenRequest, finish: () => void) => Answer,
  options: { readonly port?: number } = {},
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = []
  const finished = Promise.withResolvers<void>()
  const server = createServer((incoming, response) => {
    void seen(incoming).then((request) => {
      requests.push(request)
      return choose(request, finished.resolve)(response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    finished: finished.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function seen(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  const url = new URL(incoming.url ?? '/', 'http://server')
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** The only plain-HTTP server that KubeConfig accepts is one whose certificate nobody asks for. */
export function configFor(url: string, user: Readonly<Record<string, string>> = {}): KubeConfig {
  const config = new KubeConfig()
  config.loadFromClusterAndUser({ name: 'script', server: url, skipTLSVerify: true }, { name: 'tester', ...user })
  return config
}

export const silence: Answer = () => undefined

export function json(body: unknown, code = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

export function status(code: number, reason: string, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }, code, headers)
}

/** The connection breaks without an answer. */
export const reset: Answer = (response) => {
  response.req.socket.resetAndDestroy()
}

/** Sends the parts as chunks of their own, then ends properly, stays open, or is reset when the promise is kept (not before the reader has read: a reset discards). */
export function stream(parts: readonly (string | Uint8Array)[], end: 'end' | 'open' | Promise<void> = 'end'): Answer {
  return async (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.flushHeaders()
    for (const part of parts) {
      await new Promise<void>((resolve) => {
        response.write(part, () => resolve())
      })
      // A turn of the loop between the parts keeps them apart on the wire (TCP_NODELAY is Node's default).
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
    }
    if (end === 'end') response.end()
    if (end instanceof Promise) void end.then(() => response.req.socket.resetAndDestroy())
  }
}

export interface TestObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string; readonly resourceVersion: string }
}

export function service(name: string, resourceVersion: string | number, uid = `uid-${name}`): TestObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop', uid, resourceVersion: String(resourceVersion) } }
}

export function list(resourceVersion: string | number, items: readonly unknown[], next = ''): Answer {
  return json({ apiVersion: 'v1', kind: 'ServiceList', metadata: { resourceVersion: String(resourceVersion), continue: next }, items })
}

export function line(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`
}

export function bookmark(resourceVersion: string | number): string {
  return `${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Service', metadata: { resourceVersion: String(resourceVersion) } } })}\n`
}

export function errorLine(code: number, reason: string, message: string): string {
  return `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason, message } })}\n`
}
