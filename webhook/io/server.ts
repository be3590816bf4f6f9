// The HTTPS server that the API server calls: express on node:https.
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { wordsOf } from '../../kube/api-error.ts'
import { failure, type Status } from '../answer.ts'
import type { Call } from '../probe.ts'
import type { TlsOptions } from '../tls-options.ts'
import type { HttpAnswer } from './admission.ts'
import { boundConnections } from './connections.ts'

/** What the API server may store is below 1.5 MiB; a review holds an object twice. */
const bodyLimit = '3mb'
/** Milliseconds, but for the last. */
export interface ServerLimits {
  readonly handshake: number
  readonly headers: number
  /** From the first byte to the last. */
  readonly request: number
  /**
   * Longer than the 90 s after which Go's HTTP client closes an idle connection: if we closed it first, a request already on its way would be
   * lost, and with `failurePolicy: Fail` somebody's kubectl with it.
   */
  readonly idle: number
  /** How often the others are looked at. */
  readonly check: number
  readonly connections: number
}

/** The API server gives up after 3 s; whoever is slower is not it. */
const defaultLimits: ServerLimits = { handshake: 5_000, headers: 5_000, request: 10_000, idle: 180_000, check: 1_000, connections: 1_000 }

export interface TlsIdentity {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface AdmissionServerOptions {
  readonly port: number
  readonly host?: string
  readonly tls: TlsOptions
  readonly limits?: Partial<ServerLimits>
  readonly answer: (call: Call, text: string) => Promise<HttpAnswer>
  readonly reject: (status: Status) => HttpAnswer
}

export class AdmissionServer {
  readonly #options: AdmissionServerOptions
  readonly #server: Server
  #draining = false

  constructor(options: AdmissionServerOptions) {
    this.#options = options
    const limits = { ...defaultLimits, ...options.limits }
    const timeouts = {
      handshakeTimeout: limits.handshake,
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.idle,
      connectionsCheckingInterval: limits.check,
    }
    this.#server = createServer(timeouts, this.#application())
    boundConnections(this.#server, limits.connections)
  }

  /** Rejects, in one line that names the port, when it cannot listen. */
  async listen(identity: TlsIdentity): Promise<void> {
    this.useIdentity(identity)
    this.#server.listen({ port: this.#options.port, host: this.#options.host })
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      throw new Error(`cannot serve admission on port ${this.#options.port}: ${wordsOf(error)}`, { cause: error })
    }
  }

  /** The one chosen by the kernel when 0 was asked for. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** New connections get the new certificate; open ones go on. */
  useIdentity(identity: TlsIdentity): void {
    this.#server.setSecureContext({ ...identity, ...this.#options.tls })
  }

  /** Goes on serving, but asks each client to come back on a new connection, which then leads to another replica. */
  beginDrain(): void {
    this.#draining = true
  }

  /** Takes no new connection and resolves when the last request is answered, or after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    this.#draining = true
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeIdleConnections()
    const limit = setTimeout(() => {
      this.#server.closeAllConnections()
    }, limitMs)
    await closed
    clearTimeout(limit)
  }

  #application(): express.Express {
    const { answer, reject } = this.#options
    const application = express()
    application.disable('x-powered-by').disable('etag')
    const readBody = express.text({ type: 'application/json', limit: bodyLimit, inflate: false })
    const send = (response: express.Response, { status, body }: HttpAnswer): void => {
      // Whoever is no API server has no use for the connection.
      if (this.#draining || status !== 200) response.set('Connection', 'close')
      response.status(status).type('application/json').send(body)
    }
    const serve =
      (call: Call): RequestHandler =>
      async (request, response) => {
        const text: unknown = request.body
        if (typeof text !== 'string') send(response, reject(failure(415, 'UnsupportedMediaType', 'the body must be application/json')))
        else send(response, await answer(call, text))
      }
    application.post('/mutate', readBody, serve('mutating'))
    application.post('/validate', readBody, serve('validating'))
    application.all(['/mutate', '/validate'], (request, response) => {
      response.set('Allow', 'POST')
      send(response, reject(failure(405, 'MethodNotAllowed', `${request.method} is not allowed here, only POST`)))
    })
    application.use((_request, response) => {
      send(response, reject(failure(404, 'NotFound', 'there is nothing here; admission requests go to /mutate or /validate')))
    })
    // Express knows an error handler by its four parameters.
    const onError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
      if (response.headersSent) next(error)
      else send(response, reject(statusOf(error)))
    }
    return application.use(onError)
  }
}

const reasons: Readonly<Record<number, string>> = { 400: 'BadRequest', 413: 'RequestEntityTooLarge', 415: 'UnsupportedMediaType' }

/** What the body parser throws carries an HTTP status and words for the client; anything else is our own bug. */
function statusOf(error: unknown): Status {
  const { status, message } = error as { readonly status?: unknown; readonly message?: unknown }
  if (typeof status !== 'number' || status < 400 || status > 499)
    return failure(500, 'InternalError', `the request failed: ${String(error)}`)
  const words = status === 413 ? `the body is larger than ${bodyLimit}` : String(message)
  return failure(status, reasons[status] ?? 'BadRequest', words)
}
