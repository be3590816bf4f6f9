const longest = 120

/** A value of the operator's as a message shows it: in quotes, escaped, and cut when it is long. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value)
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text)
}

/** JSON that survives bigint, which the lossless reader of the API produces; `undefined` is a text too. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? String(value)
}
