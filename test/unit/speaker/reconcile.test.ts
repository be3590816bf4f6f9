import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import type { EndpointSlice, KubeObject, Node, Service } from '../../../core/objects.ts'
import { createLogger } from '../../../kube/logger.ts'
import { ObjectStore } from '../../../kube/store.ts'
import type { IPAddressPool, L2Advertisement } from '../../../schemas/generated/types.ts'
import { metrics } from '../../../speaker/io/metrics.ts'
import { Reconciler } from '../../../speaker/reconcile.ts'

const apiVersion = 'metallb.io/v1beta1'

function store<T extends KubeObject>(): ObjectStore<T> {
  return new ObjectStore<T>((error) => {
    throw error
  })
}

let version = 0
const resourceVersion = (): string => String((version += 1))

function node(name: string, ready = 'True', labels: Readonly<Record<string, string>> = {}, beat = ''): Node {
  const conditions = [{ type: 'Ready', status: ready, lastHeartbeatTime: beat }]
  return { metadata: { name, labels, resourceVersion: resourceVersion() }, status: { conditions } }
}

function service(ip: string | undefined, name = 'web'): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name, resourceVersion: resourceVersion() },
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  }
}

function slice(ready: boolean, name = 'web'): EndpointSlice {
  return {
    metadata: { namespace: 'shop', name: `${name}-1`, resourceVersion: resourceVersion(), labels: { 'kubernetes.io/service-name': name } },
    endpoints: [{ nodeName: 'n1', conditions: { ready } }],
  }
}

const pool: IPAddressPool = { apiVersion, kind: 'IPAddressPool', metadata: { name: 'lan' }, spec: { addresses: ['10.0.0.0/24'] } }
const advert: L2Advertisement = { apiVersion, kind: 'L2Advertisement', metadata: { name: 'lan' } }

/** A cluster of one node, this one, and everything that the speaker says about it. */
class Scene {
  readonly said: string[] = []
  readonly lines: string[] = []
  readonly services = store<Service>()
  readonly endpointSlices = store<EndpointSlice>()
  readonly nodes = store<Node>()
  readonly pools = store<IPAddressPool>()
  readonly l2Advertisements = store<L2Advertisement>()
  readonly reconciler: Reconciler

  constructor(hasWire = true) {
    this.nodes.put(node('n1'))
    this.pools.put(pool)
    this.l2Advertisements.put(advert)
    this.reconciler = new Reconciler({
      node: 'n1',
      classes: {},
      ignoresExcludeLabel: false,
      services: this.services,
      endpointSlices: this.endpointSlices,
      nodes: this.nodes,
      pools: this.pools,
      l2Advertisements: this.l2Advertisements,
      wire: hasWire ? { announce: (gained, lost) => void this.said.push(`+${gained.length} -${lost.length}`) } : undefined,
      routes: { watch: () => [], look: () => undefined, apply: () => undefined, flush: () => undefined },
      onSettled: () => undefined,
      events: { event: (object, _type, reason, message) => void this.said.push(`${object.metadata.name ?? ''} ${reason}: ${message}`) },
      metrics,
      log: createLogger({ component: 'test', level: 'debug', destination: { write: (line) => void this.lines.push(line) } }),
    })
  }

  async settled(): Promise<readonly string[]> {
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    return this.said.splice(0)
  }

  get logged(): readonly string[] {
    return this.lines.splice(0).map((line) => {
      const { level, event, address = '', reason = '', msg } = JSON.parse(line) as Readonly<Record<string, string>>
      expect(msg).to.include('arp')
      return [level, event, address, reason].join(' ').trimEnd()
    })
  }
}

async function announcedSeries(): Promise<readonly string[]> {
  const text = await metrics.registry.getSingleMetricAsString('metallb_speaker_announced')
  return text.split('\n').filter((line) => line.startsWith('metallb_speaker_announced{'))
}

const assigned = (name = 'web'): string => `${name} nodeAssigned: announcing from node "n1" with protocol "layer2"`

