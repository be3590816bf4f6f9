import { expect } from 'chai'
import fc from 'fast-check'
import type { Lease } from '../../../core/objects.ts'
import { type Instant, instant, millis } from '../../../core/time.ts'
import {
  beginElection,
  claim,
  type Election,
  type ElectionEvent,
  type ElectionSettings,
  leads,
  nextDeadline,
  step,
} from '../../../kube/election.ts'

const settings: ElectionSettings = {
  identity: 'a',
  leaseDuration: millis(15_000),
  renewDeadline: millis(10_000),
  retryPeriod: millis(2_000),
}

function lease(holder: string, version: number, seconds = 15): Lease {
  return {
    metadata: { name: 'l', namespace: 'n', resourceVersion: String(version) },
    spec: { holderIdentity: holder, leaseDurationSeconds: seconds, leaseTransitions: 3, acquireTime: 'then', renewTime: 'then' },
  }
}

const due: ElectionEvent = { type: 'due' }
const read = (found: Lease | undefined): ElectionEvent => ({ type: 'read', lease: found })
const written = (version: number): ElectionEvent => ({ type: 'written', lease: lease('a', version) })
const conflict: ElectionEvent = { type: 'conflict' }
const failed: ElectionEvent = { type: 'failed' }

/** At this millisecond this happens; then these effects; after all of it leading or not. */
type Row = readonly [at: number, event: ElectionEvent, effects: string, leading: 'leads' | 'follows']

const traces: Readonly<Record<string, readonly Row[]>> = {
  'creates the Lease that nobody has made': [
    [0, due, 'read', 'follows'],
    [5, read(undefined), 'write new', 'follows'],
    [10, written(1), 'startedLeading', 'leads'],
    [2_009, due, '', 'leads'],
    [2_010, due, 'write over 1', 'leads'],
    [2_020, written(2), '', 'leads'],
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
    [15_099, read(lease('b', 7)), '', 'follows'],
    [17_099, due, 'read', 'follows'],
    [17_100, read(lease('b', 7)), 'write over 7', 'follows'],
    [17_110, written(8), 'startedLeading', 'leads'],
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
  'creates its Lease again when it is deleted under it': [
    [0, due, 'read', 'follows'],
    [0, read(lease('', 7)), 'write over 7', 'follows'],
    [10, written(8), 'startedLeading', 'leads'],
    [2_010, due, 'write over 8', 'leads'],
    [2_020, conflict, 'read', 'leads'],
    [2_030, read(undefined), 'write new', 'leads'],
    [2_040, written(10), '', 'leads'],
  ],
  'does not take the place of a holder whose Lease was deleted before its time is over': [
    [0, due, 'read', 'follows'],
    [0, read(lease('b', 7)), '', 'follows'],
    [2_000, due, 'read', 'follows'],
    [2_010, read(undefined), '', 'follows'],
    [17_000, due, 'read', 'follows'],
    [17_009, read(undefined), '', 'follows'],
    [19_010, due, 'read', 'follows'],
    [19_020, read(undefined), 'write new', 'follows'],
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
      if (effect.type === 'write')
        return effect.over === undefined ? 'write new' : `write over ${effect.over.metadata.resourceVersion ?? ''}`
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
    expect(claim(settings, undefined, time)).to.deep.equal({ ...base, acquireTime: time, leaseTransitions: 0 })
    expect(claim(settings, lease('b', 1), time)).to.deep.equal({ ...base, acquireTime: time, leaseTransitions: 4 })
    expect(claim(settings, lease('', 1), time)).to.deep.equal({ ...base, acquireTime: time, leaseTransitions: 4 })
    expect(claim(settings, lease('a', 1), time)).to.deep.equal({ ...base, acquireTime: 'then', leaseTransitions: 3 })
  })

  it('never leads together with another one, whatever the network does and however their clocks differ', () => {
    const mode = fc.constantFrom('deliver', 'deliver', 'lose', 'drop answer', 'hold')
    const weather = fc.record({ ticks: fc.integer({ min: 1, max: 120 }), modes: fc.tuple(mode, mode), deletes: fc.boolean() })
    let handovers = 0
    fc.assert(
      fc.property(fc.array(weather, { maxLength: 12 }), fc.nat(1_000_000), fc.integer({ min: 50, max: 400 }), (days, skew, tick) => {
        const world = new World(skew)
        let last: number | undefined
        for (const { ticks, modes, deletes } of days) {
          if (deletes) world.deleteLease()
          for (let i = 0; i < ticks; i++) {
            world.now += tick
            for (const who of [0, 1]) {
              world.feed(who, due)
              world.network(who, modes[who] ?? 'hold')
            }
            const leaders = world.leaders()
            expect(leaders).to.have.length.lessThan(2)
            if (leaders[0] !== undefined && leaders[0] !== last) handovers++
            last = leaders[0] ?? last
          }
        }
      }),
      { numRuns: 150 },
    )
    // Otherwise the world was too calm to show anything.
    expect(handovers).to.be.greaterThan(50)
  })
})

/** Two electors and one stored Lease; requests wait until the network is told what to do with them. */
class World {
  now = 0
  #stored: Lease | undefined
  #version = 0
  readonly #skew: number
  readonly #electors: { election: Election; request: { readonly write: boolean; readonly over?: Lease | undefined } | undefined }[]

  constructor(skew: number) {
    this.#skew = skew
    this.#electors = ['a', 'b'].map((identity, index) => ({
      election: beginElection({ ...settings, identity }, this.#clock(index)),
      request: undefined,
    }))
  }

  leaders(): readonly number[] {
    return [0, 1].filter((who) => {
      const elector = this.#electors[who]
      return elector !== undefined && leads(elector.election, this.#clock(who))
    })
  }

  /** Not before everyone has seen it: who finds none at its first look makes one, and two absences look like one that lasted. */
  deleteLease(): void {
    if (this.#electors.every(({ election }) => election.seen?.lease !== undefined)) this.#stored = undefined
  }

  feed(who: number, event: ElectionEvent): void {
    const elector = this.#electors[who]
    if (elector === undefined) return
    const [election, effects] = step(elector.election, event, this.#clock(who), 0.5)
    elector.election = election
    for (const effect of effects) {
      if (effect.type === 'read') elector.request = { write: false }
      if (effect.type === 'write') elector.request = { write: true, over: effect.over }
    }
  }

  network(who: number, what: 'deliver' | 'lose' | 'drop answer' | 'hold'): void {
    const elector = this.#electors[who]
    if (elector?.request === undefined || what === 'hold') return
    const { write, over } = elector.request
    elector.request = undefined
    const answer = what === 'lose' ? failed : write ? this.#write(elector.election, over) : read(this.#stored)
    this.feed(who, what === 'deliver' ? answer : failed)
  }

  #write({ settings: mine }: Election, over: Lease | undefined): ElectionEvent {
    if (over?.metadata.resourceVersion !== this.#stored?.metadata.resourceVersion) return conflict
    const metadata = { name: 'l', resourceVersion: String(++this.#version) }
    this.#stored = { metadata, spec: claim(mine, over, 'now') }
    return { type: 'written', lease: this.#stored }
  }

  #clock(who: number): Instant {
    return instant(this.now + who * this.#skew)
  }
}
