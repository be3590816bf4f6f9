// All pools together: what one alone cannot show (overlaps, a second default).
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { formatAddress, sameAddress } from '../address.ts'
import { byAge } from '../age.ts'
import { annotations } from '../annotations.ts'
import { findLatecomers, findOverlaps, type Overlap } from '../overlap.ts'
import { type Problem, problem } from '../problem.ts'
import { OverlappingRanges } from '../range-index.ts'
import { type CompiledPool, compilePool, type Pool, type PoolRange } from './pool.ts'

/** What is said of one pool among others. */
export interface ReviewedPool {
  /** Absent when no address of it could be read. */
  readonly pool?: Pool
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

export interface CompiledPools {
  /** By name. The younger of two overlapping pools is frozen; of several default pools only the oldest stays default. */
  readonly pools: readonly Pool[]
  /** By pool name; pools without problems have no entry. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>
  readonly warnings: ReadonlyMap<string, readonly Problem[]>
  /** What `compilePools` would say of a pool in place of the one with its name: that costs a look at the pools that it meets, not at all of them. */
  review(object: IPAddressPool): ReviewedPool
}

/** The single rules of every pool, then the rules between them; both sides of a conflict get a problem, each from its own view. */
export function compilePools(objects: readonly IPAddressPool[]): CompiledPools {
  const compiled = objects.map(compilePool)
  const warnings = new Map(compiled.flatMap((each) => (each.warnings.length === 0 ? [] : [[each.name, each.warnings]])))
  const parsed = compiled.flatMap(({ pool }) => pool ?? [])
  const { problems, frozen, chosen } = judge(compiled, parsed)
  const pools = parsed.map((pool) => settled(pool, frozen, chosen)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  let rivals: Rivals | undefined
  return {
    pools,
    problems,
    warnings,
    review(object) {
      rivals ??= new Rivals(parsed)
      return reviewAmong(compilePool(object), rivals)
    },
  }
}

/** Pools as each would be alone. */
class Rivals {
  readonly #defaults: readonly Pool[]
  readonly #claims: OverlappingRanges<Claim>

  constructor(pools: readonly Pool[]) {
    this.#defaults = pools.filter(({ isDefault }) => isDefault)
    this.#claims = new OverlappingRanges(pools.flatMap((pool) => pool.ranges.map((range) => ({ pool, range }))))
  }

  /** Those with which it may be in conflict. */
  of(pool: Pool): readonly Pool[] {
    const met = pool.ranges.flatMap((range) => this.#claims.meeting(range).map((claim) => claim.pool))
    return [...new Set([...met, ...(pool.isDefault ? this.#defaults : [])])].filter(({ name }) => name !== pool.name)
  }
}

function reviewAmong(compiled: CompiledPool, rivals: Rivals): ReviewedPool {
  const { name, pool, warnings } = compiled
  const { problems, frozen, chosen } = judge([compiled], pool === undefined ? [] : [...rivals.of(pool), pool], name)
  return { problems: problems.get(name) ?? [], warnings, ...(pool === undefined ? {} : { pool: settled(pool, frozen, chosen) }) }
}

interface Judgement {
  readonly problems: ReadonlyMap<string, readonly Problem[]>
  /** Names of pools that share an address with an older one. */
  readonly frozen: ReadonlySet<string>
  readonly chosen: Pool | undefined
}

/** @param about the one pool whose conflicts count; all when absent */
function judge(compiled: readonly CompiledPool[], pools: readonly Pool[], about?: string): Judgement {
  const problems = new Map<string, Problem[]>()
  const report = (pool: string, found: readonly Problem[]): void => {
    if (found.length > 0) problems.set(pool, [...(problems.get(pool) ?? []), ...found])
  }
  for (const each of compiled) report(each.name, each.problems)
  const oldestFirst = pools.toSorted(byAge)
  const claims = oldestFirst.flatMap(claimsOf)
  for (const overlap of findOverlaps(claims, { concerns: ({ pool }) => about === undefined || pool.name === about })) {
    const { a, b } = overlap
    if (a.pool.name === b.pool.name) report(a.pool.name, [overlapInside(overlap)])
    else {
      report(a.pool.name, [overlapBetween(a, b, overlap)])
      report(b.pool.name, [overlapBetween(b, a, overlap)])
    }
  }
  const [chosen, ...others] = oldestFirst.filter((pool) => pool.isDefault)
  for (const other of others) if (chosen !== undefined) report(other.name, [secondDefault(other, chosen)])
  return { problems, chosen, frozen: new Set([...findLatecomers(claims)].map(({ pool }) => pool.name)) }
}

/** The very pool when nothing of it changes, so that whoever holds it sees that. */
function settled(pool: Pool, frozenNames: ReadonlySet<string>, chosen: Pool | undefined): Pool {
  const [frozen, isDefault] = [pool.frozen || frozenNames.has(pool.name), pool === chosen]
  return pool.frozen === frozen && pool.isDefault === isDefault ? pool : { ...pool, frozen, isDefault }
}

interface Claim {
  readonly pool: Pool
  readonly range: PoolRange
}

function claimsOf(pool: Pool): readonly { readonly range: PoolRange; readonly owner: Claim }[] {
  return pool.ranges.map((range) => ({ range, owner: { pool, range } }))
}

function sharedSpan({ from, to }: Overlap<Claim>): string {
  return sameAddress(from, to) ? `both hold ${formatAddress(from)}` : `both hold ${formatAddress(from)} to ${formatAddress(to)}`
}

function overlapBetween(mine: Claim, other: Claim, overlap: Overlap<Claim>): Problem {
  const what = `CIDR "${mine.range.text}" in pool "${mine.pool.name}" overlaps with already defined CIDR "${other.range.text}" in pool "${other.pool.name}"`
  const fix = `to change what pool "${other.pool.name}" hands out, edit the addresses of pool "${other.pool.name}" instead of defining a second pool, or choose other addresses here`
  return problem('PoolOverlap', `spec.addresses[${mine.range.index}]`, `${what}: ${sharedSpan(overlap)}; ${fix}`, mine.range.text)
}

function overlapInside(overlap: Overlap<Claim>): Problem {
  const { a, b } = overlap
  const what = `CIDR "${b.range.text}" in pool "${b.pool.name}" overlaps with CIDR "${a.range.text}" in the same pool`
  return problem(
    'RangeOverlap',
    `spec.addresses[${b.range.index}]`,
    `${what} (spec.addresses[${a.range.index}]): ${sharedSpan(overlap)}; remove or shorten one of them`,
    b.range.text,
  )
}

function secondDefault(other: Pool, chosen: Pool): Problem {
  return problem(
    'SecondDefaultPool',
    `metadata.annotations[${annotations.isDefaultPool}]`,
    `pool "${other.name}" cannot be the default pool: pool "${chosen.name}" already is; remove the annotation ${annotations.isDefaultPool} from pool "${chosen.name}" first`,
    'true',
  )
}