describe('speaker reconcile', () => {
  async function running(scene: Scene): Promise<Scene> {
    scene.services.put(service('10.0.0.1'))
    scene.endpointSlices.put(slice(true))
    scene.reconciler.start()
    expect(await scene.settled()).to.deep.equal([assigned(), '+1 -0'])
    expect(scene.logged).to.deep.equal(['info arpAddressGained 10.0.0.1'])
    return scene
  }

  afterEach(() => metrics.metallb_speaker_announced.reset())

  it('announces what it owns: one event, one log line, one series, one message to the wire', async () => {
    await running(new Scene())
    expect(await announcedSeries()).to.deep.equal([
      'metallb_speaker_announced{service="shop/web",protocol="layer2",node="n1",ip="10.0.0.1"} 1',
    ])
  })

  it('says nothing when the same objects come again', async () => {
    const scene = await running(new Scene())
    scene.services.put(service('10.0.0.1'))
    scene.endpointSlices.put(slice(true))
    scene.pools.put({ ...pool, metadata: { ...pool.metadata, resourceVersion: resourceVersion() } })
    scene.l2Advertisements.put({ ...advert, metadata: { ...advert.metadata, resourceVersion: resourceVersion() } })
    scene.nodes.put(node('n1', 'True', {}, 'later'))
    expect(await scene.settled()).to.deep.equal([])
    expect(scene.logged).to.deep.equal([])
  })

  const losses: Readonly<Record<string, readonly [change: (scene: Scene) => void, reason: string]>> = {
    'the Service goes': [(scene) => scene.services.drop(service('10.0.0.1')), 'serviceDeleted'],
    'the Service loses its address': [(scene) => scene.services.put(service(undefined)), 'noIPAllocated'],
    'the last endpoint stops to serve': [(scene) => scene.endpointSlices.put(slice(false)), 'noEndpoints'],
    'the slice goes': [(scene) => scene.endpointSlices.drop(slice(true)), 'noEndpoints'],
    'the advertisement goes': [(scene) => scene.l2Advertisements.drop(advert), 'noMatchingAdvertisement'],
    'the pool goes': [(scene) => scene.pools.drop(pool), 'ipNotAllowed'],
    'the node is no longer Ready': [(scene) => scene.nodes.put(node('n1', 'Unknown')), 'nodeNotReady'],
    'the node is excluded': [
      (scene) => scene.nodes.put(node('n1', 'True', { 'node.kubernetes.io/exclude-from-external-load-balancers': '' })),
      'nodeLabeledExcludeBalancers',
    ],
    'another node takes over': [
      // SHA-256 of 'n2#10.0.0.1' is smaller than that of 'n1#10.0.0.1'.
      (scene) => scene.nodes.put(node('n2')),
      'notOwner',
    ],
  }
  for (const [name, [change, reason]] of Object.entries(losses)) {
    it(`withdraws when ${name}`, async () => {
      const scene = await running(new Scene())
      change(scene)
      expect(await scene.settled()).to.deep.equal(['+0 -1'])
      expect(scene.logged).to.deep.equal([`info arpAddressLost 10.0.0.1 ${reason}`])
      expect(await announcedSeries()).to.deep.equal([])
    })
  }

  it('moves to another address in one message', async () => {
    const scene = await running(new Scene())
    scene.services.put(service('10.0.0.2'))
    expect(await scene.settled()).to.deep.equal([assigned(), '+1 -1'])
    expect(scene.logged).to.deep.equal(['info arpAddressLost 10.0.0.1 loadBalancerIPChanged', 'info arpAddressGained 10.0.0.2'])
  })

  it('says at debug level why a Service is withheld, once', async () => {
    const scene = await running(new Scene())
    scene.services.put(service('10.9.9.9', 'dns'))
    await scene.settled()
    scene.services.put(service('10.9.9.9', 'dns'))
    expect(await scene.settled()).to.deep.equal([])
    expect(scene.logged).to.deep.equal(['debug arpWithheld  ipNotAllowed'])
  })

  it('withholds with its own reason where packet sockets are not permitted', async () => {
    const scene = new Scene(false)
    scene.services.put(service('10.0.0.1'))
    scene.endpointSlices.put(slice(true))
    scene.reconciler.start()
    expect(await scene.settled()).to.deep.equal([])
    expect(scene.logged).to.deep.equal(['debug arpWithheld  packetSocketsNotPermitted'])
    expect(await announcedSeries()).to.deep.equal([])
  })

  it('says nothing any more once stopped', async () => {
    const scene = await running(new Scene())
    scene.reconciler.stop()
    scene.services.drop(service('10.0.0.1'))
    expect(await scene.settled()).to.deep.equal([])
  })
})
