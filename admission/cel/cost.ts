// What an expression can cost at most, in steps of the evaluator: every loop runs over the longest list, every string is as long as it may be.
import { unreachable } from '../../core/unreachable.ts'
import { overloadsOf, readingCost } from './dispatch.ts'
import { type Extent, larger, scalar, total, weight } from './extent.ts'
import { mostInRange } from './functions/lists.ts'
import { compileCost, compilePattern, largestProgram, searchCost } from './functions/regex.ts'
import { patternArgument } from './literals.ts'
import { parseSignature } from './signature.ts'
import type { Node } from './syntax.ts'
import { isList, isMap, type Value } from './values.ts'

export interface Estimate {
  /** In steps. */
  readonly cost: number
  readonly extent: Extent
}

type Call = Extract<Node, { readonly type: 'call' }>
type MacroNode = Extract<Node, { readonly type: 'macro' }>

/** Of what is not known: a `dyn` field, as a Service's targetPort. */
const unknown: Extent = { size: 64 }

export class CostEstimator {
  readonly #variables: Readonly<Record<string, Extent>>
  readonly #locals: Extent[] = []

  constructor(variables: Readonly<Record<string, Extent>>) {
    this.#variables = variables
  }

  estimate(node: Node): Estimate {
    const { cost, extent } = this.#inner(node)
    return { cost: cost + 1, extent }
  }

  #inner(node: Node): Estimate {
    switch (node.type) {
      case 'literal':
        return { cost: 0, extent: extentOf(node.value) }
      case 'variable': {
        const extent = this.#variables[node.name] ?? unknown
        return { cost: conversionCost(extent), extent }
      }
      case 'local':
        return { cost: 0, extent: this.#locals[node.index] ?? unknown }
      case 'select':
      case 'has':
      case 'index':
        return this.#part(node)
      case 'call':
        return this.#call(node)
      case 'and':
      case 'or':
        return { cost: this.#sum([node.left, node.right]), extent: scalar }
      case 'conditional':
        return this.#conditional(node)
      case 'list':
        return this.#list(node.items)
      case 'map':
        return this.#map(node.entries)
      case 'macro':
        return this.#macro(node)
      case 'bind': {
        const value = this.estimate(node.value)
        const body = this.#within(node.local, value.extent, node.body)
        return { cost: value.cost + body.cost, extent: body.extent }
      }
      default:
        return unreachable(node)
    }
  }

  #part(node: Extract<Node, { readonly type: 'select' | 'has' | 'index' }>): Estimate {
    const { cost, extent } = this.estimate(node.operand)
    if (node.type === 'has') return { cost, extent: scalar }
    const found = (node.type === 'select' ? extent.fields?.[node.field] : undefined) ?? extent.item ?? unknown
    const key = node.type === 'index' ? this.estimate(node.key).cost : 0
    return { cost: cost + key + conversionCost(found), extent: found }
  }

  #conditional(node: Extract<Node, { readonly type: 'conditional' }>): Estimate {
    const [whenTrue, whenFalse] = [this.estimate(node.whenTrue), this.estimate(node.whenFalse)]
    const cost = this.estimate(node.condition).cost + Math.max(whenTrue.cost, whenFalse.cost)
    return { cost, extent: larger(whenTrue.extent, whenFalse.extent) }
  }

  #list(nodes: readonly Node[]): Estimate {
    const items = nodes.map((item) => this.estimate(item))
    return { cost: sumOf(items), extent: { size: items.length, item: largestOf(items) } }
  }

  #map(nodes: readonly (readonly [Node, Node])[]): Estimate {
    const keys = nodes.map(([key]) => this.estimate(key))
    const values = nodes.map(([, value]) => this.estimate(value))
    return { cost: sumOf([...keys, ...values]), extent: { size: nodes.length, key: largestOf(keys), item: largestOf(values) } }
  }

  #sum(nodes: readonly Node[]): number {
    return sumOf(nodes.map((node) => this.estimate(node)))
  }

  #within(local: number, extent: Extent, body: Node): Estimate {
    this.#locals[local] = extent
    return this.estimate(body)
  }

  #macro(node: MacroNode): Estimate {
    const range = this.estimate(node.range)
    const isOptional = node.macro === 'optMap' || node.macro === 'optFlatMap'
    const item = isOptional ? range.extent : (range.extent.key ?? range.extent.item ?? unknown)
    if (node.second !== undefined) this.#locals[node.second] = range.extent.item ?? unknown
    const filter = node.filter === undefined ? 0 : this.#within(node.local, item, node.filter).cost
    const body = this.#within(node.local, item, node.body)
    const items = isOptional ? 1 : range.extent.size
    const extents = {
      transformMap: { size: items, key: item, item: body.extent },
      map: { size: items, item: body.extent },
      filter: { size: items, item },
      optMap: body.extent,
      optFlatMap: body.extent,
    }
    return {
      cost: range.cost + items * (filter + body.cost),
      extent: node.macro in extents ? extents[node.macro as keyof typeof extents] : scalar,
    }
  }

  #call(node: Call): Estimate {
    const args = node.args.map((arg) => this.estimate(arg))
    const [first] = node.args
    if (node.name === 'lists.range') return rangeEstimate(first, sumOf(args))
    const extents = args.map(({ extent }) => extent)
    const { cost, extent } = operatorEstimate(node.name, extents) ?? functionEstimate(node, extents)
    return { cost: sumOf(args) + cost, extent }
  }
}

