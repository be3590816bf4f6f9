// What the API server's refusals, and its silence, look like to our code and in our logs.

/**
 * The API server refused a request, or could not be asked.
 *
 * `message` is one complete line: verb, path, status and the server's words; for a missing permission also where to grant it.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** `reason` of the API's Status ('NotFound', 'Conflict', 'AlreadyExists' …); 'Unreachable', 'Timeout' or 'Aborted' when no answer came. */
  readonly reason: string
  /** The answer's body, parsed when it was JSON. */
  readonly body: unknown
  /** What the server asked for in Retry-After. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, fields: ApiErrorFields) {
    super(message, { cause: fields.cause })
    this.status = fields.status
    this.reason = fields.reason
    this.body = fields.body
    this.retryAfterMs = fields.retryAfterMs
  }
}

interface ApiErrorFields {
  readonly status: number
  readonly reason: string
  readonly body?: unknown
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The sentence in which the API's authorizer says what is missing. */
const forbidden = /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/

/** Reads a non-2xx answer. */
export function refusal(answer: {
  readonly what: string
  readonly status: number
  readonly text: string
  readonly retryAfterMs?: number | undefined
}): ApiError {
  const body = parsed(answer.text)
  const { message, reason } = statusOf(body)
  // Proxies and crashing servers answer with pages of text: its beginning, in one line.
  const words = (message ?? answer.text).replaceAll(/\s+/g, ' ').trim().slice(0, 2000)
  const fix = answer.status === 403 ? permissionFix(words) : ''
  return new ApiError(
    `${answer.what}: ${answer.status} ${reason ?? ''}: ${words === '' ? 'no explanation' : words}${fix}`.replace(' :', ':'),
    {
      status: answer.status,
      reason: reason ?? '',
      body,
      retryAfterMs: answer.retryAfterMs,
    },
  )
}

function permissionFix(words: string): string {
  const [, user, verb, resource, group, namespace] = forbidden.exec(words) ?? []
  if (user === undefined) return ''
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user)
  const subject = account === null ? `user "${user}"` : `ServiceAccount ${account[1]}/${account[2]}`
  const role = namespace === undefined ? 'a ClusterRole' : `a Role of namespace "${namespace}" or a ClusterRole`
  return `; grant it: ${role} bound to ${subject} needs apiGroups ["${group}"], resources ["${resource}"], verbs ["${verb}"]`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function statusOf(body: unknown): { readonly message?: string; readonly reason?: string } {
  if (typeof body !== 'object' || body === null) return {}
  const { message, reason } = body as { readonly message?: unknown; readonly reason?: unknown }
  return { ...(typeof message === 'string' ? { message } : {}), ...(typeof reason === 'string' ? { reason } : {}) }
}

/** Any thrown thing in one line. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Connecting to a name with several addresses fails with one error per address and an empty message.
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  return (error.message === '' ? error.name : error.message).replaceAll(/\s+/g, ' ')
}
