import { expect } from 'chai'
import type { Lease } from '../../../core/objects.ts'
import { instant, millis } from '../../../core/time.ts'
import { beginElection, claim, type ElectionEvent, type ElectionSettings, leads, nextDeadline, step } from '../../../kube/election.ts'

const settings: ElectionSettings = {
  identity: 'a',
  leaseDuration: millis(15_000),
  renewDeadline: millis(10_000),
  retryPeriod: millis(2_000),
}

const named = (version: number, uid = 'first'): Lease['metadata'] => ({ name: 'l', namespace: 'n', uid, resourceVersion: String(version) })

function lease(holder: string, version: number, seconds = 15): Lease {
  return {
    metadata: named(version),
    spec: { holderIdentity: holder, leaseDurationSeconds: seconds, leaseTransitions: 3, acquireTime: 'then', renewTime: 'then' },
  }
}

/** As one of the electors makes it. */
const unclaimed = (version: number): Lease => ({ metadata: named(version, 'second'), spec: { leaseDurationSeconds: 15 } })
/** As the manifests have it. */
const silent = (version: number, uid = 'first'): Lease => ({ metadata: named(version, uid) })

const due: ElectionEvent = { type: 'due' }
const read = (found: Lease | undefined): ElectionEvent => ({ type: 'read', lease: found })
const changed = (found: Lease | undefined): ElectionEvent => ({ type: 'changed', lease: found })
const written = (version: number): ElectionEvent => ({ type: 'written', lease: lease('a', version) })
const conflict: ElectionEvent = { type: 'conflict' }
const failed: ElectionEvent = { type: 'failed' }

/** At this millisecond this happens; then these effects; after all of it leading or not. */
type Row = readonly [at: number, event: ElectionEvent, effects: string, leading: 'leads' | 'follows']

const traces: Readonly<Record<string, readonly Row[]>> = {
  'takes the Lease of the manifests at once': [
    [0, due, 'read', 'follows'],
    [5, read(silent(1)), 'write over 1', 'follows'],
    [10, written(2), 'startedLeading', 'leads'],
    [2_009, due, '', 'leads'],
    [2_010, due, 'write over 2', 'leads'],
    [2_020, written(3), '', 'leads'],
  ],
  'creates the Lease that is missing, and waits: somebody may lead by one that was deleted': [
    [0, due, 'read', 'follows'],
    [5, read(undefined), 'create', 'follows'],
    [10, read(unclaimed(1)), '', 'follows'],
    [2_010, due, 'read', 'follows'],
    [14_020, read(unclaimed(1)), '', 'follows'],
    [15_009, due, '', 'follows'],
    [15_010, due, 'read', 'follows'],
    [15_020, read(unclaimed(1)), 'write over 1', 'follows'],
    [15_030, written(2), 'startedLeading', 'leads'],
  ],
  'waits also when the manifests bring a Lease after another one was seen': [
    [0, due, 'read', 'follows'],
    [5, read(lease('b', 7)), '', 'follows'],
    [2_010, due, 'read', 'follows'],
    [2_020, read(silent(8, 'third')), '', 'follows'],
    [15_000, due, 'read', 'follows'],
    [17_020, read(silent(8, 'third')), 'write over 8', 'follows'],
  ],
  'takes a released Lease at once': [
    [0, due, 'read', 'follows'],
    [5, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
  ],
  'goes on with its own Lease after a restart': [
    [0, due, 'read', 'follows'],
    [5, read(lease('a', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
  ],
  'waits until it has seen a silent holder for the whole duration, whatever the times in the Lease say': [
    [0, due, 'read', 'follows'],
    [100, read(lease('b', 7)), '', 'follows'],
    [2_100, due, 'read', 'follows'],
    [14_000, read(lease('b', 7)), '', 'follows'],
    [15_099, due, '', 'follows'],
    [15_100, due, 'read', 'follows'],
    [15_110, read(lease('b', 7)), 'write over 7', 'follows'],
    [15_120, written(8), 'startedLeading', 'leads'],
  ],
  'starts waiting anew each time the holder renews': [
    [0, due, 'read', 'follows'],
    [100, read(lease('b', 7)), '', 'follows'],
    [14_000, due, 'read', 'follows'],
    [14_010, read(lease('b', 8)), '', 'follows'],
    [29_000, due, 'read', 'follows'],
    [29_009, read(lease('b', 8)), '', 'follows'],
    [31_010, due, 'read', 'follows'],
    [31_020, read(lease('b', 8)), 'write over 8', 'follows'],
  ],
  "waits for the holder's duration, not for its own": [
    [0, due, 'read', 'follows'],
    [100, read(lease('b', 7, 40)), '', 'follows'],
    [16_000, due, 'read', 'follows'],
    [16_010, read(lease('b', 7, 40)), '', 'follows'],
    [40_000, due, 'read', 'follows'],
    [40_100, read(lease('b', 7, 40)), 'write over 7', 'follows'],
  ],
  'follows when another one is faster': [
    [0, due, 'read', 'follows'],
    [5, read(lease('', 7)), 'write over 7', 'follows'],
    [10, conflict, '', 'follows'],
    [2_010, due, 'read', 'follows'],
    [2_020, read(lease('b', 8)), '', 'follows'],
  ],
  'tolerates errors until the renew deadline, counted from before the last good renewal was sent': [
    [0, due, 'read', 'follows'],
    [5, read(lease('', 7)), 'write over 7', 'follows'],
    [500, written(8), 'startedLeading', 'leads'],
    [2_500, due, 'write over 8', 'leads'],
    [2_600, failed, '', 'leads'],
    [4_600, due, 'write over 8', 'leads'],
    [9_600, failed, '', 'leads'],
    [10_004, due, '', 'leads'],
    [10_005, due, 'stoppedLeading renewDeadlinePassed', 'follows'],
    [11_600, due, 'read', 'follows'],
    [11_700, read(lease('a', 8)), 'write over 8', 'follows'],
    [11_800, written(9), 'startedLeading', 'leads'],
  ],
  'stops leading at the deadline while a request hangs': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
    [2_010, due, 'write over 8', 'leads'],
    [10_000, due, 'stoppedLeading renewDeadlinePassed', 'follows'],
    [10_500, due, '', 'follows'],
    [11_000, failed, '', 'follows'],
  ],
  'does not lead by an answer that came after its time': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10_000, written(8), '', 'follows'],
    [10_001, due, 'read', 'follows'],
  ],
  'stops at once when the Lease is found in other hands': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
    [2_010, due, 'write over 8', 'leads'],
    [2_020, conflict, 'read', 'leads'],
    [2_030, read(lease('b', 9)), 'stoppedLeading leaseTaken', 'follows'],
  ],
  'keeps leading when somebody only touched the Lease': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
    [2_010, due, 'write over 8', 'leads'],
    [2_020, conflict, 'read', 'leads'],
    [2_030, read(lease('a', 9)), 'write over 9', 'leads'],
    [2_040, written(10), '', 'leads'],
  ],
  'stops at once when its Lease is gone, makes another, and waits like everybody': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
    [2_010, due, 'write over 8', 'leads'],
    [2_020, conflict, 'read', 'leads'],
    [2_030, read(undefined), 'stoppedLeading leaseDeleted, create', 'follows'],
    [2_040, read(unclaimed(10)), '', 'follows'],
    [17_040, due, 'read', 'follows'],
    [17_050, read(unclaimed(10)), 'write over 10', 'follows'],
    [17_060, written(11), 'startedLeading', 'leads'],
  ],
  'looks at once when it is told of a change, and takes what was released': [
    [0, due, 'read', 'follows'],
    [5, read(lease('b', 7)), '', 'follows'],
    [700, changed(lease('', 8)), 'read', 'follows'],
    [705, read(lease('', 8)), 'write over 8', 'follows'],
    [710, written(9), 'startedLeading', 'leads'],
  ],
  'looks once more when the change came while it was looking': [
    [0, due, 'read', 'follows'],
    [2, changed(lease('', 8)), '', 'follows'],
    [5, read(lease('b', 7)), '', 'follows'],
    [5, due, 'read', 'follows'],
    [6, read(lease('', 8)), 'write over 8', 'follows'],
  ],
  'is not disturbed by its own renewals, and looks at once when somebody else has its Lease': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
    [20, changed(lease('a', 8)), '', 'leads'],
    [500, changed(undefined), 'read', 'leads'],
    [510, read(undefined), 'stoppedLeading leaseDeleted, create', 'follows'],
  ],
  'keeps asking a server that does not answer': [
    [0, due, 'read', 'follows'],
    [5_000, failed, '', 'follows'],
    [6_999, due, '', 'follows'],
    [7_000, due, 'read', 'follows'],
  ],
}

