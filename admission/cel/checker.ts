// What the type checker of the library is told: our functions, the types of the variables, and what it lacks.
import { Environment } from 'cel-js'
import { declareMacros, neverCalled } from './checked-macros.ts'
import { overloads } from './library.ts'
import { namespaces, parseSignature } from './signature.ts'

/** What an expression may name. */
export interface Declarations {
  /** Types with known fields: type names by field, by the type's name. Their values may be null. */
  readonly records: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Type names by variable. */
  readonly variables: Readonly<Record<string, string>>
}

/** The library's own names for the namespaces that it brings. */
const namespaceTypes: Readonly<Record<string, string>> = { cel: 'CelNamespace', optional: 'OptionalNamespace' }

export function checkerOf({ records, variables }: Declarations): Environment {
  // Lists of mixed types are needed for format(["a", 1]).
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
  for (const name of ['net.IP', 'net.CIDR']) environment.registerType(name, class {})
  environment.registerConstant('net', 'map<string, type>', {})
  for (const namespace of namespaces.filter((name) => namespaceTypes[name] === undefined)) {
    const Marker = class {}
    environment.registerType(`Namespace.${namespace}`, Marker).registerConstant(namespace, `Namespace.${namespace}`, new Marker())
  }
  environment.registerConstant('optional_type', 'type', environment.evaluate('type'))
  for (const sign of ['<', '<=', '>', '>=']) environment.registerOperator(`bytes ${sign} bytes`, neverCalled)
  declareFunctions(environment)
  for (const [name, fields] of Object.entries(records)) environment.registerType(name, { fields })
  for (const name of Object.keys(records)) environment.registerOperator(`${name} == null`, neverCalled)
  for (const name of ['net.IP', 'net.CIDR', 'optional', ...Object.keys(records)])
    environment.registerOperator(`${name} == ${name}`, neverCalled)
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type)
  return environment
}

function declareFunctions(environment: Environment): void {
  const known = new Set(environment.getDefinitions().functions.map(({ signature }) => withoutReturn(signature)))
  for (const { signature } of overloads) {
    const text = libraryText(signature)
    if (!signature.startsWith('optional<') && !known.has(withoutReturn(text)))
      environment.registerFunction(text, neverCalled, { async: false })
  }
  declareMacros(environment)
}

/** What tells one overload from another, spelt as the library does. */
function withoutReturn(signature: string): string {
  const bare = signature.slice(0, signature.lastIndexOf(')'))
  return bare.replaceAll(/\blist\b(?!<)/g, 'list<dyn>').replaceAll(/\bmap\b(?![<(])/g, 'map<dyn, dyn>')
}

/** `ip.isCanonical(string): bool` is to the library a method of the constant `ip`. */
function libraryText(signature: string): string {
  const { name, hasReceiver } = parseSignature(signature)
  const dot = name.indexOf('.')
  if (hasReceiver || dot < 0) return signature
  const namespace = name.slice(0, dot)
  return `${namespaceTypes[namespace] ?? `Namespace.${namespace}`}${signature.slice(dot)}`
}
