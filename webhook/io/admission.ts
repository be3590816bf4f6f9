// From the text of an AdmissionReview to the text of its answer: everything between the HTTP server and the pure review.

import type { Evidence, OwnKind } from '../../admission/evidence.ts'
import { guard, guardedKinds } from '../../admission/guard/guard.ts'
import { judgeByPolicies, withPolicies } from '../../admission/policy/judge.ts'
import type { AdmissionRequest } from '../../admission/request.ts'
import { isExempt, kindOfRequest, kindsBeside, review, reviewService } from '../../admission/review.ts'
import { asWarnings, nothingToSay, type PolicyNote, type RestingVerdict, type Verdict } from '../../admission/verdict.ts'
import type { World } from '../../admission/world.ts'
import type { Problem, ProblemCode } from '../../core/problem.ts'
import { wordsOf } from '../../kube/api-error.ts'
import type { Clock } from '../../kube/clock.ts'
import { parseJson, stringifyJson } from '../../kube/json.ts'
import type { Logger } from '../../kube/logger.ts'
import { decodeAdmissionReview } from '../admission-review.ts'
import {
  type AdmissionReviewAnswer,
  allow,
  auditAnnotations,
  failure,
  forbid,
  refuse,
  refuseForNow,
  refuseWith,
  type Status,
  withAudit,
} from '../answer.ts'
import { answerProbe, type Call } from '../probe.ts'
import { confirmVerdict } from './confirmation.ts'
import { type Evaluator, evaluateForRequest } from './evaluation.ts'
import { countWarnings, type WebhookMetrics } from './metrics.ts'

const ownGroup = 'metallb.io'

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

export interface AdmissionOptions {
  readonly worlds: Worlds
  /** Of the expressions of policies. */
  readonly evaluator: Evaluator
  readonly metrics: WebhookMetrics
  readonly clock: Clock
  readonly log: Logger
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
  readonly #evaluator: Evaluator

  constructor(options: AdmissionOptions) {
    this.#worlds = options.worlds
    this.#evaluator = options.evaluator
    this.#metrics = options.metrics
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Never rejects. */
  async answer(call: Call, text: string): Promise<HttpAnswer> {
    const startedAt = this.#clock.now()
    const request = decode(text)
    if ('code' in request) return this.reject(request)
    if (kindOfRequest(request) === 'unknown') return this.#answerUnknown(call, request)
    try {
      const { answer, code } = await this.#judge(call, request, startedAt)
      const { kind, operation } = request
      this.#metrics.metallb_admission_requests_total.inc({ kind, operation, allowed: String(answer.response.allowed), code })
      this.#metrics.metallb_admission_request_duration_seconds.observe({ kind }, (this.#clock.now() - startedAt) / 1000)
      return { status: 200, body: stringifyJson(answer) }
    } catch (error) {
      this.#log.error(
        { event: 'admissionFailed', call, ...subject(request), err: error },
        'a bug: a request could not be judged, and is answered as the registration says',
      )
      return this.reject(failure(500, 'InternalError', `the review failed: ${wordsOf(error)}`))
    }
  }

