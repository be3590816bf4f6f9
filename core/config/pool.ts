// IPAddressPool objects compiled: ranges parsed, selectors ready, every problem found at once.
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { annotations } from '../annotations.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { type ParsedRange, parseRange } from '../range.ts'
import type { Labels } from '../selector.ts'
import { asFields, asText, asTexts, type Fields, kindOf } from '../shape.ts'
import { compilePoolOptions, type PoolOptions } from './pool-options.ts'
import { compileScope, type Scope } from './scope.ts'

export interface PoolRange extends ParsedRange {
  /** Position in `spec.addresses`, counting entries that could not be read too. */
  readonly index: number
}

export interface ServiceAllocation extends Scope {
  /** 0 when unset, which is last under both meanings of priority. */
  readonly priority: number
}

export interface Pool extends PoolOptions {
  readonly name: string
  /** In listed order: the order in which addresses are handed out. */
  readonly ranges: readonly PoolRange[]
  readonly autoAssign: boolean
  readonly avoidBuggyIPs: boolean
  readonly allocation?: ServiceAllocation
  readonly isDefault: boolean
  /** The pool has a problem with its spec: who holds its addresses keeps them, nothing new is handed out. */
  readonly frozen: boolean
  /** RFC 3339; absent in an object that the API server has not stored yet. */
  readonly createdAt?: string
  readonly labels: Labels
}

export interface CompiledPool {
  /** Of an object that the API server has still to name: its generateName. */
  readonly name: string
  /** Absent when no address of it could be read. */
  readonly pool?: Pool
  readonly problems: readonly Problem[]
  /** Legal, but perhaps not what was meant. */
  readonly warnings: readonly Problem[]
}

/** Objects never change, they are replaced: what one means is found out once, however many others change beside it. */
const compiled = new WeakMap<IPAddressPool, CompiledPool>()

/** Everything that can be said about one pool alone. Never throws, whatever the object holds. */
export function compilePool(object: IPAddressPool): CompiledPool {
  const known = compiled.get(object)
  if (known !== undefined) return known
  const fresh = compileAnew(object)
  if (asFields(object) !== undefined) compiled.set(object, fresh)
  return fresh
}

function compileAnew(object: IPAddressPool): CompiledPool {
  const root: Fields = asFields(object) ?? {}
  const metadata = asFields(root['metadata']) ?? {}
  const name = asText(metadata['name']) ?? asText(metadata['generateName']) ?? ''
  const spec = asFields(root['spec']) ?? {}
  const owner = `pool "${name}"`
  const addresses = compileAddresses(spec['addresses'], owner)
  const allocation = compileAllocation(spec['serviceAllocation'], owner)
  const texts = asTexts(metadata['annotations'])
  const { options, problems: optionProblems } = compilePoolOptions(texts, owner)
  const specProblems = [...addresses.problems, ...allocation.problems]
  const problems = [...specProblems, ...optionProblems]
  if (addresses.ranges.length === 0) return { name, problems, warnings: addresses.warnings }
  const createdAt = asText(metadata['creationTimestamp'])
  const pool: Pool = {
    name,
    ranges: addresses.ranges,
    autoAssign: spec['autoAssign'] !== false,
    avoidBuggyIPs: spec['avoidBuggyIPs'] === true,
    ...(allocation.value === undefined ? {} : { allocation: allocation.value }),
    isDefault: texts[annotations.isDefaultPool] === 'true',
    frozen: specProblems.length > 0,
    ...options,
    ...(createdAt === undefined ? {} : { createdAt }),
    labels: asTexts(metadata['labels']),
  }
  return { name, pool, problems, warnings: addresses.warnings }
}

interface CompiledAddresses {
  readonly ranges: readonly PoolRange[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

function compileAddresses(list: unknown, owner: string): CompiledAddresses {
  const field = 'spec.addresses'
  const ranges: PoolRange[] = []
  const problems: Problem[] = []
  const warnings: Problem[] = []
  if (list !== undefined && !Array.isArray(list)) {
    problems.push(
      problem(
        'WrongType',
        field,
        `the addresses of ${owner} are a list of ranges, not ${kindOf(list)}; write each range as an entry of a list`,
      ),
    )
    return { ranges, problems, warnings }
  }
  const entries: readonly unknown[] = list ?? []
  if (entries.length === 0) {
    problems.push(
      problem(
        'PoolWithoutAddresses',
        field,
        `${owner} has no addresses; list at least one CIDR (192.168.1.0/24) or range (192.168.1.10-192.168.1.20)`,
      ),
    )
  }
  for (const [index, entry] of entries.entries()) {
    const path = `${field}[${index}]`
    if (typeof entry !== 'string') {
      problems.push(problem('WrongType', path, `${quote(entry)} in ${owner} is ${kindOf(entry)}, not a text; write the range in quotes`))
      continue
    }
    const range = parseRange(entry)
    if (!range.ok) {
      problems.push(problem(range.error.code, path, `invalid CIDR ${quote(entry)} in ${owner}: ${range.error.message}`, entry))
      continue
    }
    ranges.push({ ...range.value, index })
    if (range.value.hostBitsSet) {
      warnings.push(
        problem(
          'RangeHostBits',
          path,
          `CIDR ${quote(entry)} in ${owner} has host bits set and means all of ${range.value.canonical}; write that, or a range`,
          entry,
        ),
      )
    }
  }
  return { ranges, problems, warnings }
}

function compileAllocation(value: unknown, owner: string): { readonly value?: ServiceAllocation; readonly problems: readonly Problem[] } {
  const fields = asFields(value)
  if (fields === undefined) return { problems: [] }
  const { scope, problems } = compileScope(fields, 'spec.serviceAllocation', owner)
  const priority = fields['priority']
  return { value: { ...scope, priority: typeof priority === 'number' || typeof priority === 'bigint' ? Number(priority) : 0 }, problems }
}
