// Who leads, decided from a Lease: pure. The shell around it is lease.ts.
//
// Clocks of two machines are never compared. A follower notes when it last saw the Lease change, on its own monotonic clock, and takes over when it has not
// changed for the lease's whole duration; a leader trusts itself only for the (shorter) renew deadline, counted from before it sent its last good renewal.
//
// With a Lease that somebody deletes goes the knowledge of who led by it, and that one may not know for a renew deadline. So a leader that finds its Lease gone
// leads no more, and whoever makes a new one makes it without a holder: it has no `acquireTime`, and is taken when it has been seen unchanged for its whole
// duration, like the one of a holder that fell silent. Only the Lease of the manifests, which says nothing at all, is taken at once, by whoever saw none before it.
import type { Lease } from '../core/objects.ts'
import { after, type Instant, instant, type Millis, millis } from '../core/time.ts'
import { unreachable } from '../core/unreachable.ts'

export interface ElectionSettings {
  readonly identity: string
  readonly leaseDuration: Millis
  readonly renewDeadline: Millis
  readonly retryPeriod: Millis
}

export interface Election {
  readonly settings: ElectionSettings
  /** The Lease as it was last read or written, and since when it has been so. */
  readonly seen?: { readonly lease: Lease | undefined; readonly since: Instant }
  /** The UID of the first Lease that was seen; '' when there was none. */
  readonly firstUid?: string
  /** Defined while leading. */
  readonly leadingUntil?: Instant
  readonly nextAttempt: Instant
  /** A request is under way since then. */
  readonly asking?: Instant
  /** The Lease changed while the request was under way, whose answer may be older than that. */
  readonly isStale?: true
}

export type ElectionEvent =
  /** The time of nextDeadline() has come. */
  | { readonly type: 'due' }
  /** A watch brought this, late or soon; undefined: it was deleted. A reason to look at once, no more. */
  | { readonly type: 'changed'; readonly lease: Lease | undefined }
  /** Undefined: there is no such Lease. */
  | { readonly type: 'read'; readonly lease: Lease | undefined }
  | { readonly type: 'written'; readonly lease: Lease }
  /** Somebody else wrote first, or the Lease is gone. */
  | { readonly type: 'conflict' }
  /** No answer, or one that says nothing about the Lease. */
  | { readonly type: 'failed' }

export type ElectionEffect =
  | { readonly type: 'read' }
  /** Make one that nobody holds; to be answered by 'read'. */
  | { readonly type: 'create' }
  /** Take or renew the Lease that was seen. */
  | { readonly type: 'write'; readonly over: Lease }
  | { readonly type: 'startedLeading' }
  | { readonly type: 'stoppedLeading'; readonly reason: 'renewDeadlinePassed' | 'leaseTaken' | 'leaseDeleted' }

type Step = readonly [Election, readonly ElectionEffect[]]

export function beginElection(settings: ElectionSettings, now: Instant): Election {
  return { settings, nextAttempt: now }
}

/** Whether our last renewal still covers `now`. */
export function leads(election: Election, now: Instant): boolean {
  return election.leadingUntil !== undefined && now < election.leadingUntil
}

/** When to send 'due' next. Infinity: not before the answer that is awaited. */
export function nextDeadline({ asking, leadingUntil, nextAttempt }: Election): number {
  return Math.min(leadingUntil ?? Number.POSITIVE_INFINITY, asking === undefined ? nextAttempt : Number.POSITIVE_INFINITY)
}

/** @param chance uniform in [0, 1): followers that started together do not ask together */
export function step(election: Election, event: ElectionEvent, now: Instant, chance: number): Step {
  const [current, ended] = expire(election, now)
  const [next, effects] = handle(current, event, now, chance)
  return [next, [...ended, ...effects]]
}

/** The renew deadline has passed: whatever just happened, it happens to a follower. */
function expire(election: Election, now: Instant): Step {
  if (election.leadingUntil === undefined || now < election.leadingUntil) return [election, []]
  return [follower(election), [{ type: 'stoppedLeading', reason: 'renewDeadlinePassed' }]]
}

function handle(election: Election, event: ElectionEvent, now: Instant, chance: number): Step {
  switch (event.type) {
    case 'due':
      return election.asking !== undefined || now < election.nextAttempt ? [election, []] : ask(election, now)
    case 'changed':
      // Its own renewals come back to a leader.
      if (election.leadingUntil !== undefined && isHeldBy(event.lease, election.settings)) return [election, []]
      return election.asking === undefined ? begin(election, { type: 'read' }, now) : [{ ...election, isStale: true }, []]
    case 'read':
      return decide(observe(election, event.lease, now), event.lease, now, chance)
    case 'written':
      return renewed(election, event.lease, now)
    case 'conflict':
      // A leader must know at once who has it now; a follower has lost a race and no reason to hurry.
      return election.leadingUntil === undefined ? [later(election, now, chance), []] : begin(election, { type: 'read' }, now)
    case 'failed':
      return [later(election, now, chance), []]
    default:
      return unreachable(event)
  }
}

