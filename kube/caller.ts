// One request and what comes of it: deadline, answer, refusal, failure.
import type { IncomingMessage } from 'node:http'
import { ApiError, refusal, wordsOf } from './api-error.ts'
import { Deadline, DeadlineExceeded } from './deadline.ts'
import { parseJson, stringifyJson } from './json.ts'
import { LineSplitter } from './lines.ts'
import { readText, type Transport } from './transport.ts'

export interface RequestOptions {
  /** Gives up after this long, body included; 10 s when not set. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

/** The API's own limit is 1.5 MiB of etcd plus what status and metadata add. */
const maxObjectBytes = 16 * 1024 * 1024

/** Five hundred of them, or a watch event's line. */
export const maxListBytes = 256 * 1024 * 1024

const defaultDeadlineMs = 10_000

export const json = 'application/json'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query
  readonly accept?: string
  readonly contentType?: string
  readonly body?: unknown
  readonly maxBytes?: number
}

/** Every method rejects with ApiError only. */
export class Caller {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The answer's body, parsed. */
  async object<T>(call: Call, options: RequestOptions): Promise<T> {
    const deadline = new Deadline(options.deadlineMs ?? defaultDeadlineMs, 'no complete answer', options.signal)
    try {
      const response = await this.#open(call, deadline.signal)
      if (response.statusCode === undefined || response.statusCode > 299) throw await this.#refusal(call, response)
      return parseJson(await readText(response, call.maxBytes ?? maxObjectBytes)) as T
    } catch (error) {
      throw this.#failure(call, error, deadline.signal)
    } finally {
      deadline.clear()
    }
  }

  /** Kept when the server has accepted; then the lines of the answer's body as they come. A pause of `idleMs` between bytes breaks it. */
  async lines(call: Call, options: { readonly idleMs: number; readonly signal: AbortSignal }): Promise<AsyncIterable<string>> {
    const opening = new Deadline(defaultDeadlineMs, 'no answer', options.signal)
    try {
      const response = await this.#open(call, opening.signal)
      if (response.statusCode !== 200) throw await this.#refusal(call, response)
      return this.#lines(call, response, options)
    } catch (error) {
      throw this.#failure(call, error, opening.signal)
    } finally {
      opening.clear()
    }
  }

  close(): void {
    this.#transport.close()
  }

  async *#lines(
    call: Call,
    response: IncomingMessage,
    options: { readonly idleMs: number; readonly signal: AbortSignal },
  ): AsyncGenerator<string, void, undefined> {
    const idle = new Deadline(options.idleMs, 'no byte', options.signal)
    const end = (): void => void response.destroy()
    idle.signal.addEventListener('abort', end, { once: true })
    const splitter = new LineSplitter(maxListBytes)
    try {
      idle.signal.throwIfAborted()
      for await (const chunk of response as AsyncIterable<Buffer>) {
        idle.refresh()
        yield* splitter.push(chunk)
      }
      idle.signal.throwIfAborted()
      if (splitter.pending > 0) throw new Error('the connection ended inside an event')
    } catch (error) {
      throw this.#failure(call, error, idle.signal)
    } finally {
      idle.clear()
      response.destroy()
    }
  }

  #open(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, String(value))
    return this.#transport.send({
      method: call.method,
      path: query.size > 0 ? `${call.path}?${query.toString()}` : call.path,
      headers: { Accept: call.accept ?? json, ...(call.contentType === undefined ? {} : { 'Content-Type': call.contentType }) },
      ...(call.body === undefined ? {} : { body: stringifyJson(call.body) }),
      signal,
    })
  }

  async #refusal(call: Call, response: IncomingMessage): Promise<ApiError> {
    const text = await readText(response, maxObjectBytes)
    const retryAfter = Number(response.headers['retry-after'])
    return refusal({
      what: `${call.method} ${call.path}`,
      status: response.statusCode ?? 0,
      text,
      retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined,
    })
  }

  #failure(call: Call, error: unknown, signal: AbortSignal): ApiError {
    if (error instanceof ApiError) return error
    // An abort surfaces as whatever the socket was doing at that moment; the signal knows why.
    const cause: unknown = signal.aborted ? signal.reason : error
    const reason = cause instanceof DeadlineExceeded ? 'Timeout' : signal.aborted ? 'Aborted' : 'Unreachable'
    if (reason === 'Timeout') this.#transport.dropIdle()
    return new ApiError(`${call.method} ${call.path}: no answer from ${this.#transport.server.origin}: ${wordsOf(cause)}`, {
      status: 0,
      reason,
      cause,
    })
  }
}
