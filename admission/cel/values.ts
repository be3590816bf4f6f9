// What a CEL expression computes with. JSON is wrapped, not copied: a member is converted when it is read.
import type { Address } from '../../core/address.ts'
import type { Prefix } from '../../core/prefix.ts'

/** `bigint` is CEL's int, `number` its double. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | CelMap
  | Uint
  | Timestamp
  | Duration
  | CelType
  | Optional
  | Ip
  | Cidr

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** Nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class CelType {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export class Optional {
  readonly value: Value | undefined
  constructor(value: Value | undefined) {
    this.value = value
  }
}

export class Ip {
  readonly address: Address
  constructor(address: Address) {
    this.address = address
  }
}

export class Cidr {
  /** As it was written, host bits included. */
  readonly address: Address
  readonly prefix: Prefix
  constructor(address: Address, prefix: Prefix) {
    this.address = address
    this.prefix = prefix
  }
}

/** A map; keys are strings, bools, ints and uints, and numbers that are equal are the same key. */
export interface CelMap {
  readonly isCelMap: true
  readonly size: number
  get(key: Value): Value | undefined
  keys(): readonly Value[]
}

/** The identity of a key: undefined when no map can hold it. */
function identityOf(key: Value): string | bigint | boolean | undefined {
  if (typeof key === 'string' || typeof key === 'bigint' || typeof key === 'boolean') return key
  if (key instanceof Uint) return key.value
  if (typeof key === 'number' && Number.isInteger(key)) return BigInt(key)
  return undefined
}

/** What an expression writes as `{key: value}`. */
export class LiteralMap implements CelMap {
  readonly isCelMap = true
  readonly #entries = new Map<string | bigint | boolean, { readonly key: Value; readonly value: Value }>()

  get size(): number {
    return this.#entries.size
  }

  get(key: Value): Value | undefined {
    const identity = identityOf(key)
    return identity === undefined ? undefined : this.#entries.get(identity)?.value
  }

  keys(): readonly Value[] {
    return [...this.#entries.values()].map(({ key }) => key)
  }

  /** @returns whether the key is one, and was not there */
  add(key: Value, value: Value): boolean {
    const identity = typeof key === 'number' ? undefined : identityOf(key)
    if (identity === undefined || this.#entries.has(identity)) return false
    this.#entries.set(identity, { key, value })
    return true
  }
}

/** A JSON object: only its own members exist, whatever their names are. */
class JsonMap implements CelMap {
  readonly isCelMap = true
  readonly #json: Readonly<Record<string, unknown>>

  constructor(json: Readonly<Record<string, unknown>>) {
    this.#json = json
  }

  get size(): number {
    return this.keys().length
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#json, key)) return undefined
    const member = this.#json[key]
    return member === undefined ? undefined : fromJson(member)
  }

  keys(): readonly string[] {
    return Object.keys(this.#json).filter((key) => this.#json[key] !== undefined)
  }
}

/** Integers become int, other numbers double. What JSON cannot hold is null. */
export function fromJson(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return json
    case 'number':
      return Number.isSafeInteger(json) ? BigInt(json) : json
    case 'object':
      if (json === null) return null
      if (Array.isArray(json)) return json.map(fromJson)
      return new JsonMap(json as Record<string, unknown>)
    default:
      return null
  }
}

export function isMap(value: Value): value is CelMap {
  return typeof value === 'object' && value !== null && 'isCelMap' in value
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

const classNames = [
  [Uint, 'uint'],
  [Timestamp, 'google.protobuf.Timestamp'],
  [Duration, 'google.protobuf.Duration'],
  [CelType, 'type'],
  [Optional, 'optional_type'],
  [Ip, 'net.IP'],
  [Cidr, 'net.CIDR'],
  [Uint8Array, 'bytes'],
] as const

/** CEL's name of a value's type, as `type(x)` has it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'boolean':
      return 'bool'
    default:
      if (value === null) return 'null_type'
      if (isList(value)) return 'list'
      return classNames.find(([type]) => value instanceof type)?.[1] ?? 'map'
  }
}

/** `an int`, `a uint`, for messages. */
export function withArticle(type: string): string {
  return `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`
}
