// Readers for JSON of unknown shape: they give nothing instead of failing, so that hostile input cannot make the core throw.

export type Fields = Readonly<Record<string, unknown>>

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Only the entries whose value is a string: labels, annotations, selectors. */
export function asTexts(value: unknown): Readonly<Record<string, string>> {
  const fields = asFields(value)
  if (fields === undefined) return {}
  // As the API server has it, always; and this is asked for several times for each event.
  if (isTexts(fields)) return fields
  const entries = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(entries)
}

function isTexts(fields: Fields): fields is Readonly<Record<string, string>> {
  return Object.values(fields).every((each) => typeof each === 'string')
}

/** The same JSON, whatever the order of the fields. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, index) => sameJson(value, b[index]))
  const [first, second] = [asFields(a), asFields(b)]
  if (first === undefined || second === undefined) return a === b
  const names = Object.keys(first)
  return (
    names.length === Object.keys(second).length && names.every((name) => Object.hasOwn(second, name) && sameJson(first[name], second[name]))
  )
}

/** What JSON calls the value's type, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
