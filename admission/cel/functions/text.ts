// Strings as CEL sees them: sequences of code points, where JavaScript counts UTF-16 units.

const surrogate = /[\ud800-\udfff]/

export function codePointCount(text: string): number {
  if (!surrogate.test(text)) return text.length
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** Surrogate pairs stay together, as Go's runes do. */
export function codePoints(text: string): readonly string[] {
  return Array.from(text)
}

/** The code points between two positions. */
export function slice(text: string, start: number, end: number): string {
  return surrogate.test(text) ? codePoints(text).slice(start, end).join('') : text.slice(start, end)
}

/** The UTF-16 offset of a code point's position. */
export function offsetOf(text: string, position: number): number {
  return surrogate.test(text) ? codePoints(text).slice(0, position).join('').length : position
}

/** The code point's position of a UTF-16 offset; -1 stays. */
export function positionOf(text: string, offset: number): number {
  return offset < 0 ? -1 : codePointCount(text.slice(0, offset))
}
