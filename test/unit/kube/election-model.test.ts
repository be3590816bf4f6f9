// Three electors, one stored Lease, and everything between them that can go wrong: a search for a moment with two leaders.
import process from 'node:process'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Lease } from '../../../core/objects.ts'
import { type Instant, instant, millis } from '../../../core/time.ts'
import { beginElection, claim, type Election, type ElectionEvent, leads, nextDeadline, step, unclaimed } from '../../../kube/election.ts'

const durations = { leaseDuration: millis(15_000), renewDeadline: millis(10_000), retryPeriod: millis(2_000) }
const runs = Number(process.env['ELECTION_RUNS'] ?? 2000)
const requestLimit = durations.renewDeadline / 2

/** What becomes of an elector's requests. `delay`: the answer comes a tick later; `hold`: nothing, and the request may be carried out long after its sender gave it up; `freeze`: the process stands still as well. */
type Weather = 'deliver' | 'delay' | 'lose' | 'drop answer' | 'hold' | 'freeze'
type Accident = 'none' | 'delete' | 'install' | 'delete often' | 'touch' | 'restart' | 'replace'

interface Request {
  readonly type: 'read' | 'create' | 'write'
  readonly over?: Lease
  readonly sentAt: number
  answer?: ElectionEvent
}

interface Elector {
  election: Election
  /** Milliseconds that its monotonic clock is ahead. */
  readonly skew: number
  request: Request | undefined
  /** Its sender has given them up, or is dead. */
  readonly strays: Request[]
}

const failed: ElectionEvent = { type: 'failed' }

class World {
  now = 0
  /** Milliseconds by which wall clocks jump: they are written into the Lease, and must mean nothing. */
  readonly #walls: () => number
  #stored: Lease | undefined
  #version = 0
  #names = 0
  #installedAt = Number.NEGATIVE_INFINITY
  readonly electors: Elector[]

