// Whether a Service satisfies the validations of the AllocationPolicies that are about it: a conversation with whoever evaluates expressions, in a worker or
// in this thread.
import { isAbout, type Policy, type Validation } from '../../core/config/policy.ts'
import type { Service } from '../../core/objects.ts'
import { type ServiceView, viewService } from '../../core/service.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { AdmissionRequest } from '../request.ts'
import { isExempt } from '../review.ts'
import { nothingToSay, type RestingVerdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { evaluateHere } from './evaluate-here.ts'
import type { Answer, Evaluate, Question } from './evaluator.ts'
import { type OpenCase, oneLine, verdictOn } from './outcome.ts'
import { variablesFor } from './variables.ts'

/** Yields questions with their variables; wants one answer for each. */
type Conversation<R> = Generator<readonly [questions: readonly Question[], variables: Fields], R, readonly Answer[]>

const silence: RestingVerdict = { ...nothingToSay, evidence: [] }
const unasked: Answer = { ok: false, error: { type: 'late', message: 'nobody has evaluated it' } }

/** The part of the validating call for a Service that needs an evaluator. Never throws, whatever the objects hold. */
export async function judgeByPolicies(request: AdmissionRequest, world: World, evaluate: Evaluate): Promise<RestingVerdict> {
  const conversation = judging(request, world)
  let step = conversation.next()
  while (step.done !== true) step = conversation.next(await evaluate(...step.value))
  return step.value
}

/** The same in this thread, without a limit of time: for whoever judges his own policies, as the command line does. */
export function judgeHere(request: AdmissionRequest, world: World): RestingVerdict {
  const conversation = judging(request, world)
  let step = conversation.next()
  while (step.done !== true) step = conversation.next(evaluateHere(...step.value))
  return step.value
}

/** What the rules and what the policies say of one Service. */
export function withPolicies(rules: RestingVerdict, policies: RestingVerdict): RestingVerdict {
  return {
    ...rules,
    problems: [...rules.problems, ...policies.problems],
    warnings: [...rules.warnings, ...policies.warnings],
    evidence: [...rules.evidence, ...policies.evidence],
    notes: [...rules.notes, ...policies.notes],
  }
}

function* judging(request: AdmissionRequest, world: World): Conversation<RestingVerdict> {
  const mode = world.namespaceOf(request.namespace).admission ?? world.serviceAdmission
  const asked = isExempt(request) || mode === 'off' ? [] : validationsFor(request.object, request, world)
  const answers = yield* ask(request, world, asked.map(expressionOf))
  const open = asked.flatMap((each, index): readonly OpenCase[] => {
    const answer = answers[index] ?? unasked
    return answer.ok && answer.value === true ? [] : [{ ...each, answer }]
  })
  if (open.length === 0) return silence
  const messages = yield* messagesOf(open, request, world)
  const spared = mode === 'enforce' ? yield* wrongBefore(open, request, world) : new Set(open)
  return verdictOn(open, messages, { spared, namespace: request.namespace })
}

function* ask(
  request: AdmissionRequest,
  world: World,
  questions: readonly Question[],
  object = request.object,
): Conversation<readonly Answer[]> {
  if (questions.length === 0) return []
  const sources = questions.map(({ source }) => source)
  return yield [questions, variablesFor(request, world, sources, object)]
}

/** What concerns the Service as it is in `object`; nothing when that is no LoadBalancer of ours. */
function validationsFor(
  object: Fields | undefined,
  request: AdmissionRequest,
  world: World,
): readonly { readonly policy: Policy; readonly validation: Validation }[] {
  const service = object === undefined ? undefined : viewOf(object, request, world)
  if (service === undefined || !service.isLoadBalancer || service.deleting) return []
  const namespace = world.namespaceOf(request.namespace)
  return world.policies.compiled
    .filter((policy) => policy.validations.length > 0 && isAbout(policy, service, namespace))
    .flatMap((policy) => policy.validations.map((validation) => ({ policy, validation })))
}

function viewOf(object: Fields, { namespace, name }: AdmissionRequest, world: World): ServiceView {
  const metadata = { ...asFields(object['metadata']), namespace, name }
  // The view reads every field with care, so that an object of any shape may be given to it.
  return viewService({ ...object, metadata } as unknown as Service, world.classes)
}

function expressionOf({ validation }: { readonly validation: Validation }): Question {
  return { source: validation.expression, expects: 'bool' }
}

/** What the author of the Service is told, where the expression was false. */
function* messagesOf(open: readonly OpenCase[], request: AdmissionRequest, world: World): Conversation<ReadonlyMap<OpenCase, string>> {
  const written = open.flatMap((each) => {
    const source = each.answer.ok ? each.validation.messageExpression : undefined
    return source === undefined ? [] : [{ each, question: { source, expects: 'string' } as const }]
  })
  const answers = yield* ask(
    request,
    world,
    written.map(({ question }) => question),
  )
  const texts = answers.map((answer) => (answer.ok ? oneLine(String(answer.value)) : ''))
  return new Map(written.flatMap(({ each }, index) => (texts[index] ? [[each, texts[index]] as const] : [])))
}

/** Ratcheting: who would be refused for the Service as it was, if nothing at all were changed, is not refused for it now. */
function* wrongBefore(open: readonly OpenCase[], request: AdmissionRequest, world: World): Conversation<ReadonlySet<OpenCase>> {
  const concerned = new Set(validationsFor(request.oldObject, request, world).map(({ validation }) => validation))
  const before = open.filter(({ validation }) => validation.action === 'Deny' && concerned.has(validation))
  const answers = yield* ask(request, world, before.map(expressionOf), request.oldObject)
  return new Set(before.filter((_, index) => answers[index]?.ok !== true || answers[index].value !== true))
}
