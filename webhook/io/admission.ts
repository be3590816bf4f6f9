// From the text of an AdmissionReview to the text of its answer: everything between the HTTP server and the pure review.

import { type Evidence, missingEvidence, type OwnKind } from '../../admission/evidence.ts'
import type { AdmissionRequest } from '../../admission/request.ts'
import { isExempt, kindOfRequest, kindsBeside, review, reviewService } from '../../admission/review.ts'
import { asWarnings, type Verdict } from '../../admission/verdict.ts'
import type { World } from '../../admission/world.ts'
import type { Problem, ProblemCode } from '../../core/problem.ts'
import { wordsOf } from '../../kube/api-error.ts'
import type { Clock } from '../../kube/clock.ts'
import { parseJson, stringifyJson } from '../../kube/json.ts'
import type { Logger } from '../../kube/logger.ts'
import { decodeAdmissionReview } from '../admission-review.ts'
import { type AdmissionReviewAnswer, allow, failure, refuse, refuseForNow, refuseWith, type Status } from '../answer.ts'
import { answerProbe, type Call } from '../probe.ts'
import { countWarnings, type WebhookMetrics } from './metrics.ts'

/** The first live read may show another obstacle that rests on something else. Two of them end within the 2 s that the API server waits. */
const confirmationRounds = 2

/** Where the worlds come from. */
export interface Worlds {
  cached(): World
  /** At least as new as the call in these kinds; rejects when the API server does not answer. */
  confirmed(kinds: readonly OwnKind[]): Promise<World>
  /** At least as new as the call in what the evidence names; undefined when that cannot be had in time. */
  confirmedIn(evidence: readonly Evidence[]): Promise<World | undefined>
}

export interface HttpAnswer {
  /** HTTP status code; 200 carries an AdmissionReview, everything else a Status. */
  readonly status: number
  readonly body: string
}

interface Judgement {
  readonly answer: AdmissionReviewAnswer
  /** What stood in the way, for the metrics; empty when nothing did. */
  readonly code: ProblemCode | 'NotJudged' | ''
}

export class Admission {
  readonly #worlds: Worlds
  readonly #metrics: WebhookMetrics
  readonly #clock: Clock
  readonly #log: Logger

  constructor(options: { readonly worlds: Worlds; readonly metrics: WebhookMetrics; readonly clock: Clock; readonly log: Logger }) {
    this.#worlds = options.worlds
    this.#metrics = options.metrics
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Never rejects. */
  async answer(call: Call, text: string): Promise<HttpAnswer> {
    const startedAt = this.#clock.now()
    const request = decode(text)
    if ('code' in request) return this.reject(request)
    if (kindOfRequest(request) === 'unknown') {
      const kind = `${request.group}/${request.version} ${request.kind}`.slice(0, 200)
      return this.reject(failure(404, 'NotFound', `this webhook does not review ${kind}`))
    }
    try {
      const { answer, code } = await this.#judge(call, request, startedAt)
      const { kind, operation } = request
      this.#metrics.metallb_admission_requests_total.inc({ kind, operation, allowed: String(answer.response.allowed), code })
      this.#metrics.metallb_admission_request_duration_seconds.observe({ kind }, (this.#clock.now() - startedAt) / 1000)
      return { status: 200, body: stringifyJson(answer) }
    } catch (error) {
      this.#log.error({ event: 'admissionFailed', call, ...subject(request), err: error })
      return this.reject(failure(500, 'InternalError', `the review failed: ${wordsOf(error)}`))
    }
  }

  /** Counts and words an HTTP error. */
  reject(status: Status): HttpAnswer {
    this.#metrics.metallb_admission_errors_total.inc({ status: String(status.code) })
    this.#log.warn({ event: 'requestRejected', status: status.code, reason: status.message })
    return { status: status.code, body: stringifyJson(status) }
  }

  async #judge(call: Call, request: AdmissionRequest, startedAt: number): Promise<Judgement> {
    const probe = answerProbe(call, request)
    if (probe !== undefined && probe.length > 0) return { answer: refuseWith(request, probe), code: 'WebhookProbe' }
    if (probe !== undefined || isExempt(request)) return { answer: allow(request), code: '' }
    const verdict = await this.#verdict(call, request)
    if (typeof verdict === 'string') return { answer: refuseForNow(request, verdict), code: 'NotJudged' }
    const { problems, patch } = verdict
    // The API server shows a warning once for each call that gives it.
    const warnings = call === 'validating' || problems.length > 0 ? verdict.warnings : []
    countWarnings(this.#metrics, request.kind, warnings)
    const [first] = problems
    if (first !== undefined) {
      this.#logRefusal(call, request, problems, startedAt)
      return { answer: refuse(request, problems, warnings), code: first.code }
    }
    if (patch.length > 0) this.#log.debug({ event: 'defaulted', ...subject(request), patch })
    // Only mutating webhooks may patch.
    return { answer: allow(request, warnings, call === 'mutating' ? patch : []), code: '' }
  }

  /** A reason, when our own kinds cannot be judged. */
  async #verdict(call: Call, request: AdmissionRequest): Promise<Verdict | string> {
    if (kindOfRequest(request) === 'core')
      return call === 'mutating' ? review(request, this.#worlds.cached()) : await this.#serviceVerdict(request)
    const world = await this.#worlds.confirmed(kindsBeside(request)).catch((error: unknown) => {
      this.#log.error({ event: 'confirmationFailed', ...subject(request), reason: wordsOf(error) })
      return `what exists beside it could not be read, so "${request.name}" was not judged; try again: ${wordsOf(error)}`
    })
    return typeof world === 'string' ? world : review(request, world)
  }

  /** What is allowed costs no call. What would be refused is judged again on what it rests on, read live; if that cannot be had, it is only warned about. */
  async #serviceVerdict(request: AdmissionRequest): Promise<Verdict> {
    let verdict = reviewService(request, this.#worlds.cached())
    const known: Evidence[] = []
    for (let round = 0; round < confirmationRounds; round++) {
      const missing = missingEvidence(verdict.evidence, known)
      if (missing.length === 0) return verdict
      const world = await this.#confirmedIn(missing, request)
      if (world === undefined) break
      known.push(...missing)
      verdict = reviewService(request, world)
    }
    return asWarnings(verdict)
  }

  #confirmedIn(evidence: readonly Evidence[], request: AdmissionRequest): Promise<World | undefined> {
    return this.#worlds.confirmedIn(evidence).catch((error: unknown) => {
      this.#log.error({ event: 'confirmationFailed', ...subject(request), reason: wordsOf(error) })
      return undefined
    })
  }

  #logRefusal(call: Call, request: AdmissionRequest, problems: readonly Problem[], startedAt: number): void {
    this.#log.info({
      event: 'admissionRefused',
      call,
      ...subject(request),
      codes: problems.map(({ code }) => code),
      fields: problems.map(({ field }) => field),
      tookMs: Math.round(this.#clock.now() - startedAt),
    })
  }
}

function decode(text: string): AdmissionRequest | Status {
  let body: unknown
  try {
    body = parseJson(text)
  } catch (error) {
    return failure(400, 'BadRequest', `the body is not JSON: ${wordsOf(error)}`)
  }
  const request = decodeAdmissionReview(body)
  return request.ok ? request.value : failure(400, 'BadRequest', `the body is not an AdmissionReview: ${request.error}`)
}

function subject({ kind, namespace, name, operation, username, dryRun }: AdmissionRequest): Readonly<Record<string, unknown>> {
  return { kind, namespace, name, operation, user: username, dryRun }
}
