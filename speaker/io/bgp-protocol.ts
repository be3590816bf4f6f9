// BGP as a whole: its parts wired to each other and to the cluster.
import type { NamespacedName } from '../../core/namespaced-name.ts'
import type { KubeObject, Node, Service } from '../../core/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { systemClock } from '../../kube/clock.ts'
import type { EventRecorder } from '../../kube/events.ts'
import { type Logger, named } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { type Resource, resources } from '../../kube/resources.ts'
import type { Store } from '../../kube/store.ts'
import type { BGPAdvertisement, BGPPeerV1beta2, Community, ServiceBGPStatus } from '../../schemas/generated/types.ts'
import { BgpAnnouncer } from './bgp-announcer.ts'
import { BgpSessions } from './bgp-sessions.ts'
import { BgpSpeaker } from './bgp-speaker.ts'
import { BgpStatusWriter, statusLabels } from './bgp-status.ts'
import { type SpeakerMetrics, scrapeSessions } from './metrics.ts'
import { NamedSecrets } from './named-secrets.ts'

export interface BgpProtocolOptions {
  readonly client: KubeClient
  readonly node: string
  readonly namespace: string
  readonly pod: { readonly name: string; readonly uid: string } | undefined
  readonly ignoresExcludeLabel: boolean
  /** 0: nobody can connect to us. */
  readonly listenPort: number
  readonly services: Store<Service>
  readonly nodes: Store<Node>
  readonly transform: <T extends KubeObject>(object: T) => T
  readonly events: Pick<EventRecorder, 'event'>
  readonly metrics: SpeakerMetrics
  readonly log: Logger
}

export class BgpProtocol {
  readonly announcer: BgpAnnouncer
  /** What has to be in the caches before a session begins. */
  readonly reflectors: readonly Pick<Reflector<KubeObject>, 'start' | 'synced' | 'whenSynced'>[]
  readonly configuration: {
    readonly bgpPeers: Store<BGPPeerV1beta2>
    readonly bgpAdvertisements: Store<BGPAdvertisement>
    readonly communities: Store<Community>
  }
  readonly #options: BgpProtocolOptions
  readonly #speaker: BgpSpeaker
  readonly #sessions: BgpSessions
  readonly #statuses: Reflector<ServiceBGPStatus>
  readonly #writer: BgpStatusWriter
  readonly #announced = new Set<NamespacedName>()

  constructor(options: BgpProtocolOptions) {
    this.#options = options
    const { client, node, namespace, nodes, events, metrics } = options
    const log = named(options.log, 'speaker/bgp')
    const reflect = <T extends KubeObject>(resource: Resource, labelSelector?: string): Reflector<T> =>
      new Reflector<T>({
        client,
        resource,
        namespace,
        transform: options.transform,
        log,
        ...(labelSelector === undefined ? {} : { labelSelector }),
      })
    const peers = reflect<BGPPeerV1beta2>(resources.bgpPeers)
    const advertisements = reflect<BGPAdvertisement>(resources.bgpAdvertisements)
    const communities = reflect<Community>(resources.communities)
    this.reflectors = [peers, advertisements, communities]
    this.configuration = { bgpPeers: peers.store, bgpAdvertisements: advertisements.store, communities: communities.store }
    this.#statuses = reflect<ServiceBGPStatus>(resources.serviceBgpStatuses, `${statusLabels.node}=${node}`)
    this.#writer = new BgpStatusWriter({ client, node, namespace, pod: options.pod, statuses: this.#statuses.store, log })
    this.#speaker = new BgpSpeaker({ clock: systemClock, log, onChange: (session, change) => this.#sessions.told(session, change) })
    this.announcer = new BgpAnnouncer({
      node,
      ignoresExcludeLabel: options.ignoresExcludeLabel,
      advertisements: advertisements.store,
      communities: communities.store,
      sessions: () => this.#speaker.sessions,
      onPeers: (service, names) => this.#peersChanged(service, names),
      metrics,
      log,
    })
    const secrets = new NamedSecrets({ client, namespace, log, onChange: () => this.#sessions.planSoon() })
    this.#sessions = new BgpSessions({
      node,
      peers: peers.store,
      nodes,
      secrets,
      speaker: this.#speaker,
      listenPort: options.listenPort,
      onSession: (session) => this.announcer.fill(session),
      onSessionsChanged: () => this.announcer.sessionsChanged(),
      events,
      log,
    })
    scrapeSessions(() => this.#speaker.sessions)
  }

  /** Call it once every Service has been looked at: routes that a router still has from before a restart are not taken back and given again. */
  async start(): Promise<void> {
    await Promise.all(this.reflectors.map((reflector) => reflector.whenSynced()))
    this.#sessions.start()
    this.#statuses.start()
    await this.#statuses.whenSynced()
    this.#writer.start()
  }

  /** Says goodbye to every peer; resolves when the kernel has let go of the sessions. */
  async stop(): Promise<void> {
    this.#sessions.stop()
    await this.#speaker.stop(`speaker on ${this.#options.node} stops`)
  }

  #peersChanged(service: NamespacedName, peers: readonly string[]): void {
    this.#writer.want(service, peers)
    if (peers.length === 0) {
      this.#announced.delete(service)
      return
    }
    const object = this.#options.services.get(service)
    if (object === undefined || this.#announced.has(service)) return
    this.#announced.add(service)
    const { events, node } = this.#options
    events.event(object, 'Normal', 'nodeAssigned', `announcing from node "${node}" with protocol "bgp"`)
  }
}
