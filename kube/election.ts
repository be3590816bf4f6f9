// Who leads, decided from a Lease: pure. The shell around it is lease.ts.
//
// Clocks of two machines are never compared. A follower notes when it last saw the Lease change, on its own monotonic clock, and takes over when it has not
// changed for the lease's whole duration; a leader trusts itself only for the (shorter) renew deadline, counted from before it sent its last good renewal.
import type { Lease } from '../core/objects.ts'
import { after, type Instant, type Millis, millis } from '../core/time.ts'
import { unreachable } from '../core/unreachable.ts'

export interface ElectionSettings {
  readonly identity: string
  readonly leaseDuration: Millis
  readonly renewDeadline: Millis
  readonly retryPeriod: Millis
}

export interface Election {
  readonly settings: ElectionSettings
  /** The Lease as it was last read or written, and since when it has been so; without `lease`: there was one, and it is gone. */
  readonly seen?: { readonly lease: Lease | undefined; readonly since: Instant }
  /** Defined while leading. */
  readonly leadingUntil?: Instant
  readonly nextAttempt: Instant
  /** A request is under way since then. */
  readonly asking?: Instant
}

export type ElectionEvent =
  /** The time of nextDeadline() has come. */
  | { readonly type: 'due' }
  /** Undefined: there is no such Lease. */
  | { readonly type: 'read'; readonly lease: Lease | undefined }
  | { readonly type: 'written'; readonly lease: Lease }
  /** Somebody else wrote first, or the Lease is gone. */
  | { readonly type: 'conflict' }
  /** No answer, or one that says nothing about the Lease. */
  | { readonly type: 'failed' }

export type ElectionEffect =
  | { readonly type: 'read' }
  /** Take or renew: over the Lease that was seen, or by creating one. */
  | { readonly type: 'write'; readonly over: Lease | undefined }
  | { readonly type: 'startedLeading' }
  | { readonly type: 'stoppedLeading'; readonly reason: 'renewDeadlinePassed' | 'leaseTaken' }

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
      if (election.asking !== undefined || now < election.nextAttempt) return [election, []]
      // A leader knows the Lease's version and need not read it first.
      if (election.leadingUntil !== undefined) return write(election, election.seen?.lease, now)
      return [{ ...election, asking: now }, [{ type: 'read' }]]
    case 'read':
      return decide(observe(election, event.lease, now), event.lease, now, chance)
    case 'written':
      return renewed(election, event.lease, now)
    case 'conflict':
      // A leader must know at once who has it now; a follower has lost a race and no reason to hurry.
      if (election.leadingUntil === undefined) return [later(election, now, chance), []]
      return [{ ...election, asking: now }, [{ type: 'read' }]]
    case 'failed':
      return [later(election, now, chance), []]
    default:
      return unreachable(event)
  }
}

/** Notes the Lease; the time starts anew only when something about it changed. That nobody has ever made one is nothing to wait for. */
function observe(election: Election, lease: Lease | undefined, now: Instant): Election {
  const { seen } = election
  if (seen === undefined && lease === undefined) return election
  if (seen !== undefined && seen.lease?.metadata.resourceVersion === lease?.metadata.resourceVersion) return election
  return { ...election, seen: { lease, since: now } }
}

function decide(election: Election, lease: Lease | undefined, now: Instant, chance: number): Step {
  if (isFree(election, now)) return write(election, lease, now)
  const effects: readonly ElectionEffect[] = election.leadingUntil === undefined ? [] : [{ type: 'stoppedLeading', reason: 'leaseTaken' }]
  return [later(follower(election), now, chance), effects]
}

function isFree({ leadingUntil, seen, settings }: Election, now: Instant): boolean {
  if (seen === undefined || now >= after(seen.since, durationOf(seen.lease, settings))) return true
  // Somebody deleted it: ours to make again while we lead; else its holder, who may not know yet, gets the time that a silent one gets.
  if (seen.lease === undefined) return leadingUntil !== undefined
  const holder = seen.lease.spec?.holderIdentity ?? ''
  return holder === '' || holder === settings.identity
}

function write(election: Election, over: Lease | undefined, now: Instant): Step {
  return [{ ...election, asking: now }, [{ type: 'write', over }]]
}

function renewed(election: Election, lease: Lease, now: Instant): Step {
  const { asking: sentAt = now, ...rest } = election
  const leadingUntil = after(sentAt, election.settings.renewDeadline)
  const held: Election = { ...rest, seen: { lease, since: now }, nextAttempt: after(now, election.settings.retryPeriod) }
  // An answer that took longer than it is good for.
  if (now >= leadingUntil) return [{ ...held, nextAttempt: now }, []]
  return [{ ...held, leadingUntil }, election.leadingUntil === undefined ? [{ type: 'startedLeading' }] : []]
}

function later(election: Election, now: Instant, chance: number): Election {
  const { asking: _, ...rest } = election
  const pause = election.settings.retryPeriod * (election.leadingUntil === undefined ? 1 + chance / 5 : 1)
  return { ...rest, nextAttempt: after(now, millis(pause)) }
}

function follower(election: Election): Election {
  const { leadingUntil: _, ...rest } = election
  return rest
}

/** What the holder promised, which need not be what we would. */
function durationOf(lease: Lease | undefined, settings: ElectionSettings): Millis {
  const seconds = lease?.spec?.leaseDurationSeconds
  return seconds === undefined ? settings.leaseDuration : millis(seconds * 1000)
}

/** The Lease to send in order to take or keep it. @param time now, as Kubernetes writes a MicroTime */
export function claim(settings: ElectionSettings, over: Lease | undefined, time: string): Lease['spec'] & object {
  const isOurs = over?.spec?.holderIdentity === settings.identity
  const transitions = over?.spec?.leaseTransitions ?? 0
  return {
    holderIdentity: settings.identity,
    leaseDurationSeconds: Math.ceil(settings.leaseDuration / 1000),
    acquireTime: (isOurs ? over.spec?.acquireTime : undefined) ?? time,
    renewTime: time,
    leaseTransitions: over === undefined || isOurs ? transitions : transitions + 1,
  }
}