  constructor(skews: readonly number[], walls: () => number, isInstalled: boolean) {
    this.#walls = walls
    // As the manifests have it.
    if (isInstalled) this.#store(undefined, undefined)
    this.electors = skews.map((skew) => this.#born(skew, `pod-${++this.#names}`, []))
  }

  leaders(): readonly string[] {
    return this.electors
      .filter((elector) => leads(elector.election, this.#clock(elector)))
      .map(({ election: { settings } }) => settings.identity)
  }

  happens(accident: Accident, elector: Elector): void {
    if (accident === 'delete') this.deleteLease()
    // An annotation, say.
    if (accident === 'touch' && this.#stored !== undefined) this.#store(this.#stored, this.#stored.spec)
    if (accident === 'install') this.#install()
    // The one hole: whoever begins with a Lease of the manifests cannot know of one that was deleted just before.
    if (this.now < this.#installedAt + durations.leaseDuration) return
    if (accident === 'restart') this.#reborn(elector, elector.election.settings.identity)
    if (accident === 'replace') this.#reborn(elector, `pod-${++this.#names}`)
  }

  /** The manifests are applied: they bring a Lease where there is none. */
  #install(): void {
    if (this.#stored !== undefined || this.electors.some(({ election }) => election.seen === undefined)) return
    this.#store(undefined, undefined)
    this.#installedAt = this.now
  }

  deleteLease(): void {
    const gone = this.#stored
    this.#stored = undefined
    if (gone !== undefined)
      for (const elector of this.electors)
        elector.strays.push({ type: 'read', sentAt: this.now, answer: { type: 'changed', lease: undefined } })
  }

  /** One elector for one tick. */
  live(elector: Elector, weather: Weather): void {
    if (weather === 'freeze') return
    this.#strays(elector, weather)
    const { request } = elector
    if (request !== undefined && request.sentAt + requestLimit < this.now) {
      elector.strays.push(request)
      this.#answer(elector, failed)
    }
    if (nextDeadline(elector.election) <= this.#clock(elector)) this.#feed(elector, { type: 'due' })
    this.#network(elector, weather)
  }

  #network(elector: Elector, weather: Weather): void {
    const { request } = elector
    if (request === undefined || weather === 'hold') return
    if (weather === 'lose') return this.#answer(elector, failed)
    const answered = request.answer
    const answer = answered ?? this.#carryOut(elector, request)
    if (weather === 'drop answer') this.#answer(elector, failed)
    else if (weather === 'delay' && answered === undefined) request.answer = answer
    else this.#answer(elector, answer)
  }

  /** Requests that nobody waits for are carried out when the way is free; a watch brings what it has. */
  #strays(elector: Elector, weather: Weather): void {
    if (weather === 'hold' || weather === 'lose') return
    for (const stray of elector.strays.splice(0)) {
      if (stray.answer?.type === 'changed') this.#feed(elector, stray.answer)
      else if (stray.answer === undefined) this.#carryOut(elector, stray)
    }
  }

  #answer(elector: Elector, event: ElectionEvent): void {
    elector.request = undefined
    this.#feed(elector, event)
  }

  #feed(elector: Elector, event: ElectionEvent): void {
    const [election, effects] = step(elector.election, event, this.#clock(elector), 0.5)
    elector.election = election
    for (const effect of effects) {
      if (effect.type === 'startedLeading' || effect.type === 'stoppedLeading') continue
      if (elector.request !== undefined) expect.fail('two requests at a time')
      elector.request = { sentAt: this.now, ...effect }
    }
  }

  #carryOut({ election: { settings } }: Elector, { type, over }: Request): ElectionEvent {
    if (type === 'read') return { type: 'read', lease: this.#stored }
    if (over === undefined)
      return this.#stored === undefined ? { type: 'read', lease: this.#store(undefined, unclaimed(settings)) } : { type: 'conflict' }
    if (this.#stored?.metadata.resourceVersion !== over.metadata.resourceVersion) return { type: 'conflict' }
    return { type: 'written', lease: this.#store(over, claim(settings, over, new Date(this.#walls()).toISOString())) }
  }

  #store(over: Lease | undefined, spec: Lease['spec']): Lease {
    const version = String(++this.#version)
    const metadata = { name: 'l', uid: over?.metadata.uid ?? version, resourceVersion: version }
    this.#stored = { metadata, ...(spec === undefined ? {} : { spec }) }
    return this.#stored
  }

  #reborn(elector: Elector, identity: string): void {
    const strays = elector.request === undefined ? elector.strays : [...elector.strays, elector.request]
    Object.assign(elector, this.#born(elector.skew, identity, strays))
  }

  #born(skew: number, identity: string, strays: readonly Request[]): Elector {
    const election = beginElection({ ...durations, identity }, instant(this.now + skew))
    return { election, skew, request: undefined, strays: [...strays] }
  }

  #clock({ skew }: Elector): Instant {
    return instant(this.now + skew)
  }
}

const weather = fc.constantFrom<Weather>('deliver', 'deliver', 'deliver', 'delay', 'lose', 'drop answer', 'hold', 'freeze')
const accident = fc.constantFrom<Accident>('none', 'none', 'delete', 'delete', 'install', 'delete often', 'touch', 'restart', 'replace')
const day = fc.record({ ticks: fc.integer({ min: 1, max: 90 }), weathers: fc.tuple(weather, weather, weather), accident, whom: fc.nat(2) })

describe('Three electors', function () {
  // A busy machine is no failure.
  this.timeout(60_000)

  it('never lead together, whatever networks, clocks, processes and people do', () => {
    const seen = { handovers: 0, deletions: 0 }
    const input = {
      days: fc.array(day, { maxLength: 24 }),
      skews: fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(1_000_000)),
      tick: fc.integer({ min: 50, max: 900 }),
      wallJumps: fc.array(fc.integer({ min: -1e11, max: 1e11 }), { minLength: 1 }),
      isInstalled: fc.boolean(),
    }
    fc.assert(
      fc.property(fc.record(input), ({ days, isInstalled, skews, tick, wallJumps }) => {
        let walls = 0
        const world = new World(skews, () => 1.7e12 + (wallJumps[walls++ % wallJumps.length] ?? 0), isInstalled)
        let last: string | undefined
        for (const { accident: what, ticks, weathers, whom } of days) {
          const victim = world.electors[whom]
          if (victim !== undefined) world.happens(what, victim)
          for (let count = 0; count < ticks; count++) {
            world.now += tick
            if (what === 'delete often' && count % 7 === whom) {
              world.deleteLease()
              seen.deletions++
            }
            for (const [who, elector] of world.electors.entries()) {
              world.live(elector, weathers[who] ?? 'hold')
              const leaders = world.leaders()
              if (leaders.length > 1) expect.fail(`${leaders.join(' and ')} lead`)
              if (leaders[0] !== undefined && leaders[0] !== last) seen.handovers++
              last = leaders[0] ?? last
            }
          }
        }
      }),
      { numRuns: runs },
    )
    // Otherwise the world was too calm to show anything.
    expect(seen.handovers).to.be.greaterThan(runs / 2)
    expect(seen.deletions).to.be.greaterThan(runs / 2)
  })
})
