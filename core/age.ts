/** What tells the older of two objects. */
export interface Aged {
  /** RFC 3339 in UTC as the API server writes it; an object without it (or with an empty one) is not stored yet and so the youngest. */
  readonly createdAt?: string
  readonly uid?: string
  readonly name: string
}

/** Oldest first; then by UID, then by name, so that every replica decides alike. */
export function byAge(a: Aged, b: Aged): number {
  return compareTexts(bornAt(a), bornAt(b)) || compareTexts(a.uid ?? '', b.uid ?? '') || compareTexts(a.name, b.name)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** "~" sorts after every date. */
function bornAt({ createdAt }: Aged): string {
  return createdAt === undefined || createdAt === '' ? '~' : createdAt
}
