// Signatures of functions, as the type checker reads them: `string.split(string): list<string>`, `ip.isCanonical(string): bool`, `cidr(string): net.CIDR`.
import type { Budget } from './failure.ts'
import { CelType, Cidr, Duration, Ip, isList, isMap, Optional, Timestamp, Uint, type Value } from './values.ts'

export interface Overload {
  readonly signature: string
  /** The receiver, if any, is the first argument. Throws CelFailure. */
  readonly call: (args: readonly Value[], budget: Budget) => Value
  readonly bounds: Bounds
}

/** Worst cases, given the sizes of the arguments: characters of a string, items of a list, 1 for anything else. */
export interface Bounds {
  /** Of the result, when it is a string or a list; the sum of the arguments' when not set. */
  readonly size?: (sizes: readonly number[]) => number
  /** In steps, on top of reading the arguments once; charged before the function is called. */
  readonly cost?: (sizes: readonly number[]) => number
}

/** An overload is called only with values of the types in its signature: that is what makes this cast right. */
export function overload<Args extends readonly Value[]>(
  signature: string,
  call: (args: Args, budget: Budget) => Value,
  bounds: Bounds = {},
): Overload {
  return { signature, call: call as unknown as Overload['call'], bounds }
}

export interface Signature {
  /** `split`, `ip.isCanonical`. */
  readonly name: string
  readonly hasReceiver: boolean
  /** The receiver's first. */
  readonly parameters: readonly string[]
  readonly returns: string
}

/** Names before a dot that are no types. */
export const namespaces: readonly string[] = ['cel', 'ip', 'lists', 'optional', 'sets', 'strings']

export function parseSignature(text: string): Signature {
  const match = /^(?:([\w.]+(?:<.+?>)?)\.)?(\w+)\(([^)]*)\): (.+)$/.exec(text)
  if (match === null) throw new Error(`not a signature: ${text}`)
  const [, owner, name = '', list = '', returns = ''] = match
  const parameters = list === '' ? [] : list.split(/, (?![^<]*>)/)
  if (owner === undefined) return { name, hasReceiver: false, parameters, returns }
  if (namespaces.includes(owner)) return { name: `${owner}.${name}`, hasReceiver: false, parameters, returns }
  return { name, hasReceiver: true, parameters: [owner, ...parameters], returns }
}

type Matcher = (value: Value) => boolean

const anything: Matcher = () => true

const matchers: Readonly<Record<string, Matcher>> = {
  null: (value) => value === null,
  bool: (value) => typeof value === 'boolean',
  int: (value) => typeof value === 'bigint',
  uint: (value) => value instanceof Uint,
  double: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  bytes: (value) => value instanceof Uint8Array,
  type: (value) => value instanceof CelType,
  list: isList,
  map: isMap,
  optional: (value) => value instanceof Optional,
  'google.protobuf.Timestamp': (value) => value instanceof Timestamp,
  'google.protobuf.Duration': (value) => value instanceof Duration,
  'net.IP': (value) => value instanceof Ip,
  'net.CIDR': (value) => value instanceof Cidr,
}

/** Whether a value may stand where a signature has this type; what is in a list is not looked at. */
export function matcherOf(type: string): Matcher {
  return matchers[type.replace(/<.*$/, '')] ?? anything
}