/** `lists.range(n)`: known when n is written out. */
function rangeEstimate(count: Node | undefined, argsCost: number): Estimate {
  const size = count?.type === 'literal' && typeof count.value === 'bigint' ? Number(count.value) : mostInRange
  return { cost: argsCost + 2 * size, extent: { size, item: scalar } }
}

function sumOf(estimates: readonly Estimate[]): number {
  return estimates.reduce((sum, { cost }) => sum + cost, 0)
}

function largestOf(estimates: readonly Estimate[]): Extent {
  return estimates.map(({ extent }) => extent).reduce(larger, scalar)
}

function extentOf(value: Value): Extent {
  if (typeof value === 'string' || value instanceof Uint8Array) return { size: value.length }
  if (isList(value)) return { size: value.length, item: value.map(extentOf).reduce(larger, scalar) }
  return value !== null && isMap(value) ? unknown : scalar
}

/** A list of JSON is converted item by item whenever it is read. */
function conversionCost({ size, item, key }: Extent): number {
  return item !== undefined && key === undefined ? size : 0
}

/** Comparing goes through the smaller of the two. */
function comparison(a: Extent, b: Extent): number {
  return Math.min(weight(a), weight(b))
}

function operatorEstimate(sign: string, [a = scalar, b = scalar]: readonly Extent[]): Estimate | undefined {
  switch (sign) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { cost: comparison(a, b), extent: scalar }
    case 'in':
      return { cost: b.key === undefined ? b.size * (1 + comparison(a, b.item ?? unknown)) : 0, extent: scalar }
    case '+':
      return { cost: a.size + b.size, extent: { ...larger(a, b), size: a.size + b.size } }
    case '-':
    case '*':
    case '/':
    case '%':
    case '!_':
    case '-_':
      return { cost: 0, extent: scalar }
    default:
      return undefined
  }
}

function functionEstimate(node: Call, args: readonly Extent[]): Estimate {
  if (node.hasReceiver && (node.name === 'or' || node.name === 'orValue')) {
    return { cost: 0, extent: args.reduce(larger, scalar) }
  }
  const sizes = args.map(({ size }) => size)
  const items = Math.max(0, ...args.map(({ item }) => (item === undefined ? 0 : weight(item))))
  const overloads = overloadsOf(node.name, node.hasReceiver, args.length)
  // Each comparison of a list's items may go through all of them, and is charged beside the call itself.
  const own = Math.max(0, ...overloads.map(({ bounds }) => bounds.cost?.(sizes) ?? 0)) * (2 + items)
  const extent = overloads
    .map(({ signature, bounds }) => resultOf(parseSignature(signature).returns, args, bounds.size))
    .reduce(larger, scalar)
  const printed = node.name === 'join' || node.name === 'format' ? args.map(total).reduce((sum, size) => sum + size, 0) : extent.size
  return {
    cost: readingCost(sizes) + own + regexCost(node, args) + printed / 5,
    extent: { ...extent, size: Math.max(extent.size, printed) },
  }
}

function resultOf(returns: string, args: readonly Extent[], size: ((sizes: readonly number[]) => number) | undefined): Extent {
  const sizes = args.map((arg) => arg.size)
  const sum = size?.(sizes) ?? sizes.reduce((all, one) => all + one, 0)
  const [first = scalar] = args
  switch (returns.replace(/<.*/, '')) {
    case 'string':
    case 'bytes':
      return { size: sum }
    case 'list':
      return returns === 'list<string>'
        ? { size: sum + 1, item: { size: first.size } }
        : { ...first, size: size === undefined ? flatSize(first) : sum }
    case 'optional':
      return first
    case 'A':
      return first.item ?? first
    case 'dyn':
      return first
    default:
      return scalar
  }
}

/** Of a list whose lists may have been joined into it. */
function flatSize({ size, item }: Extent): number {
  return item?.item === undefined ? size : size * item.size
}

function regexCost(node: Call, args: readonly Extent[]): number {
  const index = patternArgument(node)
  if (index === undefined) return 0
  const pattern = node.args[index]
  const compiled = pattern?.type === 'literal' && typeof pattern.value === 'string' ? compilePattern(pattern.value) : undefined
  const once = searchCost(args[0]?.size ?? 0, compiled?.ok ? compiled.value.programSize() : largestProgram)
  const searches = node.name === 'findAll' ? (args[0]?.size ?? 0) + 1 : 1
  return once * searches + (compiled?.ok ? 0 : compileCost)
}