function ask(election: Election, now: Instant): Step {
  // A leader knows the Lease's version and need not read it first.
  const own = election.leadingUntil === undefined ? undefined : election.seen?.lease
  return begin(election, own === undefined ? { type: 'read' } : { type: 'write', over: own }, now)
}

function begin(election: Election, effect: ElectionEffect, now: Instant): Step {
  const { isStale: _, ...rest } = election
  return [{ ...rest, asking: now }, [effect]]
}

/** Notes the Lease; the time starts anew only when something about it changed. */
function observe(election: Election, lease: Lease | undefined, now: Instant): Election {
  const { firstUid = uidOf(lease), seen } = election
  if (seen !== undefined && seen.lease?.metadata.resourceVersion === lease?.metadata.resourceVersion) return election
  return { ...election, firstUid, seen: { lease, since: now } }
}

function decide(election: Election, lease: Lease | undefined, now: Instant, chance: number): Step {
  if (lease !== undefined && isFree(election, lease, now)) return begin(election, { type: 'write', over: lease }, now)
  const reason = lease === undefined ? 'leaseDeleted' : 'leaseTaken'
  const ended: readonly ElectionEffect[] = election.leadingUntil === undefined ? [] : [{ type: 'stoppedLeading', reason }]
  if (lease !== undefined) return [later(follower(election), now, chance), ended]
  const [next, effects] = begin(follower(election), { type: 'create' }, now)
  return [next, [...ended, ...effects]]
}

function isFree(election: Election, lease: Lease, now: Instant): boolean {
  const { firstUid, settings } = election
  if (now >= freeFrom(election)) return true
  // Nobody has led by it: who led by one before it may not know that it is gone.
  if (lease.spec?.acquireTime === undefined) return lease.spec?.leaseDurationSeconds === undefined && uidOf(lease) === firstUid
  return isHeldBy(lease, settings) || (lease.spec.holderIdentity ?? '') === ''
}

/** When the Lease has been seen for as long as its holder promised to renew it, which need not be what we would. */
function freeFrom({ seen, settings }: Election): Instant {
  if (seen === undefined) return instant(Number.POSITIVE_INFINITY)
  const seconds = seen.lease?.spec?.leaseDurationSeconds
  return after(seen.since, seconds === undefined ? settings.leaseDuration : millis(seconds * 1000))
}

function isHeldBy(lease: Lease | undefined, { identity }: ElectionSettings): boolean {
  return lease?.spec?.holderIdentity === identity
}

function uidOf(lease: Lease | undefined): string {
  return lease?.metadata.uid ?? ''
}

function renewed(election: Election, lease: Lease, now: Instant): Step {
  const { asking: sentAt = now, ...rest } = election
  const leadingUntil = after(sentAt, election.settings.renewDeadline)
  const nextAttempt = rest.isStale === true ? now : after(now, election.settings.retryPeriod)
  const held: Election = { ...rest, seen: { lease, since: now }, nextAttempt }
  // An answer that took longer than it is good for.
  if (now >= leadingUntil) return [{ ...held, nextAttempt: now }, []]
  return [{ ...held, leadingUntil }, election.leadingUntil === undefined ? [{ type: 'startedLeading' }] : []]
}

/** A follower is there when the time of a silent holder is over. */
function later(election: Election, now: Instant, chance: number): Election {
  const { asking: _, ...rest } = election
  if (rest.isStale === true) return { ...rest, nextAttempt: now }
  const { leadingUntil, settings } = election
  if (leadingUntil !== undefined) return { ...rest, nextAttempt: after(now, settings.retryPeriod) }
  const pause = after(now, millis(settings.retryPeriod * (1 + chance / 5)))
  const over = freeFrom(election)
  return { ...rest, nextAttempt: over > now && over < pause ? over : pause }
}

function follower(election: Election): Election {
  const { leadingUntil: _, ...rest } = election
  return rest
}

/** What a Lease says that nobody has taken yet. */
export function unclaimed({ leaseDuration }: ElectionSettings): Lease['spec'] & object {
  return { leaseDurationSeconds: Math.ceil(leaseDuration / 1000) }
}

/** The Lease to send in order to take or keep it. @param time now, as Kubernetes writes a MicroTime */
export function claim(settings: ElectionSettings, { spec = {} }: Lease, time: string): Lease['spec'] & object {
  const { acquireTime, leaseTransitions = 0 } = spec
  const isOurs = spec.holderIdentity === settings.identity
  return {
    ...unclaimed(settings),
    holderIdentity: settings.identity,
    acquireTime: (isOurs ? acquireTime : undefined) ?? time,
    renewTime: time,
    leaseTransitions: isOurs || acquireTime === undefined ? leaseTransitions : leaseTransitions + 1,
  }
}
