import type { BFDProfile } from '../../schemas/generated/types.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { asFields, asText, type Fields } from '../shape.ts'

/** Intervals in milliseconds, as the object has them. */
export interface BfdProfile {
  readonly name: string
  readonly receiveInterval: number
  readonly transmitInterval: number
  readonly detectMultiplier: number
  readonly echoInterval: number
  readonly isEcho: boolean
  readonly isPassive: boolean
  /** Counts for a router that is several hops away, and for no other. */
  readonly minimumTtl: number
}

/** `[smallest, largest, when it is left out]`; the last are those of FRR, which MetalLB leaves the choice to. */
const numbers = {
  receiveInterval: [10, 60_000, 300],
  transmitInterval: [10, 60_000, 300],
  detectMultiplier: [2, 255, 3],
  echoInterval: [10, 60_000, 50],
  minimumTtl: [1, 254, 254],
} as const

/** Never throws, whatever the object holds; `spec` may be absent. A profile with a problem is absent. */
export function compileBfdProfile(object: BFDProfile): { readonly profile?: BfdProfile; readonly problems: readonly Problem[] } {
  const root: Fields = asFields(object) ?? {}
  const name = asText(asFields(root['metadata'])?.['name']) ?? ''
  const spec = asFields(root['spec']) ?? {}
  const problems: Problem[] = []
  const number = (field: keyof typeof numbers): number => {
    const [smallest, largest, usual] = numbers[field]
    const value = spec[field] ?? usual
    if (typeof value === 'number' && Number.isInteger(value) && value >= smallest && value <= largest) return value
    const message = `${field} ${quote(value)} of BFDProfile "${name}" is not a whole number from ${smallest} to ${largest}`
    problems.push(problem('OutOfBounds', `spec.${field}`, message))
    return usual
  }
  const profile: BfdProfile = {
    name,
    receiveInterval: number('receiveInterval'),
    transmitInterval: number('transmitInterval'),
    detectMultiplier: number('detectMultiplier'),
    echoInterval: number('echoInterval'),
    isEcho: spec['echoMode'] === true,
    isPassive: spec['passiveMode'] === true,
    minimumTtl: number('minimumTtl'),
  }
  return problems.length > 0 ? { problems } : { profile, problems }
}
