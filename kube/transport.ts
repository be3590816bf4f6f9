// HTTP towards the API server: connections, credentials, bytes. What an answer means is the client's business.
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'

export interface HttpRequest {
  readonly method: string
  /** From the API's root, with query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** Probes start after this long without a byte; Node then sends one each second and gives up after ten. */
const keepAliveDelayMs = 15_000

/** Below the 90 s after which an API server closes an idle connection: the one that is about to close is not the one that gets the next request. */
const idleConnectionMs = 60_000

export class Transport {
  readonly server: URL
  readonly #config: KubeConfig
  readonly #userAgent: string
  readonly #proxied: boolean
  readonly #agent: http.Agent

  constructor(config: KubeConfig, server: URL, userAgent: string) {
    this.#config = config
    this.#userAgent = userAgent
    this.server = server
    this.#proxied = Boolean(config.getCurrentCluster()?.proxyUrl)
    const pool = { keepAlive: true, keepAliveMsecs: keepAliveDelayMs, timeout: idleConnectionMs }
    this.#agent = server.protocol === 'http:' ? new http.Agent(pool) : new https.Agent(pool)
  }

  /**
   * Sends a request; the promise is kept when the answer's headers are here.
   *
   * Credentials are asked for each time, because tokens and client certificates change while we live. A read that dies on a connection which had been idle
   * is sent again: the server had closed it before it saw us.
   */
  async send(request: HttpRequest): Promise<IncomingMessage> {
    const length = request.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(request.body)) }
    const options: https.RequestOptions = {
      method: request.method,
      hostname: this.server.hostname.replace(/^\[|\]$/g, ''),
      port: this.server.port === '' ? undefined : Number(this.server.port),
      path: this.server.pathname.replace(/\/$/, '') + request.path,
      headers: { 'User-Agent': this.#userAgent, ...length, ...request.headers },
    }
    await this.#config.applyToHTTPSOptions(options)
    request.signal.throwIfAborted()
    // Only a proxy needs KubeConfig's own agent: it keeps no connection alive.
    if (!this.#proxied) options.agent = this.#agent
    return attempt(this.server.protocol, options, request)
  }

  /** Forgets connections that wait for work: after an unanswered request the others to the same server are suspect too. */
  dropIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }

  close(): void {
    this.#agent.destroy()
  }
}

function attempt(protocol: string, options: https.RequestOptions, request: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = protocol === 'http:' ? http.request(options) : https.request(options)
    const abort = (): void => {
      outgoing.destroy()
      reject(request.signal.reason)
    }
    request.signal.addEventListener('abort', abort, { once: true })
    let answered = false
    outgoing.on('response', (response) => {
      answered = true
      response.once('close', () => request.signal.removeEventListener('abort', abort))
      resolve(response)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      request.signal.removeEventListener('abort', abort)
      // From here on the reader of the body meets the error.
      if (answered) return
      const stale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      // Ends for sure: each attempt takes one idle connection out of the pool.
      if (stale && request.method === 'GET' && !request.signal.aborted) resolve(attempt(protocol, options, request))
      else reject(error)
    })
    outgoing.end(request.body)
  })
}

/** The whole body as text; throws RangeError beyond `maxBytes`. */
export async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new RangeError(`the answer has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
