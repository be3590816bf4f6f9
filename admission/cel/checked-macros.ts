// Macros that the library lacks: what the type checker has to know of them. Evaluating them is ours, as all evaluating is.
import type { ASTNode, Environment } from 'cel-js'

interface TypeDeclaration {
  readonly kind: string
  readonly keyType?: TypeDeclaration
  readonly valueType?: TypeDeclaration
}

/** What a macro is given by the library, as far as it is used here. */
interface MacroCall {
  readonly args: readonly ASTNode[]
  readonly receiver: ASTNode
  readonly methodName: string
}

interface Scope {
  readonly forkWithVariable: (name: string, type: TypeDeclaration) => Scope
}

interface Checker {
  readonly check: (node: ASTNode, scope: Scope) => TypeDeclaration
  readonly getType: (name: string) => TypeDeclaration
  readonly createError: (code: string, message: string, node: ASTNode | undefined) => Error
}

interface Macro {
  readonly typeCheck: (checker: Checker, macro: unknown, scope: Scope) => TypeDeclaration
  readonly evaluate: () => never
}

/** The library wants an evaluator for everything it checks, and never asks it here. */
export function neverCalled(): never {
  throw new Error('cel-js only checks: evaluation is ours')
}

function checkName(checker: Checker, node: ASTNode | undefined, call: MacroCall): string {
  if (node?.op === 'id') return node.args
  throw checker.createError('invalid_macro_argument', `${call.methodName}() begins with the name of a variable`, node)
}

function checkCondition(checker: Checker, node: ASTNode | undefined, scope: Scope, call: MacroCall): void {
  if (node === undefined) return
  const { kind } = checker.check(node, scope)
  if (kind === 'dyn' || checker.check(node, scope) === checker.getType('bool')) return
  throw checker.createError('invalid_condition_type', `the condition of ${call.methodName}() must be a bool`, node)
}

/** `optional.optMap(var, transform)` */
function optionalMacro(call: MacroCall): Macro {
  const [variable, body] = call.args
  const typeCheck: Macro['typeCheck'] = (checker, _macro, scope) => {
    const name = checkName(checker, variable, call)
    const type = checker.check(call.receiver, scope)
    if (body !== undefined) checker.check(body, scope.forkWithVariable(name, type.valueType ?? checker.getType('dyn')))
    return checker.getType('optional')
  }
  return { typeCheck, evaluate: neverCalled }
}

/** `list.all(index, item, condition)`, `map.all(key, value, condition)` and their like. */
function pairMacro(returns: string, hasCondition: boolean, call: MacroCall): Macro {
  const [first, second, third, fourth] = call.args
  const typeCheck: Macro['typeCheck'] = (checker, _macro, scope) => {
    const names = [checkName(checker, first, call), checkName(checker, second, call)] as const
    const dyn = checker.getType('dyn')
    const range = checker.check(call.receiver, scope)
    const key = range.kind === 'list' ? checker.getType('int') : (range.keyType ?? dyn)
    const inner = scope.forkWithVariable(names[0], key).forkWithVariable(names[1], range.valueType ?? dyn)
    const [condition, body] = hasCondition ? [third, undefined] : fourth === undefined ? [undefined, third] : [third, fourth]
    checkCondition(checker, condition, inner, call)
    if (body !== undefined) checker.check(body, inner)
    return checker.getType(returns)
  }
  return { typeCheck, evaluate: neverCalled }
}

/** As long as `has`, in whose place it is put. */
export const ownHas = 'hAs'

function hasMacro({ args: [field] }: MacroCall): Macro {
  const typeCheck: Macro['typeCheck'] = (checker, _macro, scope) => {
    if (field?.op !== '.' && field?.op !== '.?') {
      throw checker.createError('invalid_macro_argument', 'has() takes a field, as in has(object.spec.ports)', field)
    }
    checker.check(field, scope)
    return checker.getType('bool')
  }
  return { typeCheck, evaluate: neverCalled }
}

export function declareMacros(environment: Environment): void {
  environment.registerFunction(`${ownHas}(ast): bool`, hasMacro)
  for (const name of ['optMap', 'optFlatMap']) environment.registerFunction(`optional.${name}(ast, ast): optional<dyn>`, optionalMacro)
  for (const name of ['all', 'exists', 'exists_one', 'existsOne']) {
    environment.registerFunction(`list.${name}(ast, ast, ast): bool`, (call: MacroCall) => pairMacro('bool', true, call))
  }
  for (const [name, returns] of [
    ['transformList', 'list'],
    ['transformMap', 'map'],
  ] as const) {
    const macro = (call: MacroCall): Macro => pairMacro(returns, false, call)
    environment.registerFunction(`list.${name}(ast, ast, ast): ${returns}`, macro)
    environment.registerFunction(`list.${name}(ast, ast, ast, ast): ${returns}`, macro)
  }
}
