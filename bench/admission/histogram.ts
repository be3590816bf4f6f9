// Prometheus histograms as text. Pure.

export interface Bucket {
  /** Upper end, seconds; infinite in the last. */
  readonly limit: number
  /** Observations up to it, those of smaller buckets included. */
  readonly count: number
}

/** The buckets of one kind, summed over processes. */
export function bucketsOf(texts: readonly string[], name: string, kind: string): readonly Bucket[] {
  const counts = new Map<number, number>()
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    if (!line.startsWith(`${name}_bucket{`) || !line.includes(`kind="${kind}"`)) continue
    const limit = /le="([^"]+)"/.exec(line)?.[1]
    const count = Number(line.slice(line.lastIndexOf(' ') + 1))
    if (limit === undefined) continue
    const key = limit === '+Inf' ? Number.POSITIVE_INFINITY : Number(limit)
    counts.set(key, (counts.get(key) ?? 0) + count)
  }
  return [...counts].toSorted(([a], [b]) => a - b).map(([limit, count]) => ({ limit, count }))
}

/** The upper end of the bucket in which the quantile lies; NaN when there is nothing. */
export function quantile(buckets: readonly Bucket[], part: number): number {
  const total = buckets.at(-1)?.count ?? 0
  return total === 0 ? Number.NaN : (buckets.find(({ count }) => count >= part * total)?.limit ?? Number.NaN)
}
