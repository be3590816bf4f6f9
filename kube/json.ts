// JSON as the API server speaks it: int64 fields survive the round trip even beyond 2^53.

/** A structural character (or the start) followed by sixteen digits: only then can an integer have lost precision. */
const mayHoldLargeInteger = /(?:^|[[:,])\s*-?\d{16}/

const integer = /^-?\d+$/

/** Parses JSON text; integers that a double cannot hold come back as bigint. Throws SyntaxError on anything that is not JSON. */
export function parseJson(text: string): unknown {
  // A reviver costs several times the parse itself, so it runs only for texts that can need it.
  if (!mayHoldLargeInteger.test(text)) return JSON.parse(text)
  return JSON.parse(text, exactInteger as (key: string, value: unknown) => unknown)
}

/** A reviver; its third argument is ES2026 source text access, which the compiler's library does not declare yet. */
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && integer.test(source) ? BigInt(source) : value
}

/** Writes JSON; a bigint becomes a plain JSON integer. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? rawJson(String(inner)) : inner))
  }
}

/** ES2026 `JSON.rawJSON`, which the compiler's library does not declare yet. */
function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text)
}
