// The parts of the BGP shell that talk to the cluster: what becomes of objects, and what is written back.
import { expect } from 'chai'
import { compilePools } from '../../../core/config/pools.ts'
import { joinName } from '../../../core/namespaced-name.ts'
import { viewNode } from '../../../core/node.ts'
import type { Node, Service } from '../../../core/objects.ts'
import { viewService } from '../../../core/service.ts'
import type { KubeClient } from '../../../kube/client.ts'
import { systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { ObjectStore } from '../../../kube/store.ts'
import type { BGPAdvertisement, BGPPeerV1beta2, Community, IPAddressPool, ServiceBGPStatus } from '../../../schemas/generated/types.ts'
import { BgpAnnouncer } from '../../../speaker/io/bgp-announcer.ts'
import type { BgpSession } from '../../../speaker/io/bgp-session.ts'
import { BgpSessions } from '../../../speaker/io/bgp-sessions.ts'
import { BgpSpeaker } from '../../../speaker/io/bgp-speaker.ts'
import { BgpStatusWriter } from '../../../speaker/io/bgp-status.ts'
import { metrics } from '../../../speaker/io/metrics.ts'
import type { NamedSecrets } from '../../../speaker/io/named-secrets.ts'

const apiVersion = 'metallb.io/v1beta1'
const log = createLogger({ component: 'test', level: 'none' })
const broken = (error: unknown): never => {
  throw error
}
let version = 0
/** Of every object that is put somewhere: the store takes two of one version for the same. */
const resourceVersion = (): string => String((version += 1))
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const node: Node = { metadata: { name: 'n1' }, status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] } }
const pool: IPAddressPool = { apiVersion, kind: 'IPAddressPool', metadata: { name: 'bgp' }, spec: { addresses: ['10.1.0.0/16'] } }
const advertisement = (spec: BGPAdvertisement['spec'] & object, name = 'all'): BGPAdvertisement => ({
  apiVersion,
  kind: 'BGPAdvertisement',
  metadata: { name, resourceVersion: resourceVersion() },
  spec,
})
// Nobody listens on these ports: what is seen is the speaker's side alone.
const peer = (name: string, port: number, spec: Partial<BGPPeerV1beta2['spec']> = {}): BGPPeerV1beta2 => ({
  apiVersion: 'metallb.io/v1beta2',
  kind: 'BGPPeer',
  metadata: { name, namespace: 'metallb-system', resourceVersion: resourceVersion() },
  spec: { myASN: 65001, peerASN: 65002, peerAddress: '127.0.0.1', peerPort: port, ...spec },
})
const service = (name: string, ip: string): Service => ({
  metadata: { namespace: 'shop', name },
  spec: { type: 'LoadBalancer' },
  status: { loadBalancer: { ingress: [{ ip }] } },
})
const endpoints = [{ node: 'n2', canServe: true }]

class Scene {
  readonly advertisements = new ObjectStore<BGPAdvertisement>(broken)
  readonly communities = new ObjectStore<Community>(broken)
  readonly peers = new ObjectStore<BGPPeerV1beta2>(broken)
  readonly nodes = new ObjectStore<Node>(broken)
  readonly secrets = new Map<string, string>()
  readonly said: string[] = []
  readonly speaker = new BgpSpeaker({ clock: systemClock, log, onChange: () => undefined })
  readonly announcer: BgpAnnouncer
  readonly sessions: BgpSessions

  constructor() {
    this.nodes.put(node)
    this.announcer = new BgpAnnouncer({
      node: 'n1',
      ignoresExcludeLabel: false,
      advertisements: this.advertisements,
      communities: this.communities,
      sessions: () => this.speaker.sessions,
      onPeers: (key, names) => void this.said.push(`${key} → ${names.join('+') || 'nobody'}`),
      metrics,
      log,
    })
    const secrets = { want: () => undefined, isKnown: () => true, values: () => this.secrets } satisfies Pick<
      NamedSecrets,
      'want' | 'isKnown' | 'values'
    >
    this.sessions = new BgpSessions({
      node: 'n1',
      peers: this.peers,
      nodes: this.nodes,
      secrets,
      speaker: this.speaker,
      listenPort: 0,
      onSession: (session) => this.announcer.fill(session),
      onSessionsChanged: () => this.announcer.sessionsChanged(),
      events: { event: (object, _type, reason) => void this.said.push(`${object.metadata.name ?? ''}: ${reason}`) },
      log,
    })
  }

