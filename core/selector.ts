// Label selectors, compiled once: the rules of Kubernetes' labels package.
import type { LabelSelector } from '../schemas/object-meta.ts'
import { jsonOf } from './quote.ts'
import { fail, ok, type Result } from './result.ts'
import { asFields, asList, asText, kindOf } from './shape.ts'

export type Labels = Readonly<Record<string, string>>

export interface Selector {
  /** The same text for selectors that say the same, whatever their order. */
  readonly canonical: string
  matches(labels: Labels): boolean
}

export interface SelectorError {
  /** Relative to the selector, e.g. `matchExpressions[0].operator`; empty for the selector itself. */
  readonly field: string
  readonly message: string
}

interface Requirement {
  readonly text: string
  holds(labels: Labels): boolean
}

const namePattern = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)$/
const subdomainPattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

/** An empty selector matches everything, as in Kubernetes. */
export function compileSelector(selector: LabelSelector): Result<Selector, readonly SelectorError[]> {
  const errors: SelectorError[] = []
  const requirements: Requirement[] = []
  const fields = asFields(selector)
  if (fields === undefined) return fail([{ field: '', message: `a selector is an object, not ${kindOf(selector)}` }])
  for (const [key, value] of Object.entries(asFields(fields['matchLabels']) ?? {})) {
    const wrong = checkKey(key) ?? checkValue(value)
    if (wrong !== undefined) errors.push({ field: `matchLabels[${key}]`, message: wrong })
    else requirements.push(oneOf(key, [String(value)]))
  }
  for (const [index, expression] of asList(fields['matchExpressions']).entries()) {
    const requirement = compileExpression(expression, `matchExpressions[${index}]`)
    if (!requirement.ok) errors.push(requirement.error)
    else requirements.push(requirement.value)
  }
  if (errors.length > 0) return fail(errors)
  const canonical = requirements
    .map((requirement) => requirement.text)
    .toSorted()
    .join(',')
  return ok({ canonical, matches: (labels) => requirements.every((requirement) => requirement.holds(labels)) })
}

function compileExpression(expression: unknown, path: string): Result<Requirement, SelectorError> {
  const fields = asFields(expression)
  if (fields === undefined) return fail({ field: path, message: `an expression is an object, not ${kindOf(expression)}` })
  const key = asText(fields['key']) ?? ''
  const wrongKey = checkKey(key)
  if (wrongKey !== undefined) return fail({ field: `${path}.key`, message: wrongKey })
  const values = asList(fields['values'])
  const operator = fields['operator']
  switch (operator) {
    case 'In':
    case 'NotIn': {
      if (values.length === 0) return fail({ field: `${path}.values`, message: `operator ${operator} needs at least one value` })
      const wrong = values.map(checkValue).find((message) => message !== undefined)
      if (wrong !== undefined) return fail({ field: `${path}.values`, message: wrong })
      const texts = values.map(String)
      const included = oneOf(key, texts)
      return ok(operator === 'In' ? included : { text: `!(${included.text})`, holds: (labels) => !included.holds(labels) })
    }
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) return fail({ field: `${path}.values`, message: `operator ${operator} takes no values` })
      return ok(
        operator === 'Exists'
          ? { text: key, holds: (labels) => Object.hasOwn(labels, key) }
          : { text: `!${key}`, holds: (labels) => !Object.hasOwn(labels, key) },
      )
    default:
      return fail({
        field: `${path}.operator`,
        message: `operator ${operator === undefined ? 'is missing and' : jsonOf(operator)} is none of In, NotIn, Exists, DoesNotExist`,
      })
  }
}

function oneOf(key: string, values: readonly string[]): Requirement {
  const wanted = new Set(values)
  const text = `${key} in (${[...wanted].toSorted().join('|')})`
  return {
    text,
    holds: (labels) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined
      return value !== undefined && wanted.has(value)
    },
  }
}

function checkKey(key: string): string | undefined {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  const prefix = key.slice(0, Math.max(slash, 0))
  if (slash >= 0 && (prefix.length > 253 || !subdomainPattern.test(prefix))) return `label key "${key}" has a prefix that is not a DNS name`
  if (name.length > 63 || !namePattern.test(name)) {
    return `label key "${key}" is not a label name (at most 63 letters, digits, "-", "_", ".", beginning and ending with a letter or digit)`
  }
  return undefined
}

function checkValue(value: unknown): string | undefined {
  if (typeof value !== 'string') return `a label value is a string, not ${kindOf(value)}`
  if (value !== '' && (value.length > 63 || !namePattern.test(value))) {
    return `label value "${value}" is not valid (at most 63 letters, digits, "-", "_", ".", beginning and ending with a letter or digit)`
  }
  return undefined
}
