import { expect } from 'chai'
import fc from 'fast-check'
import type { Clock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { WorkQueue, type WorkQueueOptions } from '../../../kube/queue.ts'

const log = createLogger({ component: 'test', level: 'none' })

/** Time that passes only when told to. */
class HandClock implements Clock {
  #now = 0
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()
  readonly slept: number[] = []

  now(): number {
    return this.#now
  }
  wall(): number {
    return this.#now
  }
  random(): number {
    return 0
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms)
    return new Promise((wake) => {
      const sleeper = { at: this.#now + ms, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        wake()
      })
    })
  }
  async pass(ms: number): Promise<void> {
    this.#now += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > this.#now) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
    await settled()
  }
  get asleep(): number {
    return this.#sleepers.size
  }
}

/** Everything that can run without time has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function queueOf(process: WorkQueueOptions['process'], options: Partial<WorkQueueOptions> = {}): { queue: WorkQueue; clock: HandClock } {
  const clock = new HandClock()
  return { clock, queue: new WorkQueue({ process, concurrency: 2, log, clock, ...options }) }
}

describe('A work queue', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  it('never works on one key twice at a time, and looks at every key after its last addition', async () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ type: fc.constant('later' as const), key: fc.constantFrom('a', 'b', 'c'), ms: fc.nat(50) }),
      fc.record({ type: fc.constant('finish' as const), which: fc.nat(3), fails: fc.boolean() }),
      fc.record({ type: fc.constant('pass' as const), ms: fc.nat(60) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, concurrency) => {
        const active = new Map<string, PromiseWithResolvers<void>>()
        const unseen = new Set<string>()
        const { queue, clock } = queueOf(
          (key) => {
            expect(active.has(key), `two workers on ${key}`).to.equal(false)
            expect(active.size).to.be.lessThan(concurrency)
            unseen.delete(key)
            const work = Promise.withResolvers<void>()
            active.set(key, work)
            return work.promise.finally(() => active.delete(key))
          },
          { concurrency },
        )
        const finish = async (which: number, fails: boolean): Promise<void> => {
          const [, work] = [...active][which % Math.max(1, active.size)] ?? []
          if (fails) work?.reject(new Error('not this time'))
          else work?.resolve()
          await settled()
        }
        for (const action of steps) {
          if (action.type === 'add' || action.type === 'later') unseen.add(action.key)
          if (action.type === 'add') queue.add(action.key)
          else if (action.type === 'later') queue.addAfter(action.key, action.ms)
          else if (action.type === 'finish') await finish(action.which, action.fails)
          else await clock.pass(action.ms)
          await settled()
        }
        while (active.size > 0 || clock.asleep > 0 || queue.depth > 0) {
          await clock.pass(60_000)
          while (active.size > 0) await finish(0, false)
        }
        expect([...unseen]).to.deep.equal([])
        await queue.stop()
      }),
      { numRuns: 60 },
    )
  })

  it('tries a failing key again after 5, 10, 20 … ms, up to the limit, and forgets that when it succeeds', async () => {
    let fails = 6
    const { queue, clock } = queueOf(() => (fails-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve()), { maxDelayMs: 60 })
    queue.add('a')
    for (let round = 0; round < 10; round++) {
      await settled()
      await clock.pass(60)
    }
    fails = 1
    queue.add('a')
    await settled()
    expect(clock.slept).to.deep.equal([5, 10, 20, 40, 60, 60, 5])
    await queue.stop()
  })

  it('does not let a failing key keep the others waiting', async () => {
    const done: string[] = []
    const { queue } = queueOf((key) => (key === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(void done.push(key))), {
      concurrency: 1,
    })
    for (const key of ['bad', 'a', 'b']) queue.add(key)
    await settled()
    expect(done).to.deep.equal(['a', 'b'])
    await queue.stop()
  })

  it('counts several additions of a waiting key as one', async () => {
    let runs = 0
    const { queue } = queueOf(() => Promise.resolve(void runs++))
    for (let i = 0; i < 5; i++) queue.add('a')
    await settled()
    expect(runs).to.equal(1)
    await queue.stop()
  })

  it('takes what is urgent before what came earlier, and what can wait after it, and each key once', async () => {
    const done: string[] = []
    const { queue } = queueOf((key) => Promise.resolve(void done.push(key)), { concurrency: 1 })
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key)
    for (const key of ['y', 'a', 'z']) queue.addLast(key)
    for (const key of ['c', 'e', 'b']) queue.addFirst(key)
    queue.add('c')
    queue.add('z')
    expect(queue.depth).to.equal(7)
    await settled()
    expect(done).to.deep.equal(['c', 'e', 'b', 'a', 'd', 'z', 'y'])
    await queue.stop()
  })

  it('tells how long keys stood in line and were worked on, and what is tried again', async () => {
    const told: string[] = []
    const observer = {
      added: () => void told.push('added'),
      started: (ms: number) => void told.push(`started after ${ms}`),
      ended: (ms: number) => void told.push(`ended after ${ms}`),
      retried: () => void told.push('retried'),
    }
    const work = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let begun = 0
    const { queue, clock } = queueOf(() => work[begun++]?.promise ?? Promise.resolve(), { concurrency: 1, observer })
    queue.add('a')
    queue.add('b')
    queue.add('b')
    await settled()
    await clock.pass(10)
    work[0]?.resolve()
    await settled()
    await clock.pass(5)
    work[1]?.reject(new Error('not this time'))
    await settled()
    expect(told).to.deep.equal(['added', 'added', 'started after 0', 'ended after 10', 'started after 10', 'retried', 'ended after 5'])
    await queue.stop()
  })

  it('lets the process breathe, however much work there is that waits for nothing', async () => {
    let done = 0
    const { queue } = queueOf(() => Promise.resolve(void done++))
    for (let i = 0; i < 1000; i++) queue.add(`k${i}`)
    await settled()
    expect(done).to.be.within(1, 300)
    while (queue.depth > 0) await settled()
    await settled()
    expect(done).to.equal(1000)
    await queue.stop()
  })

  it('takes the earlier of two wishes for later', async () => {
    let runs = 0
    const { queue, clock } = queueOf(() => Promise.resolve(void runs++))
    queue.addAfter('a', 100)
    queue.addAfter('a', 10)
    queue.addAfter('a', 50)
    await clock.pass(10)
    expect(runs).to.equal(1)
    await clock.pass(200)
    expect(runs).to.equal(1)
    await queue.stop()
  })

  it('waits for its workers when stopped, and starts nothing more', async () => {
    const work = Promise.withResolvers<void>()
    const started: string[] = []
    const { queue } = queueOf((key) => {
      started.push(key)
      return work.promise
    })
    for (const key of ['a', 'b', 'c']) queue.add(key)
    await settled()
    let stopped = false
    const stopping = queue.stop().then(() => {
      stopped = true
    })
    queue.add('d')
    await settled()
    expect([stopped, started]).to.deep.equal([false, ['a', 'b']])
    work.resolve()
    await stopping
    await settled()
    expect(started).to.deep.equal(['a', 'b'])
  })
})
