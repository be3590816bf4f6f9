import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import type { World } from '../../../admission/world.ts'
import { joinName } from '../../../core/namespaced-name.ts'
import type { Fields } from '../../../core/shape.ts'
import { connectKube, type KubeClient } from '../../../kube/client.ts'
import { type Clock, systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { ClusterView } from '../../../webhook/io/cluster-view.ts'
import { ownNamespace, stored } from '../admission/example.ts'
import { address, namespaceOf, serviceObject, service as serviceView } from '../core/objects.ts'
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
  const shop = { metadata: { name: 'shop', annotations: { 'metallb.io/default-pool': 'first' }, resourceVersion: '1', uid: 'n' } }
  const tor = {
    kind: 'BGPPeer',
    metadata: { name: 'tor', namespace: ownNamespace, uid: 'p' },
    spec: { myASN: 65001, peerASN: 65000, peerAddress: '10.0.1.1' },
  }
  const node = { metadata: { name: 'n1', uid: 'm' }, spec: { podCIDRs: ['10.244.1.0/24'] } }
  const web = { ...serviceObject('shop/web', { held: ['10.0.0.7'] }), kind: 'Service' }
  const onWeb = { kind: 'service', key: joinName('shop', 'web') } as const
  const lists = (): readonly SeenRequest[] => server.requests.filter(({ query }) => query['watch'] !== 'true')
  const holders = (world: World): readonly string[] => world.ipam().holdersOf(address('10.0.0.7'))
  let server: ScriptedServer
  let client: KubeClient
  let view: ClusterView
  let poolWatch: ServerResponse
  let namespaceWatch: ServerResponse
  let serviceWatch: ServerResponse
  let serviceMetadata: Answer
  let peerWatch: ServerResponse
  let releaseWatch: ServerResponse
  let peerList: Answer
  let serviceCidrs: Answer
  let viewOf: () => ClusterView
  let fullLists: readonly Answer[]
  let metadataList: Answer

  beforeEach(async () => {
    fullLists = [list(5, [first])]
    metadataList = list(5, [first])
    serviceMetadata = list(3, [web])
    peerList = list(1, [])
    serviceCidrs = list(1, [{ metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12'] } }])
    const opened = new Map<string, PromiseWithResolvers<ServerResponse>>()
    const watchOf = (plural: string): PromiseWithResolvers<ServerResponse> => {
      const known = opened.get(plural) ?? Promise.withResolvers<ServerResponse>()
      opened.set(plural, known)
      return known
    }
    const open =
      (plural: string): Answer =>
      (response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' })
        response.flushHeaders()
        watchOf(plural).resolve(response)
      }
    server = await answeringServer((request) => {
      const plural = request.path.split('/').at(-1) ?? ''
      if (request.query['watch'] === 'true') return open(plural)
      if (plural === 'services') return isMetadataList(request) ? serviceMetadata : list(3, [web])
      if (plural === 'namespaces') return list(1, [shop])
      if (plural === 'bgppeers') return peerList
      if (plural === 'servicecidrs') return serviceCidrs
      if (plural === 'nodes') return list(1, [node])
      if (plural !== 'ipaddresspools') return list(1, [])
      if (isMetadataList(request)) return metadataList
      const [next, ...rest] = fullLists
      fullLists = rest
      return next ?? status(500, 'InternalError', 'no list left')
    })
    client = connectKube({ config: configFor(server.url) })
    const log = createLogger({ component: 'test', level: 'none' })
    viewOf = () =>
      new ClusterView({
        client,
        settings: {
          namespace: ownNamespace,
          classes: {},
          poolPriority: 'highest',
          serviceAdmission: 'enforce',
          ignoresExcludeLabel: false,
        },
        log,
        clock: leapingClock(),
      })
    view = viewOf()
    view.start()
    await view.whenSynced()
    poolWatch = await watchOf('ipaddresspools').promise
    namespaceWatch = await watchOf('namespaces').promise
    peerWatch = await watchOf('bgppeers').promise
    serviceWatch = await watchOf('services').promise
    releaseWatch = await watchOf('configmaps').promise
  })

  afterEach(async () => {
    await view.stop()
    client.close()
    await server.close()
  })

  it('answers from the caches without a call', () => {
    const calls = lists().length
    expect(names(view.cached())).to.deep.equal(['first'])
    expect(view.cached().namespaceOf('shop').defaultPool).to.equal('first')
    expect(view.cached().namespaceOf('unheard-of').name).to.equal('unheard-of')
    expect(view.cached().pools).to.equal(view.cached().pools)
    expect(lists().length).to.equal(calls)
  })

  it('knows the networks that Kubernetes uses itself', () => {
    expect(
      view
        .cached()
        .clusterNetworks()
        .map(({ text, of }) => `${text} ${of}`),
    ).to.deep.equal(['10.96.0.0/12 the cluster IPs of Services', '10.244.1.0/24 the Pods of Node n1'])
  })

  it('does without a kind that the cluster does not have, and asks for it once', async () => {
    serviceCidrs = status(404, 'NotFound', 'the server could not find the requested resource')
    const asked = (): number => lists().filter(({ path }) => path.endsWith('/servicecidrs')).length
    const before = asked()
    fullLists = [list(5, [first])]
    const other = viewOf()
    other.start()
    await other.whenSynced()
    expect(other.cached().clusterNetworks()).to.have.length(1)
    expect(asked() - before).to.equal(1)
    await other.stop()
  })

  it('is confirmed by one list of metadata when nothing is new', async () => {
    expect(names(await view.confirmed(['pools']))).to.deep.equal(['first'])
    expect(server.requests.filter(isMetadataList)).to.have.length(1)
  })

  it('waits for what the API server has but the watch has not brought yet', async () => {
    metadataList = (response, request) => {
      poolWatch.write(line('ADDED', second))
      return list(7, [first, second])(response, request)
    }
    expect(names(await view.confirmed(['pools']))).to.deep.equal(['first', 'second'])
    expect(fullLists).to.have.length(0)
  })

  it('is confirmed in several kinds by one list of each', async () => {
    await view.confirmed(['pools', 'bgpAdvertisements', 'peers', 'communities', 'bfdProfiles', 'l2Advertisements'])
    const asked = server.requests.filter(isMetadataList).map(({ path }) => path.split('/').at(-1))
    expect(asked).to.have.members(['ipaddresspools', 'bgpadvertisements', 'bgppeers', 'communities', 'bfdprofiles', 'l2advertisements'])
    expect((await view.confirmed([])).poolObjects).to.have.length(1)
    expect(server.requests.filter(isMetadataList)).to.have.length(6)
  })

  it('lists one kind itself when its watch stays silent, and takes the others from the caches', async () => {
    peerList = list(9, [{ ...tor, metadata: { ...tor.metadata, resourceVersion: '9' } }])
    const world = await view.confirmed(['pools', 'peers'])
    expect(world.peers.compiled.map(({ name }) => name)).to.deep.equal(['tor'])
    expect(names(world)).to.deep.equal(['first'])
    expect(view.cached().peers.objects).to.deep.equal([])
  })

  it('compiles a kind once for each change', async () => {
    const before = view.cached().peers
    expect(before.compiled).to.equal(view.cached().peers.compiled)
    peerWatch.write(line('ADDED', { ...tor, metadata: { ...tor.metadata, resourceVersion: '9' } }))
    while (view.cached().peers.objects.length === 0) await systemClock.sleep(5)
    expect(view.cached().peers.compiled.map(({ name }) => name)).to.deep.equal(['tor'])
    expect(view.cached().communities).to.equal(view.cached().communities)
  })

  it('holds the address of a deleted Service where its pool says so, and what the ConfigMap says from before', async () => {
    const edited = (resourceVersion: string, annotations: Fields): Fields =>
      stored('first', ['10.0.0.0/24'], 5, { resourceVersion, annotations })
    const thief = (ip: string): string => {
      const asker = serviceView('bank/thief', { annotations: { 'metallb.io/loadBalancerIPs': ip } })
      const found = view.cached().ipam().probe(asker, namespaceOf('bank'))
      return found.ok ? 'its' : found.error.reason
    }
    expect([thief('10.0.0.7'), thief('10.0.0.8')]).to.deep.equal(['AddressInUse', 'its'])
    poolWatch.write(line('MODIFIED', edited('9', { 'metallb.io/hold': '10m' })))
    while (view.cached().poolObjects[0]?.metadata.resourceVersion !== '9') await systemClock.sleep(5)
    serviceWatch.write(line('DELETED', { ...web, metadata: { ...web.metadata, resourceVersion: '4' } }))
    const data = { first: `${new Date().toISOString()} 10.0.0.8 shop/older\n` }
    const name = 'metallb-released-addresses'
    const record = { kind: 'ConfigMap', metadata: { name, namespace: ownNamespace, uid: 'c', resourceVersion: '5' }, data }
    releaseWatch.write(line('ADDED', record))
    while (thief('10.0.0.7') === 'AddressInUse' || thief('10.0.0.8') === 'its') await systemClock.sleep(5)
    expect([thief('10.0.0.7'), thief('10.0.0.8')]).to.deep.equal(['AddressHeld', 'AddressHeld'])
    poolWatch.write(line('MODIFIED', edited('10', {})))
    while (view.cached().poolObjects[0]?.metadata.resourceVersion !== '10') await systemClock.sleep(5)
    expect([thief('10.0.0.7'), thief('10.0.0.8')]).to.deep.equal(['its', 'its'])
  })

  it('lists everything itself when the watch stays silent', async () => {
    metadataList = list(7, [first, second])
    fullLists = [list(7, [first, second])]
    expect(names(await view.confirmed(['pools']))).to.deep.equal(['first', 'second'])
    expect(names(view.cached())).to.deep.equal(['first'])
  })

  it('rejects when the API server does not tell', async () => {
    metadataList = status(403, 'Forbidden', 'no')
    expect(await view.confirmed(['pools']).then(String, (error: Error) => error.message)).to.contain('403 Forbidden')
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
    const world = await view.confirmed(['pools'])
    expect(world.pools.pools.flatMap(({ ranges }) => ranges.map(({ text }) => text))).to.deep.equal(['10.9.0.0/24'])
  })

  it('knows who is on an address, and follows each change without a call', async () => {
    expect(holders(view.cached())).to.deep.equal(['shop/web'])
    const books = view.cached().ipam()
    const calls = lists().length
    serviceWatch.write(line('DELETED', { ...web, metadata: { ...web.metadata, resourceVersion: '4' } }))
    await until(() => holders(view.cached()).length === 0)
    expect(view.cached().ipam()).to.equal(books)
    expect(lists().length).to.equal(calls)
  })

  it('confirms one Service by a list of that Service alone', async () => {
    expect(await view.confirmedIn([onWeb])).not.to.equal(undefined)
    const [asked, ...more] = server.requests.filter(isMetadataList)
    expect(more).to.deep.equal([])
    expect(asked?.path).to.equal('/api/v1/namespaces/shop/services')
    expect(asked?.query['fieldSelector']).to.equal('metadata.name=web,spec.type=LoadBalancer')
  })

  it('waits for the end of a Service that the API server has no more', async () => {
    serviceMetadata = (response, request) => {
      serviceWatch.write(line('DELETED', { ...web, metadata: { ...web.metadata, resourceVersion: '4' } }))
      return list(4, [])(response, request)
    }
    const world = await view.confirmedIn([onWeb])
    expect(world === undefined ? ['nothing'] : holders(world)).to.deep.equal([])
  })

  it('does not confirm what the watch has not brought', async () => {
    serviceMetadata = list(4, [])
    expect(await view.confirmedIn([onWeb])).to.equal(undefined)
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
