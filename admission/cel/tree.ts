// From the library's tree to ours: macros expanded, names resolved, literals as values.
import type { ASTNode } from 'cel-js'
import { ownHas } from './checked-macros.ts'
import { isFunction } from './dispatch.ts'
import { namespaces } from './signature.ts'
import type { Macro, Node } from './syntax.ts'
import { CelType, Uint, type Value } from './values.ts'

/** What the type checker lets pass and is wrong all the same. */
export class Misuse extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** Types that expressions name as values: `type(x) == string`. */
const typeNames = new Set(
  'bool int uint double string bytes list map null_type type optional_type net.IP net.CIDR google.protobuf.Timestamp google.protobuf.Duration'.split(
    ' ',
  ),
)

/** Macros by name and number of arguments. */
const macros: Readonly<Record<string, Macro>> = {
  'all/2': 'all',
  'exists/2': 'exists',
  'exists_one/2': 'exists_one',
  'existsOne/2': 'exists_one',
  'map/2': 'map',
  'map/3': 'map',
  'filter/2': 'filter',
  'all/3': 'all',
  'exists/3': 'exists',
  'exists_one/3': 'exists_one',
  'existsOne/3': 'exists_one',
  'transformList/3': 'map',
  'transformList/4': 'map',
  'transformMap/3': 'transformMap',
  'transformMap/4': 'transformMap',
  'optMap/2': 'optMap',
  'optFlatMap/2': 'optFlatMap',
}

const lastInt = 2n ** 63n - 1n

type Of<Op extends ASTNode['op']> = Extract<ASTNode, { readonly op: Op }>

