// One measured figure: what the samples come to, beside a peer and against an aim. Pure.

export type Unit = 'ms' | 's' | 'MB' | 'messages' | 'bytes' | '%' | 'per s'

/** A line of the report. */
export interface Figure {
  readonly name: string
  /** The median of the samples. */
  readonly value: number
  readonly unit: Unit
  readonly min: number
  readonly max: number
  /** How many samples. */
  readonly runs: number
  /** Who did the same. */
  readonly peer?: string
  /** The peer's median, in the same unit. */
  readonly peerValue?: number
  /** `value` by `peerValue`; only when both come from the same run on the same machine. */
  readonly ratio?: number
  /** In words. */
  readonly aim?: string
  readonly met?: boolean
}

export type Aim =
  /** The median is this or less. */
  | { readonly type: 'atMost'; readonly limit: number }
  /** The median is this or more. */
  | { readonly type: 'atLeast'; readonly limit: number }
  /** Every sample is the limit or less. */
  | { readonly type: 'eachAtMost'; readonly limit: number }
  /** Every sample is this or more. */
  | { readonly type: 'eachAtLeast'; readonly limit: number }
  /** The median is at most so many times the peer's of the same run. */
  | { readonly type: 'ratioAtMost'; readonly limit: number }
  /** The same, at least. */
  | { readonly type: 'ratioAtLeast'; readonly limit: number }

export type Peer =
  | { readonly name: string; readonly samples: readonly number[] }
  /** Known from another day and perhaps another machine: shown, never divided by. */
  | { readonly name: string; readonly measuredEarlier: number }

export interface Samples {
  readonly name: string
  readonly unit: Unit
  readonly samples: readonly number[]
  readonly peer?: Peer | undefined
  readonly aim?: Aim | undefined
}

/** The middle of the sorted samples, or the mean of the two in the middle; throws when there are none. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) throw new Error('no samples: there is nothing to take the median of')
  return (lower + upper) / 2
}

/** Throws when there are no samples, or none of a peer of the same run: that is no figure. */
export function figure({ name, unit, samples, peer, aim }: Samples): Figure {
  const value = median(samples)
  const least = Math.min(...samples)
  const most = Math.max(...samples)
  const peerValue = peer === undefined ? undefined : 'samples' in peer ? median(peer.samples) : peer.measuredEarlier
  // A ratio to nothing would be infinite, and JSON has no word for that.
  const hasRatio = peer !== undefined && 'samples' in peer && peerValue !== undefined && peerValue !== 0
  const ratio = hasRatio ? value / peerValue : undefined
  return {
    name,
    value: rounded(value),
    unit,
    min: rounded(least),
    max: rounded(most),
    runs: samples.length,
    ...(peer === undefined ? {} : { peer: 'samples' in peer ? peer.name : `${peer.name} (measured earlier)` }),
    ...(peerValue === undefined ? {} : { peerValue: rounded(peerValue) }),
    ...(ratio === undefined ? {} : { ratio: rounded(ratio) }),
    ...(aim === undefined ? {} : { aim: describeAim(aim, unit), met: isMet(aim, { value, least, most, ratio }) }),
  }
}

interface Measured {
  readonly value: number
  readonly least: number
  readonly most: number
  readonly ratio: number | undefined
}

function isMet(aim: Aim, { value, least, most, ratio }: Measured): boolean {
  switch (aim.type) {
    case 'atMost':
      return value <= aim.limit
    case 'atLeast':
      return value >= aim.limit
    case 'eachAtMost':
      return most <= aim.limit
    case 'eachAtLeast':
      return least >= aim.limit
    case 'ratioAtMost':
      return ratio !== undefined && ratio <= aim.limit
    case 'ratioAtLeast':
      return ratio !== undefined && ratio >= aim.limit
  }
}

function describeAim(aim: Aim, unit: Unit): string {
  switch (aim.type) {
    case 'atMost':
      return `≤ ${aim.limit} ${unit}`
    case 'atLeast':
      return `≥ ${aim.limit} ${unit}`
    case 'eachAtMost':
      return `each ≤ ${aim.limit} ${unit}`
    case 'eachAtLeast':
      return `each ≥ ${aim.limit} ${unit}`
    case 'ratioAtMost':
      return `≤ ${aim.limit} × peer`
    case 'ratioAtLeast':
      return `≥ ${aim.limit} × peer`
  }
}

/** Thousandths: finer than anything here can be measured. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
