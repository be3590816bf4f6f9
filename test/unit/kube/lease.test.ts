import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import type { Lease } from '../../../core/objects.ts'
import { connectKube } from '../../../kube/client.ts'
import { systemClock } from '../../../kube/clock.ts'
import { LeaderElection, type LeaderElectionOptions } from '../../../kube/lease.ts'
import { createLogger } from '../../../kube/logger.ts'
import { type Answer, answeringServer, configFor, json, type ScriptedServer, type SeenRequest, silence, status } from './scripted-server.ts'

const log = createLogger({ component: 'test', level: 'none' })

/** Holds one Lease the way the API server does: a write must name the version it replaces. */
class LeaseStore {
  /** As the manifests have it. */
  #lease: Lease | undefined = { metadata: { name: 'controller', namespace: 'metallb-system', uid: '1', resourceVersion: '1' } }
  #version = 100
  readonly #watches = new Set<ServerResponse>()
  /** While set, no request is answered. */
  frozen = false

  get lease(): Lease | undefined {
    return this.#lease
  }

  set lease(lease: Lease | undefined) {
    const object = lease ?? this.#lease
    this.#lease = lease
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type: lease === undefined ? 'DELETED' : 'MODIFIED', object })}\n`)
  }

  delete(): void {
    this.lease = undefined
  }

  readonly answer = (request: SeenRequest): Answer => {
    if (this.frozen) return silence
    if (request.query['watch'] !== undefined) return (response) => this.#watch(response)
    if (request.query['fieldSelector'] !== undefined)
      return json({ metadata: { resourceVersion: String(this.#version) }, items: this.lease === undefined ? [] : [this.lease] })
    if (request.method === 'GET') return this.lease === undefined ? status(404, 'NotFound', 'no such lease') : json(this.lease)
    const sent = JSON.parse(request.body) as Lease
    if (request.method === 'POST' && this.lease !== undefined) return status(409, 'AlreadyExists', 'it exists')
    if (request.method === 'PUT' && sent.metadata.resourceVersion !== this.lease?.metadata.resourceVersion)
      return status(409, 'Conflict', 'the object has been modified')
    this.lease = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(++this.#version) } }
    return json(this.lease)
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
    this.#watches.add(response)
    response.once('close', () => this.#watches.delete(response))
  }
}

interface Elector {
  readonly election: LeaderElection
  readonly story: string[]
}

const short = { leaseDurationMs: 1_000, renewDeadlineMs: 400, retryPeriodMs: 20 }
/** They would not look again within a test's time. */
const long = { leaseDurationMs: 3_600_000, renewDeadlineMs: 3_000_000, retryPeriodMs: 2_000_000 }

function elector(server: ScriptedServer, identity: string, options: Partial<LeaderElectionOptions> = {}): Elector {
  const story: string[] = []
  const election = new LeaderElection({
    client: connectKube({ config: configFor(server.url) }),
    namespace: 'metallb-system',
    name: 'controller',
    identity,
    onStartedLeading: () => story.push('started'),
    onStoppedLeading: () => {
      story.push('stopped')
    },
    log,
    clock: systemClock,
    ...short,
    ...options,
  })
  election.start()
  return { election, story }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
  }
}

describe('Leader election', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  let store: LeaseStore
  let server: ScriptedServer
  beforeEach(async () => {
    store = new LeaseStore()
    server = await answeringServer((request) => store.answer(request))
  })
  afterEach(() => server.close())

  it('gives the lease to one of two, and at once to the other when that one stops', async () => {
    const electors = [elector(server, 'a'), elector(server, 'b')]
    await until(() => electors.some(({ election }) => election.isLeader()))
    const [first, second] = electors[0]?.election.isLeader() === true ? electors : electors.toReversed()
    expect(second?.election.isLeader()).to.equal(false)
    await first?.election.stop()
    expect(first?.story).to.deep.equal(['started', 'stopped'])
    expect(first?.election.isLeader()).to.equal(false)
    await until(() => second?.election.isLeader() === true)
    await second?.election.stop()
    expect(store.lease?.spec?.holderIdentity).to.equal('')
    expect(store.lease?.spec?.leaseTransitions).to.equal(1)
  })

  it('hands over by the watch, without waiting for the next attempt', async () => {
    const electors = ['a', 'b'].map((identity) => elector(server, identity, long))
    await until(() => electors.some(({ election }) => election.isLeader()))
    await until(() => server.requests.filter(({ query }) => query['watch'] !== undefined).length === 2)
    const [first, second] = electors[0]?.election.isLeader() === true ? electors : electors.toReversed()
    await first?.election.stop()
    await until(() => second?.election.isLeader() === true)
    await second?.election.stop()
  })

  it('tells the next leader what was written last', async () => {
    const heard: string[] = []
    const onStartedLeading = (lastWrite: string): number => heard.push(lastWrite)
    const first = elector(server, 'a', { lastWrite: () => '1200', onStartedLeading })
    await until(() => first.election.isLeader())
    await first.election.stop()
    const second = elector(server, 'b', { lastWrite: () => '', onStartedLeading })
    await until(() => second.election.isLeader())
    await second.election.stop()
    expect(heard[1]).to.equal('1200')
  })

  it('ends at once when the Lease is deleted, and comes back with another one when its time is over', async () => {
    const { election, story } = elector(server, 'a')
    await until(() => election.isLeader())
    store.delete()
    await until(() => store.lease !== undefined)
    expect(election.isLeader()).to.equal(false)
    expect(store.lease?.spec).to.deep.equal({ leaseDurationSeconds: 1 })
    await until(() => election.isLeader())
    await election.stop()
    expect(story).to.deep.equal(['started', 'stopped', 'started', 'stopped'])
  })

  it('never has two leaders while the API server stops answering and comes back', async () => {
    const electors = [elector(server, 'a'), elector(server, 'b')]
    const leaders = (): number => electors.filter(({ election }) => election.isLeader()).length
    for (let round = 0; round < 2; round++) {
      await until(() => {
        expect(leaders()).to.be.lessThan(2)
        return leaders() === 1
      })
      store.frozen = true
      await until(() => {
        expect(leaders()).to.be.lessThan(2)
        return leaders() === 0
      })
      store.frozen = false
    }
    for (const { election } of electors) await election.stop()
    expect(electors.flatMap(({ story }) => story).filter((word) => word === 'stopped')).to.have.length.at.least(2)
  })

  it('writes the Lease as Kubernetes does', async () => {
    const { election } = elector(server, 'controller-7d9')
    await until(() => election.isLeader())
    const { metadata, spec } = store.lease ?? { metadata: {} }
    expect(metadata).to.include({ name: 'controller', namespace: 'metallb-system' })
    expect(spec).to.include({ holderIdentity: 'controller-7d9', leaseDurationSeconds: 1, leaseTransitions: 0 })
    expect(spec?.renewTime).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    await election.stop()
  })

  it('releases only when what had to end has ended', async () => {
    const ended = Promise.withResolvers<void>()
    const { election } = elector(server, 'a', { onStoppedLeading: () => ended.promise })
    await until(() => election.isLeader())
    const stopping = election.stop()
    expect(election.isLeader()).to.equal(false)
    expect(store.lease?.spec?.holderIdentity).to.equal('a')
    ended.resolve()
    await stopping
    expect(store.lease?.spec?.holderIdentity).to.equal('')
  })

  it('stops without a word to the API when it never led', async () => {
    store.lease = {
      metadata: { name: 'controller', namespace: 'metallb-system', resourceVersion: '1' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 60 },
    }
    const { election, story } = elector(server, 'a')
    await until(() => server.requests.length > 0)
    await election.stop()
    expect(story).to.deep.equal([])
    expect(server.requests.every(({ method }) => method === 'GET')).to.equal(true)
  })

  it('stops also when the API server does not take the lease back', async () => {
    const { election, story } = elector(server, 'a')
    await until(() => election.isLeader())
    await server.close()
    await election.stop()
    expect(story).to.deep.equal(['started', 'stopped'])
  })

  it('refuses durations that cannot work', () => {
    const client = connectKube({ config: configFor(server.url) })
    const options = {
      client,
      namespace: 'n',
      name: 'l',
      identity: 'a',
      onStartedLeading: () => undefined,
      onStoppedLeading: () => undefined,
      log,
    }
    expect(() => new LeaderElection({ ...options, leaseDurationMs: 5_000 })).to.throw(RangeError)
    expect(() => new LeaderElection({ ...options, retryPeriodMs: 9_000 })).to.throw(RangeError)
  })
})