export class TreeReader {
  readonly #variables: Readonly<Record<string, string>>

  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables
  }

  /** @param locals what the macros around it declare, outermost first */
  read(ast: ASTNode, locals: readonly string[]): Node {
    const at = ast.range.start
    switch (ast.op) {
      case 'value':
        if (ast.args instanceof Uint8Array && !/^[\0-\x7f]*$/.test(ast.input.slice(at, ast.range.end))) {
          throw new Misuse('bytes beyond ASCII are written as \\x00 to \\xff', at)
        }
        return { type: 'literal', value: literal(ast.args, at), at }
      case 'id':
        return this.#name(ast.args, locals, at)
      case '.':
      case '.?':
        return this.#select(ast, locals)
      case '[]':
      case '[?]': {
        const [operand, key] = ast.args
        return {
          type: 'index',
          operand: this.read(operand, locals),
          key: this.read(key, locals),
          isOptional: ast.op === '[?]',
          at: key.range.start,
        }
      }
      case 'call':
        return this.#call(ast, locals)
      case 'rcall':
        return this.#method(ast, locals)
      case 'list':
        return { type: 'list', items: this.#readAll(ast.args, locals), at }
      case 'map':
        return { type: 'map', entries: ast.args.map(([key, value]) => [this.read(key, locals), this.read(value, locals)] as const), at }
      case '?:': {
        const [condition, whenTrue, whenFalse] = ast.args
        return {
          type: 'conditional',
          condition: this.read(condition, locals),
          whenTrue: this.read(whenTrue, locals),
          whenFalse: this.read(whenFalse, locals),
          at,
        }
      }
      case '&&':
      case '||': {
        const [left, right] = ast.args
        return { type: ast.op === '&&' ? 'and' : 'or', left: this.read(left, locals), right: this.read(right, locals), at }
      }
      case '!_':
        return { type: 'call', name: '!_', hasReceiver: false, args: [this.read(ast.args, locals)], at }
      case '-_':
        return this.#negative(ast, locals)
      default:
        return { type: 'call', name: ast.op, hasReceiver: false, args: this.#readAll(ast.args, locals), at }
    }
  }

  #readAll(nodes: readonly ASTNode[], locals: readonly string[]): readonly Node[] {
    return nodes.map((node) => this.read(node, locals))
  }

  #name(name: string, locals: readonly string[], at: number): Node {
    const index = locals.lastIndexOf(name)
    if (index >= 0) return { type: 'local', name, index, at }
    if (!Object.hasOwn(this.#variables, name) && typeNames.has(name)) return { type: 'literal', value: new CelType(name), at }
    return { type: 'variable', name, at }
  }

  /** The lowest int is the one literal whose digits alone are no int. */
  #negative(ast: Of<'-_'>, locals: readonly string[]): Node {
    const { args: operand } = ast
    const at = ast.range.start
    if (operand.op === 'value' && operand.args === lastInt + 1n) return { type: 'literal', value: -operand.args, at }
    return { type: 'call', name: '-_', hasReceiver: false, args: [this.read(operand, locals)], at }
  }

  #select(ast: Of<'.'> | Of<'.?'>, locals: readonly string[]): Node {
    const at = ast.pos
    const path = this.#freePath(ast, locals)
    if (path !== undefined && typeNames.has(path)) return { type: 'literal', value: new CelType(path), at }
    const [operand, field] = ast.args
    return { type: 'select', operand: this.read(operand, locals), field, isOptional: ast.op === '.?', at }
  }

  /** `a.b.c` when `a` is neither variable nor local. */
  #freePath(ast: ASTNode, locals: readonly string[]): string | undefined {
    if (ast.op === 'id') return locals.includes(ast.args) || Object.hasOwn(this.#variables, ast.args) ? undefined : ast.args
    if (ast.op !== '.') return undefined
    const path = this.#freePath(ast.args[0], locals)
    return path === undefined ? undefined : `${path}.${ast.args[1]}`
  }

  #call(ast: Of<'call'>, locals: readonly string[]): Node {
    const [name, args] = ast.args
    const at = ast.range.start
    if (name === ownHas) {
      const [operand] = args
      if (operand?.op !== '.' && operand?.op !== '.?') throw new Misuse('has() takes a field, as in has(object.spec.ports)', at)
      const [owner, field] = operand.args
      return { type: 'has', operand: this.read(owner, locals), field, isOptional: operand.op === '.?', at }
    }
    return this.#function(name, false, this.#readAll(args, locals), at)
  }

  #method(ast: Of<'rcall'>, locals: readonly string[]): Node {
    const [name, receiver, args] = ast.args
    const at = ast.range.start
    const namespace = this.#freePath(receiver, locals)
    if (namespace === 'cel' && name === 'bind') return this.#bind(args, locals, at)
    if (namespace !== undefined && namespaces.includes(namespace)) {
      return this.#function(`${namespace}.${name}`, false, this.#readAll(args, locals), at)
    }
    const macro = macros[`${name}/${args.length}`]
    if (macro !== undefined) return this.#macro(macro, ast, locals)
    return this.#function(name, true, this.#readAll([receiver, ...args], locals), at)
  }

  #macro(macro: Macro, ast: Of<'rcall'>, locals: readonly string[]): Node {
    const [name, receiver, args] = ast.args
    const at = ast.range.start
    const isPair = args.length > 2 && name !== 'map'
    const variables = args.slice(0, isPair ? 2 : 1).map((arg) => {
      if (arg.op === 'id') return arg.args
      throw new Misuse(`${name}() begins with the name of a variable`, arg.range.start)
    })
    const inner = [...locals, ...variables]
    const [first, second] = args.slice(variables.length).map((arg) => this.read(arg, inner))
    const body = second ?? first
    if (first === undefined || body === undefined) throw new Misuse(`${name}() lacks an expression`, at)
    return {
      type: 'macro',
      macro,
      range: this.read(receiver, locals),
      local: locals.length,
      body,
      at,
      ...(isPair && { second: locals.length + 1 }),
      ...(second !== undefined && { filter: first }),
    }
  }

  #bind([variable, value, body]: readonly ASTNode[], locals: readonly string[], at: number): Node {
    if (variable?.op !== 'id' || value === undefined || body === undefined)
      throw new Misuse('cel.bind() takes a name, a value and an expression', at)
    return { type: 'bind', local: locals.length, value: this.read(value, locals), body: this.read(body, [...locals, variable.args]), at }
  }

  #function(name: string, hasReceiver: boolean, args: readonly Node[], at: number): Node {
    const isAlternative = hasReceiver && (name === 'or' || name === 'orValue')
    if (!isAlternative && !isFunction(name, hasReceiver, args.length)) {
      throw new Misuse(`${name}() with ${args.length - (hasReceiver ? 1 : 0)} arguments is not supported`, at)
    }
    return { type: 'call', name, hasReceiver, args, at }
  }
}

function literal(value: Of<'value'>['args'], at: number): Value {
  if (typeof value === 'bigint' && value > lastInt) throw new Misuse(`${value} is more than the largest int, ${lastInt}`, at)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return new Uint(value.value)
}