  /** What the reconciler does for a Service. */
  apply(object: Service, isThere = true): void {
    this.announcer.look(viewNode(node), compilePools([pool]).pools)
    const key = joinName(object.metadata.namespace, object.metadata.name ?? '')
    this.announcer.apply(key, isThere ? viewService(object) : undefined, endpoints)
    this.announcer.flush()
  }

  /** Prefixes that wait for a session, by its name. */
  get pending(): readonly string[] {
    return this.speaker.sessions.map(({ config, routes }: BgpSession) => `${config.names.join('+')}: ${routes.IPv4.pendingCount}`)
  }

  heard(): readonly string[] {
    return this.said.splice(0)
  }

  async end(): Promise<void> {
    // One registry for the whole process.
    metrics.metallb_speaker_announced.reset()
    this.sessions.stop()
    await this.speaker.stop('the test is over')
  }
}

describe('BGP in the speaker', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
    scene.advertisements.put(advertisement({}))
  })
  afterEach(() => scene.end())

  it('gives the routes of Services to sessions, whichever come first', async () => {
    scene.apply(service('a', '10.1.0.1'))
    scene.peers.put(peer('tor', 1791))
    scene.sessions.start()
    expect(scene.pending).to.deep.equal(['tor: 1'])
    expect(scene.heard()).to.deep.equal(['shop/a → tor'])
    scene.apply(service('b', '10.1.0.2'))
    scene.peers.put(peer('core', 1792))
    await nextTurn()
    expect(scene.pending).to.deep.equal(['tor: 2', 'core: 2'])
    expect(scene.heard()).to.deep.equal(['shop/b → tor', 'shop/a → core+tor', 'shop/b → core+tor'])
  })

  it('takes the routes of a Service back that is gone', () => {
    scene.peers.put(peer('tor', 1791))
    scene.sessions.start()
    scene.apply(service('a', '10.1.0.1'))
    scene.apply(service('a', '10.1.0.1'), false)
    expect(scene.pending).to.deep.equal(['tor: 0'])
    expect(scene.heard()).to.deep.equal(['shop/a → tor', 'shop/a → nobody'])
  })

  it('says nothing and touches no session when the same objects come again', async () => {
    scene.peers.put(peer('tor', 1791))
    scene.sessions.start()
    scene.apply(service('a', '10.1.0.1'))
    const [before] = scene.speaker.sessions
    scene.heard()
    scene.peers.put(peer('tor', 1791))
    scene.apply(service('a', '10.1.0.1'))
    await nextTurn()
    expect(scene.speaker.sessions[0]).to.equal(before)
    expect([scene.pending, scene.heard()]).to.deep.equal([['tor: 1'], []])
  })

  it('begins a new session when a BGPPeer changes, with all routes', async () => {
    scene.peers.put(peer('tor', 1791))
    scene.sessions.start()
    scene.apply(service('a', '10.1.0.1'))
    const [before] = scene.speaker.sessions
    scene.peers.put(peer('tor', 1791, { holdTime: '9s' }))
    await nextTurn()
    expect(scene.speaker.sessions[0]).not.to.equal(before)
    expect(scene.pending).to.deep.equal(['tor: 1'])
  })

  it('gives one session to two names, and what is for either of them', async () => {
    scene.advertisements.put(advertisement({ peers: ['second'] }))
    scene.peers.put(peer('first', 1791))
    scene.sessions.start()
    scene.apply(service('a', '10.1.0.1'))
    expect(scene.pending).to.deep.equal(['first: 0'])
    scene.peers.put(peer('second', 1791))
    await nextTurn()
    expect(scene.pending).to.deep.equal(['first+second: 1'])
    expect(scene.heard()).to.deep.equal(['shop/a → second', 'second: BGPSessionWaiting'])
  })

  it('starts a session when its Secret comes, and says once that it waits', async () => {
    scene.peers.put(peer('tor', 1791, { passwordSecret: { name: 'bgp' } }))
    scene.sessions.start()
    scene.sessions.planSoon()
    await nextTurn()
    expect([scene.pending, scene.heard()]).to.deep.equal([[], ['tor: BGPSessionWaiting']])
    scene.secrets.set('bgp/password', 'secret')
    scene.sessions.planSoon()
    await nextTurn()
    expect(scene.pending).to.deep.equal(['tor: 0'])
  })

  it('ends the session of a BGPPeer that is gone or broken', async () => {
    scene.peers.put(peer('tor', 1791))
    scene.peers.put(peer('core', 1792))
    scene.sessions.start()
    scene.peers.drop(peer('tor', 1791))
    scene.peers.put(peer('core', 1792, { holdTime: '1s' }))
    await nextTurn()
    expect(scene.pending).to.deep.equal([])
  })
})

