// Whether the serving certificate in the Secret can stay: pure. The shell reads the bytes (rotate.ts), this decides.
import { after, type Instant, instant, type Millis, millis } from '../core/time.ts'

const day = 86_400_000

/** MetalLB's numbers. */
export const lifetimes = {
  authority: millis(10 * 365 * day),
  leaf: millis(365 * day),
  /** This long before its end a certificate is replaced. */
  renewBefore: millis(90 * day),
  /** Clocks of API server and nodes need not agree with ours. */
  backdate: millis(3_600_000),
} as const

/** Instants since the epoch. */
export interface Period {
  readonly notBefore: Instant
  readonly notAfter: Instant
}

/** What the Secret holds, as far as it can be read. */
export type Holdings =
  | { readonly state: 'empty'; readonly missing: readonly string[] }
  | { readonly state: 'unreadable'; readonly entry: string; readonly why: string }
  | {
      readonly state: 'readable'
      readonly authority: Period
      readonly leaf: Period
      /** The subject alternative names. */
      readonly dnsNames: readonly string[]
      readonly leafKeyFits: boolean
      readonly authorityKeyFits: boolean
      readonly signedByAuthority: boolean
    }

export type CertificatePlan =
  /** Nothing to do before `nextCheck`. */
  | { readonly action: 'keep'; readonly nextCheck: Instant }
  /** `why` is for the log. */
  | { readonly action: 'make'; readonly why: string }

/** @param names every one of them must be in the certificate @param now since the epoch */
export function planCertificates(held: Holdings, names: readonly string[], now: Instant): CertificatePlan {
  if (held.state === 'empty') return make(`the Secret lacks ${held.missing.join(', ')}`)
  if (held.state === 'unreadable') return make(`${held.entry} cannot be read: ${held.why}`)
  if (!held.leafKeyFits) return make('tls.key does not belong to tls.crt')
  if (!held.authorityKeyFits) return make('ca.key does not belong to ca.crt')
  if (!held.signedByAuthority) return make('tls.crt is not signed by ca.crt')
  const missing = names.filter((name) => !held.dnsNames.includes(name))
  if (missing.length > 0) return make(`tls.crt is not for ${missing.join(', ')}`)
  for (const [entry, period] of [['tls.crt', held.leaf] as const, ['ca.crt', held.authority] as const]) {
    if (now < period.notBefore) return make(`${entry} is not valid yet`)
    if (now >= period.notAfter) return make(`${entry} has expired`)
    if (now >= renewalOf(period)) return make(`${entry} expires within ${lifetimes.renewBefore / day} days`)
  }
  return { action: 'keep', nextCheck: instant(Math.min(renewalOf(held.leaf), renewalOf(held.authority))) }
}

/** Both validity periods of a set that is made now. */
export function periodsFrom(now: Instant): { readonly authority: Period; readonly leaf: Period } {
  const notBefore = before(now, lifetimes.backdate)
  const until = (lifetime: Millis): Instant => after(now, lifetime)
  return { authority: { notBefore, notAfter: until(lifetimes.authority) }, leaf: { notBefore, notAfter: until(lifetimes.leaf) } }
}

function renewalOf({ notAfter }: Period): Instant {
  return before(notAfter, lifetimes.renewBefore)
}

function make(why: string): CertificatePlan {
  return { action: 'make', why }
}

function before(end: Instant, length: Millis): Instant {
  return instant(end - length)
}
