import { expect } from 'chai'
import type { Lease } from '../../../core/objects.ts'
import { connectKube } from '../../../kube/client.ts'
import { systemClock } from '../../../kube/clock.ts'
import { LeaderElection } from '../../../kube/lease.ts'
import { createLogger } from '../../../kube/logger.ts'
import { type Answer, answeringServer, configFor, json, type ScriptedServer, type SeenRequest, silence, status } from './scripted-server.ts'

const log = createLogger({ component: 'test', level: 'none' })

/** Holds one Lease the way the API server does: a write must name the version it replaces. */
class LeaseStore {
  lease: Lease | undefined
  #version = 100
  /** While set, no request is answered. */
  frozen = false

  readonly answer = (request: SeenRequest): Answer => {
    if (this.frozen) return silence
    if (request.method === 'GET') return this.lease === undefined ? status(404, 'NotFound', 'no such lease') : json(this.lease)
    const sent = JSON.parse(request.body) as Lease
    if (request.method === 'POST' && this.lease !== undefined) return status(409, 'AlreadyExists', 'it exists')
    if (request.method === 'PUT' && sent.metadata.resourceVersion !== this.lease?.metadata.resourceVersion)
      return status(409, 'Conflict', 'the object has been modified')
    this.lease = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(++this.#version) } }
    return json(this.lease)
  }
}

interface Elector {
  readonly election: LeaderElection
  readonly story: string[]
}

function elector(server: ScriptedServer, identity: string, onStopped: () => Promise<void> = () => Promise.resolve()): Elector {
  const story: string[] = []
  const election = new LeaderElection({
    client: connectKube({ config: configFor(server.url) }),
    namespace: 'metallb-system',
    name: 'controller',
    identity,
    leaseDurationMs: 1_000,
    renewDeadlineMs: 400,
    retryPeriodMs: 20,
    onStartedLeading: () => story.push('started'),
    onStoppedLeading: () => {
      story.push('stopped')
      return onStopped()
    },
    log,
    clock: systemClock,
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
    const { election } = elector(server, 'a', () => ended.promise)
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
