// Results as texts that can be compared: values of every engine print alike when they are the same.

/** A value without its engine. */
export type Plain =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int' | 'uint' | 'timestamp' | 'duration'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'list'; readonly items: readonly Plain[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [Plain, Plain])[] }
  | { readonly type: 'type'; readonly name: string }
  | { readonly type: 'optional'; readonly value: Plain | undefined }

export function textOf(plain: Plain): string {
  switch (plain.type) {
    case 'null':
      return 'null'
    case 'bool':
    case 'int':
      return String(plain.value)
    case 'uint':
      return `${plain.value}u`
    case 'timestamp':
    case 'duration':
      return `${plain.type}(${plain.value}ns)`
    case 'double':
      return Number.isInteger(plain.value) && Math.abs(plain.value) < 1e21
        ? `${Object.is(plain.value, -0) ? '-' : ''}${plain.value}.0`
        : String(plain.value)
    case 'string':
      return JSON.stringify(plain.value)
    case 'bytes':
      return `b"${plain.value.toHex()}"`
    case 'list':
      return `[${plain.items.map(textOf).join(', ')}]`
    case 'map':
      return `{${plain.entries
        .map(([key, value]) => `${textOf(key)}: ${textOf(value)}`)
        .toSorted()
        .join(', ')}}`
    case 'type':
      return plain.name
    case 'optional':
      return plain.value === undefined ? 'optional.none()' : `optional.of(${textOf(plain.value)})`
  }
}
