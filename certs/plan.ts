// What to do about the certificates in the Secret: pure. The shell reads the bytes and writes them (rotate.ts), this decides.
//
// A new authority is introduced in three writes, each of which leaves a Secret that every replica can go on from:
//   announce: the next authority stands beside the present one; the API server is told to trust both;
//   switch:   when it trusts both, the next one signs what is served and becomes the present one; the former one stays trusted;
//   retire:   when nothing is served any more that the former one has signed, it goes.
// A certificate that alone comes to its end is signed anew by the same authority, in one write: nobody's trust changes.
import { after, type Instant, instant, type Millis, millis } from '../core/time.ts'

const day = 86_400_000

/** MetalLB's numbers for the first four. */
export const lifetimes = {
  authority: millis(10 * 365 * day),
  leaf: millis(365 * day),
  /** This long before its end a certificate is replaced. */
  renewBefore: millis(90 * day),
  /** Clocks of API server and nodes need not agree with ours. */
  backdate: millis(3_600_000),
  /** API servers learn of a new authority by a watch: so long it is trusted in the API before anything is served that it has signed. */
  settle: millis(30_000),
  /** A replica that has not seen the switch for so long is cut off from the API server anyway. */
  overlap: millis(3_600_000),
} as const

/** Instants since the epoch. */
export interface Period {
  readonly notBefore: Instant
  readonly notAfter: Instant
}

/** An entry that cannot be used, in words. */
export interface Flaw {
  readonly flaw: string
}

export interface HeldAuthority extends Period {
  /** Why its key cannot sign; undefined when it can. */
  readonly keyFlaw: string | undefined
}

export interface HeldLeaf extends Period {
  /** The subject alternative names. */
  readonly dnsNames: readonly string[]
  readonly signedByAuthority: boolean
}

/** What the Secret holds. */
export interface Holdings {
  readonly authority: HeldAuthority | Flaw
  readonly leaf: HeldLeaf | Flaw
  /** An authority that is being introduced; one that cannot be used counts as none. */
  readonly next: HeldAuthority | undefined
  /** The former authority is still trusted. */
  readonly hasPrevious: boolean
}

/** What else the decision rests on. */
export interface Surroundings {
  /** Every one of them must be in the certificate. */
  readonly names: readonly string[]
  /** What this replica served last; undefined when it has served nothing yet. */
  readonly served: Holdings | undefined
  /** For how long the API has been trusting the next authority; undefined when it does not. */
  readonly nextTrustedFor: Millis | undefined
}

/** `why` is for the log. */
export type CertificateStep =
  /** Nothing to do before `nextCheck`. */
  | { readonly action: 'keep'; readonly nextCheck: Instant }
  /** Everything anew; the API server has to learn the authority before it can call us. */
  | { readonly action: 'make'; readonly why: string }
  /** Put back what this replica serves. */
  | { readonly action: 'restore'; readonly why: string }
  /** A new certificate by the present authority. */
  | { readonly action: 'renew'; readonly why: string }
  | { readonly action: 'announce'; readonly why: string }
  | { readonly action: 'switch'; readonly why: string }
  | { readonly action: 'retire'; readonly why: string }

/** @param now since the epoch */
export function planCertificates(held: Holdings, surroundings: Surroundings, now: Instant): CertificateStep {
  const flaw = servingFlaw(held, surroundings.names, now)
  return flaw === undefined ? planRotation(held, surroundings, now) : planRepair(held, surroundings, flaw, now)
}

/** Why nothing of this can be served; undefined when it can. @param now since the epoch */
export function servingFlaw({ authority, leaf }: Holdings, names: readonly string[], now: Instant): string | undefined {
  if ('flaw' in authority) return authority.flaw
  if ('flaw' in leaf) return leaf.flaw
  if (!leaf.signedByAuthority) return 'tls.crt is not signed by ca.crt'
  const missing = names.filter((name) => !leaf.dnsNames.includes(name))
  if (missing.length > 0) return `tls.crt is not for ${missing.join(', ')}`
  return periodFlaw('tls.crt', leaf, now) ?? periodFlaw('ca.crt', authority, now)
}

/** Of what is made now. @param authority undefined: it is made now, too */
export function periodsFrom(now: Instant, authority?: Period): { readonly authority: Period; readonly leaf: Period } {
  const notBefore = before(now, lifetimes.backdate)
  const above = authority ?? { notBefore, notAfter: after(now, lifetimes.authority) }
  return { authority: above, leaf: { notBefore, notAfter: instant(Math.min(after(now, lifetimes.leaf), above.notAfter)) } }
}

/** With as little change of trust as possible: a call that the API server cannot verify is a call that fails. */
function planRepair({ authority, next }: Holdings, { names, served }: Surroundings, why: string, now: Instant): CertificateStep {
  if (served !== undefined && servingFlaw(served, names, now) === undefined) return { action: 'restore', why }
  if (!('flaw' in authority) && canSign('ca.crt', authority, now)) return { action: 'renew', why }
  return next !== undefined && canSign('next-ca.crt', next, now) ? { action: 'switch', why } : { action: 'make', why }
}

function planRotation(held: Holdings, surroundings: Surroundings, now: Instant): CertificateStep {
  const { authority, leaf, next, hasPrevious } = held
  if ('flaw' in authority || 'flaw' in leaf) throw new TypeError('what can be served has an authority and a leaf')
  const retirement = after(after(leaf.notBefore, lifetimes.backdate), lifetimes.overlap)
  if (hasPrevious && now >= retirement) return { action: 'retire', why: 'nothing is served any more that previous-ca.crt has signed' }
  if (next !== undefined && canSign('next-ca.crt', next, now)) return planSwitch(surroundings.nextTrustedFor, now)
  const old = authority.keyFlaw ?? expiryOf('ca.crt', authority, now)
  if (old !== undefined) return { action: 'announce', why: old }
  const oldLeaf = expiryOf('tls.crt', leaf, now)
  if (oldLeaf !== undefined) return { action: 'renew', why: oldLeaf }
  return { action: 'keep', nextCheck: earliest(renewalOf(leaf), renewalOf(authority), ...(hasPrevious ? [retirement] : [])) }
}

function planSwitch(trustedFor: Millis | undefined, now: Instant): CertificateStep {
  if (trustedFor === undefined) return { action: 'keep', nextCheck: now }
  if (trustedFor < lifetimes.settle) return { action: 'keep', nextCheck: after(now, millis(lifetimes.settle - trustedFor)) }
  return { action: 'switch', why: 'the API server trusts next-ca.crt' }
}

function canSign(entry: string, authority: HeldAuthority, now: Instant): boolean {
  return authority.keyFlaw === undefined && periodFlaw(entry, authority, now) === undefined
}

function periodFlaw(entry: string, { notBefore, notAfter }: Period, now: Instant): string | undefined {
  if (now < notBefore) return `${entry} is not valid yet`
  return now >= notAfter ? `${entry} has expired` : undefined
}

function expiryOf(entry: string, period: Period, now: Instant): string | undefined {
  return now >= renewalOf(period) ? `${entry} expires within ${lifetimes.renewBefore / day} days` : undefined
}

function renewalOf({ notAfter }: Period): Instant {
  return before(notAfter, lifetimes.renewBefore)
}

function before(end: Instant, length: Millis): Instant {
  return instant(end - length)
}

function earliest(...instants: readonly Instant[]): Instant {
  return instant(Math.min(...instants))
}
