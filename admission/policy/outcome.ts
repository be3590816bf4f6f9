// What follows when an expression of a policy is not true for a Service.
import type { Policy, Validation } from '../../core/config/policy.ts'
import { type Problem, type ProblemCode, problem } from '../../core/problem.ts'
import { quote } from '../../core/quote.ts'
import type { Evidence } from '../evidence.ts'
import { nothingToSay, type PolicyNote, type RestingVerdict, warningText } from '../verdict.ts'
import type { Answer } from './evaluator.ts'

/** One validation of one policy, and its answer for the Service, which is not true. */
export interface OpenCase {
  readonly policy: Policy
  readonly validation: Validation
  readonly answer: Answer
}

const longestMessage = 512

/**
 * Refusals, warnings and notes.
 *
 * @param messages what their messageExpressions gave
 * @param spared those that may only warn
 */
export function verdictOn(
  open: readonly OpenCase[],
  messages: ReadonlyMap<OpenCase, string>,
  { spared, namespace }: { readonly spared: ReadonlySet<OpenCase>; readonly namespace: string },
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
    else if (validation.action === 'Warn' || failure?.type === 'late' || spared.has(each)) warnings.push(warningText(found))
    else {
      problems.push(found)
      evidence.push({ kind: 'namespace', name: namespace }, { kind: 'policies' }, ...evidenceOf(validation, namespace))
    }
  }
  return { ...nothingToSay, problems, warnings, evidence, notes }
}

function describe({ policy, validation, answer }: OpenCase, told: string): Problem {
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

/** Of a text of any size and shape. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, longestMessage)
}
