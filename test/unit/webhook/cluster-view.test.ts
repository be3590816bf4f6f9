import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import { connectKube, type KubeClient } from '../../../kube/client.ts'
import { type Clock, systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { ClusterView } from '../../../webhook/io/cluster-view.ts'
import type { World } from '../../../webhook/world.ts'
import {
  type Answer,
  answeringServer,
  configFor,
  line,
  list,
  type ScriptedServer,
  type SeenRequest,
  status,
} from '../kube/scripted-server.ts'
import { ownNamespace, stored } from './example.ts'

const names = (world: World): readonly (string | undefined)[] => world.poolObjects.map(({ metadata }) => metadata.name)
const isMetadataList = (request: SeenRequest): boolean => String(request.headers.accept).includes('PartialObjectMetadataList')

/** Time passes only by sleeping. */
function leapingClock(): Clock {
  let now = 0
  return {
    ...systemClock,
    now: () => now,
    sleep: async (ms, signal) => {
      now += ms
      await systemClock.sleep(1, signal)
    },
  }
}

describe('the view of the cluster', () => {
  const first = stored('first', ['10.0.0.0/24'], 5)
  const second = stored('second', ['10.0.1.0/24'], 7)
  let server: ScriptedServer
  let client: KubeClient
  let view: ClusterView
  let poolWatch: ServerResponse
  let namespaceWatch: ServerResponse
  let fullLists: readonly Answer[]
  let metadataList: Answer

  beforeEach(async () => {
    fullLists = [list(5, [first])]
    metadataList = list(5, [first])
    const opened = { pools: Promise.withResolvers<ServerResponse>(), namespaces: Promise.withResolvers<ServerResponse>() }
    const open =
      (what: keyof typeof opened): Answer =>
      (response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' })
        response.flushHeaders()
        opened[what].resolve(response)
      }
    server = await answeringServer((request) => {
      const isPools = request.path.endsWith('/ipaddresspools')
      if (request.query['watch'] === 'true') return open(isPools ? 'pools' : 'namespaces')
      if (!isPools)
        return list(1, [
          { metadata: { name: 'shop', annotations: { 'metallb.io/default-pool': 'first' }, resourceVersion: '1', uid: 'n' } },
        ])
      if (isMetadataList(request)) return metadataList
      const [next, ...rest] = fullLists
      fullLists = rest
      return next ?? status(500, 'InternalError', 'no list left')
    })
    client = connectKube({ config: configFor(server.url) })
    const log = createLogger({ component: 'test', level: 'none' })
    view = new ClusterView({ client, namespace: ownNamespace, classes: {}, log, clock: leapingClock() })
    view.start()
    await view.whenSynced()
    poolWatch = await opened.pools.promise
    namespaceWatch = await opened.namespaces.promise
  })

  afterEach(async () => {
    await view.stop()
    client.close()
    await server.close()
  })

  it('answers from the caches without a call', () => {
    const calls = server.requests.length
    expect(names(view.cached())).to.deep.equal(['first'])
    expect(view.cached().namespaceOf('shop').defaultPool).to.equal('first')
    expect(view.cached().namespaceOf('unheard-of').name).to.equal('unheard-of')
    expect(view.cached().pools).to.equal(view.cached().pools)
    expect(server.requests.length).to.equal(calls)
  })

  it('is confirmed by one list of metadata when nothing is new', async () => {
    expect(names(await view.confirmed())).to.deep.equal(['first'])
    expect(server.requests.filter(isMetadataList)).to.have.length(1)
  })

  it('waits for what the API server has but the watch has not brought yet', async () => {
    metadataList = (response, request) => {
      poolWatch.write(line('ADDED', second))
      return list(7, [first, second])(response, request)
    }
    expect(names(await view.confirmed())).to.deep.equal(['first', 'second'])
    expect(fullLists).to.have.length(0)
  })

  it('lists everything itself when the watch stays silent', async () => {
    metadataList = list(7, [first, second])
    fullLists = [list(7, [first, second])]
    expect(names(await view.confirmed())).to.deep.equal(['first', 'second'])
    expect(names(view.cached())).to.deep.equal(['first'])
  })

  it('rejects when the API server does not tell', async () => {
    metadataList = status(403, 'Forbidden', 'no')
    expect(await view.confirmed().then(String, (error: Error) => error.message)).to.contain('403 Forbidden')
  })

  it('knows when its own namespace is going', async () => {
    const ended = Promise.withResolvers<void>()
    view.onEnding(ended.resolve)
    expect(view.isEnding).to.equal(false)
    const going = { deletionTimestamp: '2026-02-01T00:00:00Z', managedFields: [{ manager: 'x' }] }
    namespaceWatch.write(line('MODIFIED', { metadata: { name: 'shop', uid: 'n', resourceVersion: '2', ...going } }))
    namespaceWatch.write(line('ADDED', { metadata: { name: ownNamespace, uid: 'm', resourceVersion: '3', ...going } }))
    await ended.promise
    expect(view.isEnding).to.equal(true)
  })

  it('compiles the pools again when one has changed', async () => {
    const changed = { ...(first as unknown as IPAddressPool), spec: { addresses: ['10.9.0.0/24'] } }
    poolWatch.write(line('MODIFIED', { ...changed, metadata: { ...changed.metadata, resourceVersion: '9' } }))
    metadataList = list(9, [{ metadata: { ...changed.metadata, resourceVersion: '9' } }])
    const world = await view.confirmed()
    expect(world.pools.pools.flatMap(({ ranges }) => ranges.map(({ text }) => text))).to.deep.equal(['10.9.0.0/24'])
  })
})
