// AllocationPolicy objects compiled: whom each is about, what it validates, its quota and its default pool. CEL is compiled by who evaluates it.
import type { AllocationPolicy } from '../../schemas/generated/types.ts'
import type { Family } from '../address.ts'
import type { NamespaceView } from '../namespace.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import type { ServiceView } from '../service.ts'
import { asFields, asList, asText, type Fields } from '../shape.ts'
import { compileScope, coversLabels, coversNamespace, type Scope } from './scope.ts'

export const policyActions = ['Deny', 'Warn', 'Audit'] as const
export type PolicyAction = (typeof policyActions)[number]

export interface Validation {
  /** Position in `spec.validations`. */
  readonly index: number
  readonly name?: string
  /** CEL that gives a bool. */
  readonly expression: string
  readonly message?: string
  /** CEL that gives a string. */
  readonly messageExpression?: string
  readonly action: PolicyAction
}

export interface Policy {
  readonly name: string
  readonly scope: Scope
  readonly validations: readonly Validation[]
  /** Distinct addresses of each namespace in scope; a family that is absent is not limited. */
  readonly quota: Readonly<Partial<Record<Family, number>>>
  readonly defaultPool?: string
}

export interface CompiledPolicy {
  /** Absent while it is unclear whom the policy is about. */
  readonly policy?: Policy
  readonly problems: readonly Problem[]
}

/** Everything that can be said about one policy alone but for its CEL. Never throws, whatever the object holds. */
export function compilePolicy(object: AllocationPolicy): CompiledPolicy {
  const root: Fields = asFields(object) ?? {}
  const metadata = asFields(root['metadata']) ?? {}
  const name = asText(metadata['name']) ?? asText(metadata['generateName']) ?? ''
  const spec = asFields(root['spec']) ?? {}
  const owner = `policy "${name}"`
  const { scope, problems: scopeProblems } = compileScope(spec, 'spec', owner)
  const validations = readValidations(spec['validations'])
  const quota = readQuota(spec['quota'])
  const problems = [
    ...scopeProblems,
    ...quotaOfNothing(spec['quota'], quota, owner),
    ...quotaOfSome(quota, scope, owner),
    ...repeatedNames(validations, owner),
  ]
  if (problems.some(({ code }) => code !== 'DuplicateEntry')) return { problems }
  const defaultPool = asText(spec['defaultPool']) ?? ''
  return { policy: { name, scope, validations, quota, ...(defaultPool === '' ? {} : { defaultPool }) }, problems }
}

/** Those that can be used, by name: where one has to be chosen, it is the first. */
export function compilePolicies(objects: readonly AllocationPolicy[]): readonly Policy[] {
  return objects.flatMap((object) => compilePolicy(object).policy ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

export function isAbout({ scope }: Policy, service: ServiceView, namespace: NamespaceView): boolean {
  return coversNamespace(scope, namespace) && coversLabels(scope, service.labels)
}

function readValidations(list: unknown): readonly Validation[] {
  return asList(list).flatMap((entry, index) => {
    const fields = asFields(entry) ?? {}
    const expression = asText(fields['expression'])
    if (expression === undefined) return []
    const texts = ['name', 'message', 'messageExpression'].flatMap((key) => {
      const text = asText(fields[key])
      return text === undefined ? [] : [[key, text]]
    })
    const action = policyActions.find((known) => known === fields['action']) ?? 'Deny'
    return [{ index, expression, action, ...(Object.fromEntries(texts) as Pick<Validation, 'name' | 'message' | 'messageExpression'>) }]
  })
}

function readQuota(value: unknown): Policy['quota'] {
  const addresses = asFields(asFields(value)?.['addresses']) ?? {}
  const limits = [['IPv4', addresses['ipv4']] as const, ['IPv6', addresses['ipv6']] as const]
  return Object.fromEntries(limits.flatMap(([family, limit]) => (isCount(limit) ? [[family, Number(limit)]] : [])))
}

function isCount(value: unknown): value is number | bigint {
  return (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) && value >= 0
}

function quotaOfNothing(written: unknown, quota: Policy['quota'], owner: string): readonly Problem[] {
  const addresses = asFields(asFields(written)?.['addresses'])
  if (addresses === undefined || Object.keys(addresses).length > 0 || Object.keys(quota).length > 0) return []
  const message = `the quota of ${owner} limits nothing: it needs ipv4, ipv6 or both`
  return [problem('MissingField', 'spec.quota.addresses', message)]
}

/** The addresses of a namespace are counted whole. */
function quotaOfSome(quota: Policy['quota'], { serviceSelectors }: Scope, owner: string): readonly Problem[] {
  if (Object.keys(quota).length === 0 || serviceSelectors.length === 0) return []
  const message = `${owner} has a quota, which counts every Service of a namespace, and serviceSelectors, which choose some; write two policies`
  return [problem('Contradiction', 'spec.serviceSelectors', message)]
}

function repeatedNames(validations: readonly Validation[], owner: string): readonly Problem[] {
  const seen = new Map<string, number>()
  return validations.flatMap(({ index, name }) => {
    const earlier = name === undefined ? undefined : seen.get(name)
    if (name === undefined) return []
    if (earlier === undefined) {
      seen.set(name, index)
      return []
    }
    const message = `duplicate name ${quote(name)} in spec.validations of ${owner}: entry ${earlier} has it too; rename one of them`
    return [problem('DuplicateEntry', `spec.validations[${index}].name`, message, name)]
  })
}
