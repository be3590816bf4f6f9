// Whether a Service satisfies the validations of the AllocationPolicies that are about it, and what follows when it does not.
import { isAbout, type Policy, type Validation } from '../../core/config/policy.ts'
import type { Service } from '../../core/objects.ts'
import { type Problem, type ProblemCode, problem } from '../../core/problem.ts'
import { quote } from '../../core/quote.ts'
import { type ServiceView, viewService } from '../../core/service.ts'
import { asFields, type Fields } from '../../core/shape.ts'
import type { Evidence } from '../evidence.ts'
import type { AdmissionRequest } from '../request.ts'
import { isExempt } from '../review.ts'
import { nothingToSay, type PolicyNote, type RestingVerdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import type { Answer, Evaluate, Question } from './evaluator.ts'
import { variablesFor } from './variables.ts'

/** One validation of one policy, and its answer for the Service. */
interface Case {
  readonly policy: Policy
  readonly validation: Validation
  readonly answer: Answer
}

const silence: RestingVerdict = { ...nothingToSay, evidence: [] }
const longestMessage = 512
const unasked: Answer = { ok: false, error: { type: 'late', message: 'nobody has evaluated it' } }

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

/** The part of the validating call for a Service that needs an evaluator. Never throws, whatever the objects hold. */
export async function judgeByPolicies(request: AdmissionRequest, world: World, evaluate: Evaluate): Promise<RestingVerdict> {
  const mode = world.namespaceOf(request.namespace).admission ?? world.serviceAdmission
  const asked = isExempt(request) || mode === 'off' ? [] : validationsFor(request.object, request, world)
  if (asked.length === 0) return silence
  const ask = (cases: readonly Question[], object?: Fields): Promise<readonly Answer[]> => {
    const sources = cases.map(({ source }) => source)
    return cases.length === 0 ? Promise.resolve([]) : evaluate(cases, variablesFor(request, world, sources, object))
  }
  const answers = await ask(asked.map(expressionOf))
  const open = asked.flatMap((each, index): readonly Case[] => {
    const answer = answers[index] ?? unasked
    return answer.ok && answer.value === true ? [] : [{ ...each, answer }]
  })
  if (open.length === 0) return silence
  const messages = await messagesOf(open, ask)
  const old = mode === 'enforce' ? await wrongBefore(open, request, world, ask) : new Set(open)
  return verdictOn(open, messages, { old, request })
}

/** What concerns the Service as it is in `object`; nothing when that is no LoadBalancer of ours. */
function validationsFor(object: Fields | undefined, request: AdmissionRequest, world: World): readonly Omit<Case, 'answer'>[] {
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

function expressionOf({ validation }: Pick<Case, 'validation'>): Question {
  return { source: validation.expression, expects: 'bool' }
}

/** What the author of the Service is told, where the expression was false. */
async function messagesOf(
  open: readonly Case[],
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): Promise<ReadonlyMap<Case, string>> {
  const written = open.flatMap((each) => {
    const source = each.answer.ok ? each.validation.messageExpression : undefined
    return source === undefined ? [] : [{ each, question: { source, expects: 'string' } as const }]
  })
  const answers = await ask(written.map(({ question }) => question))
  return new Map(
    written.flatMap(({ each }, index) => {
      const answer = answers[index]
      const text = answer?.ok === true ? oneLine(String(answer.value)) : ''
      return text === '' ? [] : [[each, text] as const]
    }),
  )
}

/** Ratcheting: who would be refused for the Service as it was, if nothing at all were changed, is not refused for it now. */
async function wrongBefore(
  open: readonly Case[],
  request: AdmissionRequest,
  world: World,
  ask: (questions: readonly Question[], object?: Fields) => Promise<readonly Answer[]>,
): Promise<ReadonlySet<Case>> {
  const concerned = new Set(validationsFor(request.oldObject, request, world).map(({ validation }) => validation))
  const before = open.filter(({ validation }) => validation.action === 'Deny' && concerned.has(validation))
  const answers = await ask(before.map(expressionOf), request.oldObject)
  return new Set(before.filter((_, index) => answers[index]?.ok !== true || answers[index].value !== true))
}

function verdictOn(
  open: readonly Case[],
  messages: ReadonlyMap<Case, string>,
  { old, request }: { readonly old: ReadonlySet<Case>; readonly request: AdmissionRequest },
): RestingVerdict {
  const problems: Problem[] = []
  const warnings: string[] = []
  const notes: PolicyNote[] = []
  const evidence: Evidence[] = []
  for (const each of open) {
    const { policy, validation, answer } = each
    const failure = answer.ok ? undefined : answer.error
    const told = messages.get(each) ?? toldBy(validation)
    const found = describe(each, told)
    const note = { policy: policy.name, validation: nameOf(validation), message: failure?.message ?? told }
    if (failure !== undefined) notes.push({ ...note, type: failure.type })
    if (validation.action === 'Audit') notes.push({ ...note, type: 'audited' })
    else if (validation.action === 'Warn' || failure?.type === 'late' || old.has(each)) warnings.push(warningText(found))
    else {
      problems.push(found)
      evidence.push({ kind: 'namespace', name: request.namespace }, { kind: 'policies' }, ...evidenceOf(validation, request.namespace))
    }
  }
  return { ...nothingToSay, problems, warnings, evidence, notes }
}

function describe({ policy, validation, answer }: Case, told: string): Problem {
  const from = `AllocationPolicy "${policy.name}", ${nameOf(validation)}`
  const say = (code: ProblemCode, text: string): Problem => problem(code, 'spec', text)
  if (answer.ok) return say('PolicyViolated', `${told} (${from})`)
  if (answer.error.type === 'late') return say('PolicyNotEvaluated', `${from}, was not evaluated in time, so it does not count`)
  return say('PolicyNotEvaluated', `${from}, cannot be evaluated: ${answer.error.message}; tell whoever owns the policy`)
}

function toldBy({ message = '', expression }: Validation): string {
  const text = oneLine(message)
  return text === '' ? `${quote(oneLine(expression))} is not true` : text
}

function nameOf({ name, index }: Validation): string {
  return name === undefined ? `validations[${index}]` : `validation ${quote(name)}`
}

/** What of the cluster its answer rests on. */
function evidenceOf({ expression }: Validation, namespace: string): readonly Evidence[] {
  return [
    ...(expression.includes('pools') ? ([{ kind: 'pools' }, { kind: 'services' }] as const) : []),
    ...(expression.includes('usage') ? ([{ kind: 'servicesIn', namespace }] as const) : []),
  ]
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, longestMessage)
}