  /** A kind of a later version, registered by a newer replica or before a roll-back, must not be locked: schema and CEL hold for it all the same. */
  #answerUnknown(call: Call, request: AdmissionRequest): HttpAnswer {
    const kind = `${request.group}/${request.version} ${request.kind}`.slice(0, 200)
    if (request.group !== ownGroup) return this.reject(failure(404, 'NotFound', `this webhook does not review ${kind}`))
    this.#metrics.metallb_admission_requests_total.inc({ kind: 'other', operation: request.operation, allowed: 'true', code: '' })
    const warnings = call === 'validating' ? [`this version of MetalLB's webhook does not know ${kind}: only its schema was checked`] : []
    return { status: 200, body: stringifyJson(allow(request, warnings)) }
  }

  /** Counts and words an HTTP error. */
  reject(status: Status): HttpAnswer {
    this.#metrics.metallb_admission_errors_total.inc({ status: String(status.code) })
    this.#log.warn({ event: 'requestRejected', status: status.code }, status.message)
    return { status: status.code, body: stringifyJson(status) }
  }

  async #judge(call: Call, request: AdmissionRequest, startedAt: number): Promise<Judgement> {
    const probe = answerProbe(call, request)
    if (probe !== undefined && probe.length > 0) return { answer: refuseWith(request, probe), code: 'WebhookProbe' }
    const isDeletion = request.operation === 'DELETE'
    if (probe !== undefined || (!isDeletion && isExempt(request))) return { answer: allow(request), code: '' }
    const verdict = isDeletion ? await this.#deletionVerdict(request) : await this.#verdict(call, request)
    if (typeof verdict === 'string') {
      const reason = `what exists beside it could not be read, so "${request.name}" was not judged; try again: ${verdict}`
      return { answer: refuseForNow(request, reason), code: 'NotJudged' }
    }
    const { problems, patch } = verdict
    // The API server shows a warning once for each call that gives it.
    const warnings = call === 'validating' || problems.length > 0 ? verdict.warnings : []
    countWarnings(this.#metrics, request.kind, warnings)
    this.#tellOwner(request, verdict.notes)
    const audit = auditAnnotations(verdict.notes)
    const [first] = problems
    if (first !== undefined) {
      this.#logRefusal(call, request, problems, startedAt)
      return { answer: withAudit((isDeletion ? forbid : refuse)(request, problems, warnings), audit), code: first.code }
    }
    if (patch.length > 0) this.#log.debug({ event: 'defaulted', ...subject(request), patch }, 'a default pool is filled in')
    // Only mutating webhooks may patch.
    return { answer: withAudit(allow(request, warnings, call === 'mutating' ? patch : []), audit), code: '' }
  }

  /** The reason, when our own kinds cannot be judged. */
  async #verdict(call: Call, request: AdmissionRequest): Promise<Verdict | string> {
    if (kindOfRequest(request) === 'core')
      return call === 'mutating' ? review(request, this.#worlds.cached()) : await this.#serviceVerdict(request)
    // The guard looks at what other webhooks have made of the object, once; a refusal of the mutating call has no need of it.
    const guarded = call === 'validating' ? guardedKinds(request) : []
    const world = await this.#confirmed([...new Set([...kindsBeside(request), ...guarded])], request)
    if (typeof world === 'string') return world
    const verdict = review(request, world)
    if (guarded.length === 0 || verdict.problems.length > 0) return verdict
    const cost = await this.#guardVerdict(request, world)
    return typeof cost === 'string' ? cost : { ...cost, warnings: [...verdict.warnings, ...cost.warnings] }
  }

  /** What would be refused and cannot be confirmed is only warned about. */
  async #serviceVerdict(request: AdmissionRequest): Promise<Verdict> {
    const evaluate = evaluateForRequest(this.#evaluator, this.#clock)
    const judge = async (world: World): Promise<RestingVerdict> =>
      withPolicies(reviewService(request, world), await judgeByPolicies(request, world, evaluate))
    const first = await judge(this.#worlds.cached())
    const { verdict, isConfirmed } = await confirmVerdict(first, judge, (evidence) => this.#confirmedIn(evidence, request))
    return isConfirmed ? verdict : asWarnings(verdict)
  }

  /** What the change would cost live Services. The reason, when what that rests on cannot be read. */
  async #guardVerdict(request: AdmissionRequest, world: World): Promise<Verdict | string> {
    const judge = (newer: World): RestingVerdict => guard(request, newer)
    const { verdict, isConfirmed } = await confirmVerdict(judge(world), judge, (evidence) => this.#confirmedIn(evidence, request))
    return isConfirmed ? verdict : 'what we know of the Services that it concerns is not up to date'
  }

  /** Nobody is kept from deleting something because we cannot judge: the whole of us may be on its way out. */
  async #deletionVerdict(request: AdmissionRequest): Promise<Verdict> {
    const kinds = guardedKinds(request)
    if (kinds.length === 0) return nothingToSay
    const world = await this.#confirmed(kinds, request)
    const verdict = typeof world === 'string' ? world : await this.#guardVerdict(request, world)
    if (typeof verdict !== 'string') return verdict
    return { ...nothingToSay, warnings: [`whom it costs to delete "${request.name}" was not found out: ${verdict}`] }
  }

  #confirmed(kinds: readonly OwnKind[], request: AdmissionRequest): Promise<World | string> {
    return this.#worlds.confirmed(kinds).catch((error: unknown) => {
      this.#log.error(
        { event: 'confirmationFailed', ...subject(request), reason: wordsOf(error) },
        'what a refusal rests on could not be read from the API server',
      )
      return wordsOf(error)
    })
  }

  #confirmedIn(evidence: readonly Evidence[], request: AdmissionRequest): Promise<World | undefined> {
    return this.#worlds.confirmedIn(evidence).catch((error: unknown) => {
      this.#log.error(
        { event: 'confirmationFailed', ...subject(request), reason: wordsOf(error) },
        'what a refusal rests on could not be read from the API server',
      )
      return undefined
    })
  }

  #tellOwner(request: AdmissionRequest, notes: readonly PolicyNote[]): void {
    for (const { type, policy, validation, message } of notes) {
      this.#metrics.metallb_admission_policy_notes_total.inc({ type })
      this.#log[type === 'audited' ? 'info' : 'warn']({ event: noteEvents[type], ...subject(request), policy, validation }, message)
    }
  }

  #logRefusal(call: Call, request: AdmissionRequest, problems: readonly Problem[], startedAt: number): void {
    const codes = problems.map(({ code }) => code)
    const fields = problems.map(({ field }) => field)
    const tookMs = Math.round(this.#clock.now() - startedAt)
    this.#log.info({ event: 'admissionRefused', call, ...subject(request), codes, fields, tookMs }, 'a change is refused')
  }
}

const noteEvents = { audited: 'policyAudited', failed: 'policyFailed', late: 'policyLate' } as const

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