/** The API server's side of ServiceBGPStatus, as far as the writer goes. */
class StatusApi {
  readonly store = new ObjectStore<ServiceBGPStatus>(broken)
  readonly calls: string[] = []
  #count = 0
  readonly client = {
    create: (_resource: unknown, object: ServiceBGPStatus): Promise<ServiceBGPStatus> => {
      this.#count += 1
      const created = { ...object, metadata: { ...object.metadata, name: `bgp-${this.#count}`, resourceVersion: resourceVersion() } }
      this.calls.push(`create ${created.metadata.name}`)
      this.store.put(created)
      return Promise.resolve(created)
    },
    patch: (
      _resource: unknown,
      name: string,
      { body }: { readonly body: { readonly status: ServiceBGPStatus['status'] & object } },
    ): Promise<ServiceBGPStatus> => {
      this.calls.push(`patch ${name} ${body.status.peers?.join('+') ?? ''}`)
      const object = this.store.get(`metallb-system/${name}`)
      if (object === undefined) throw new Error('the writer is wrong')
      const patched = { ...object, metadata: { ...object.metadata, resourceVersion: resourceVersion() }, status: body.status }
      this.store.put(patched)
      return Promise.resolve(patched)
    },
    remove: (_resource: unknown, name: string): Promise<void> => {
      this.calls.push(`remove ${name}`)
      this.lose(name)
      return Promise.resolve()
    },
  } as unknown as KubeClient

  lose(name: string): void {
    const object = this.store.get(`metallb-system/${name}`)
    if (object !== undefined) this.store.drop(object)
  }

  async settled(): Promise<readonly string[]> {
    for (let turn = 0; turn < 10; turn += 1) await nextTurn()
    return this.calls.splice(0)
  }
}

describe('ServiceBGPStatus', () => {
  const web = joinName('shop', 'web')
  const writerOf = (api: StatusApi): BgpStatusWriter =>
    new BgpStatusWriter({
      client: api.client,
      node: 'n1',
      namespace: 'metallb-system',
      pod: { name: 'speaker-x', uid: 'u' },
      statuses: api.store,
      log,
    })
  const left = (name: string, peers: readonly string[]): ServiceBGPStatus => ({
    apiVersion,
    kind: 'ServiceBGPStatus',
    metadata: {
      name,
      namespace: 'metallb-system',
      labels: { 'metallb.io/node': 'n1', 'metallb.io/service-name': 'web', 'metallb.io/service-namespace': 'shop' },
    },
    status: { node: 'n1', serviceName: 'web', serviceNamespace: 'shop', peers },
  })

  it('is created, changed and removed with what is announced, and written once each', async () => {
    const api = new StatusApi()
    const writer = writerOf(api)
    writer.start()
    writer.want(web, ['tor'])
    expect(await api.settled()).to.deep.equal(['create bgp-1', 'patch bgp-1 tor'])
    writer.want(web, ['tor'])
    expect(await api.settled()).to.deep.equal([])
    writer.want(web, ['core', 'tor'])
    expect(await api.settled()).to.deep.equal(['patch bgp-1 core+tor'])
    writer.want(web, [])
    expect(await api.settled()).to.deep.equal(['remove bgp-1'])
    await writer.stop()
  })

  it('is left as it is by a speaker that finds what it would write', async () => {
    const api = new StatusApi()
    api.store.put(left('bgp-old', ['tor']))
    const writer = writerOf(api)
    writer.want(web, ['tor'])
    writer.start()
    expect(await api.settled()).to.deep.equal([])
    await writer.stop()
  })

  it('goes when nothing is announced any more, and when there is one too many', async () => {
    const api = new StatusApi()
    api.store.put(left('bgp-old', ['tor']))
    api.store.put(left('bgp-twin', ['tor']))
    const writer = writerOf(api)
    writer.want(web, ['tor'])
    writer.start()
    expect(await api.settled()).to.deep.equal(['remove bgp-twin'])
    writer.want(web, [])
    expect(await api.settled()).to.deep.equal(['remove bgp-old'])
    await writer.stop()
  })

  it('comes again when somebody removes it', async () => {
    const api = new StatusApi()
    const writer = writerOf(api)
    writer.start()
    writer.want(web, ['tor'])
    await api.settled()
    api.lose('bgp-1')
    expect(await api.settled()).to.deep.equal(['create bgp-2', 'patch bgp-2 tor'])
    await writer.stop()
  })
})
