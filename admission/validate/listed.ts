/** `a, b, c and 4 more`: warnings are short, and clusters are not. */
export function listed(names: readonly string[], shown: number): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return names.slice(0, shown).join(', ') + more
}