function words(effects: ReturnType<typeof step>[1]): string {
  return effects
    .map((effect) => {
      if (effect.type === 'write') return `write over ${effect.over.metadata.resourceVersion ?? ''}`
      return effect.type === 'stoppedLeading' ? `${effect.type} ${effect.reason}` : effect.type
    })
    .join(', ')
}

describe('An elector', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  for (const [name, trace] of Object.entries(traces)) {
    it(name, () => {
      let election = beginElection(settings, instant(0))
      for (const [at, event, effects, leading] of trace) {
        const [next, done] = step(election, event, instant(at), 0)
        expect(`${at}: ${words(done)}`).to.equal(`${at}: ${effects}`)
        expect(leads(next, instant(at)), `leading at ${at}`).to.equal(leading === 'leads')
        election = next
      }
    })
  }

  it('asks to be woken for its next attempt, or for the end of its time while a request is under way', () => {
    let election = beginElection(settings, instant(0))
    const play = (event: ElectionEvent, at: number): number => {
      election = step(election, event, instant(at), 0)[0]
      return nextDeadline(election)
    }
    expect(nextDeadline(election)).to.equal(0)
    expect(play(due, 0)).to.equal(Number.POSITIVE_INFINITY)
    expect(play(read(lease('', 7)), 10)).to.equal(Number.POSITIVE_INFINITY)
    expect(play(written(8), 20)).to.equal(2_020)
    expect(play(due, 2_020)).to.equal(10_010)
  })

  it('counts a change of holder, and none when it renews', () => {
    const time = '2026-11-21T08:00:00.000000Z'
    const base = { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: time }
    expect(claim(settings, unclaimed(1), time)).to.deep.equal({ ...base, acquireTime: time, leaseTransitions: 0 })
    expect(claim(settings, lease('b', 1), time)).to.deep.equal({ ...base, acquireTime: time, leaseTransitions: 4 })
    expect(claim(settings, lease('', 1), time)).to.deep.equal({ ...base, acquireTime: time, leaseTransitions: 4 })
    expect(claim(settings, lease('a', 1), time)).to.deep.equal({ ...base, acquireTime: 'then', leaseTransitions: 3 })
  })
})
