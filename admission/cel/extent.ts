// How large a value can be, for the estimate of what an expression costs.

export interface Extent {
  /** Characters of a string, items of a list, entries of a map; 1 of anything else. */
  readonly size: number
  /** The largest item of a list, value of a map. */
  readonly item?: Extent
  /** The largest key of a map. */
  readonly key?: Extent
  /** What is known of single fields. */
  readonly fields?: Readonly<Record<string, Extent>>
}

export const scalar: Extent = { size: 1 }

/** Characters of the value when it is printed, with what stands between its parts. */
export function total({ size, item, key, fields }: Extent): number {
  if (fields !== undefined) return Object.values(fields).reduce((sum, field) => sum + 4 + total(field), 0)
  if (item === undefined && key === undefined) return size
  return size * (4 + (item === undefined ? 0 : total(item)) + (key === undefined ? 0 : total(key)))
}

/** Steps of comparing the value: one for each item and field, a tenth for each character. */
export function weight({ size, item, key, fields }: Extent): number {
  if (fields !== undefined) return Object.values(fields).reduce((sum, field) => sum + 1 + weight(field), 0)
  if (item === undefined && key === undefined) return size / 10
  return size * (1 + (item === undefined ? 0 : weight(item)) + (key === undefined ? 0 : weight(key)))
}

/** As large as the larger of the two, in each respect. */
export function larger(a: Extent, b: Extent): Extent {
  const size = Math.max(a.size, b.size)
  const item = a.item !== undefined && b.item !== undefined ? larger(a.item, b.item) : (a.item ?? b.item)
  const key = a.key !== undefined && b.key !== undefined ? larger(a.key, b.key) : (a.key ?? b.key)
  const fields = a.fields ?? b.fields
  return { size, ...(item && { item }), ...(key && { key }), ...(fields && { fields }) }
}
