// What goes wrong around BGP, on a real cluster with FRR and BIRD for peers. Hold time 3 s. Measured times stand behind the names of the tests.
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually, type Stage } from '../../demo/stage.ts'
import { TestSpeaker } from '../interop/speaker.ts'
import { namespacePlace } from '../lab/network.ts'
import type { RouteChange, RouteWatch } from '../lab/route-watch.ts'
import { until } from '../lab/wait.ts'
import {
  addressesOf,
  announceRouted,
  changesOf,
  kubectl,
  namespace,
  type RouterName,
  removeRouted,
  report,
  routed,
  routers,
  speakerOn,
  speakerPid,
  speakerRestarts,
  untilAdmission,
  untilEveryNode,
  watching,
} from './routed.ts'

const threadEnder = join(import.meta.dirname, '../interop/end-thread.ts')
const whole = (ms: number): string => `${ms.toFixed(0)} ms`

describe('BGP on a real cluster', function () {
  this.timeout(120_000)
  let stage: Stage

  before('starts the shared lab and announces a Service', async function () {
    this.timeout(180_000)
    stage = await announceRouted()
  })

  after(() => removeRouted())

  /** When each router no longer has that node for a next hop, which must be all that changes. */
  async function lostNextHop(watch: RouteWatch, address: string, since: number): Promise<RouteChange> {
    const change = await watch.whenNextHops(routed, (hops) => !hops.includes(address), { since, limitMs: 10_000 })
    expect(change.nextHops).to.deep.equal(addressesOf(stage.lab).filter((other) => other !== address))
    return change
  }

  it('a power cut: the routers forget the node when its hold time is over, and keep the others', async function () {
    await watching(stage.lab, async (watches) => {
      const cutAt = performance.now()
      await stage.lab.killNode('n3')
      try {
        for (const router of routers) {
          const { at } = await lostNextHop(watches[router], '10.99.0.13', cutAt)
          report(this, `${router} after ${whole(at - cutAt)}`)
        }
      } finally {
        await stage.lab.startNode('n3')
      }
      await untilEveryNode(stage.lab)
      await untilAdmission(stage.lab)
    })
  })

  it('a thread that answers packets ends: it is started again with one line in the log, and no session notices', async function () {
    const { lab } = stage
    await watching(lab, async ({ frr, bird }) => {
      const pod = await speakerOn(lab, 'n2')
      const died = async (): Promise<readonly string[]> =>
        (await kubectl(lab, 'logs', '-n', namespace, pod)).split('\n').filter((line) => line.includes('"packetWorkerDied"'))
      const before = await speakerRestarts(lab)
      expect(await died()).to.deep.equal([])
      await lab.exec('n2', ['kill', '-USR1', await speakerPid(lab, 'n2')])
      await namespacePlace(lab.name, 'n2').must([process.execPath, threadEnder, 'packet'])
      await eventually('a line in the log', 5000, async () => {
        const lines = await died()
        return lines.length > 0 ? { value: lines, seen: '' } : { seen: 'none' }
      })
      await kubectl(lab, 'wait', '--for=condition=Ready', `pod/${pod}`, '-n', namespace, '--timeout=10s')
      expect(await died()).to.have.lengthOf(1)
      expect(await speakerRestarts(lab)).to.equal(before)
      expect([...changesOf(frr), ...changesOf(bird)]).to.deep.equal([])
    })
  })

  it('a deleted pod: its routes are withdrawn by a NOTIFICATION, and come back with the next one', async function () {
    await watching(stage.lab, async (watches) => {
      const pod = await speakerOn(stage.lab, 'n2')
      const log = stage.lab.kubectl(['logs', '--follow', '-n', namespace, pod])
      await untilLogIsFollowed()
      const since = performance.now()
      await kubectl(stage.lab, 'delete', 'pod', '-n', namespace, pod, '--wait=false')
      const stopping = (await log).stdout.split('\n').find((line) => line.includes('"stopping"'))
      expect(stopping, 'the line that says SIGTERM').not.to.equal(undefined)
      const toldAt = Date.parse((JSON.parse(stopping ?? '') as { readonly ts: string }).ts) - performance.timeOrigin
      for (const router of routers) {
        const { at } = await lostNextHop(watches[router], '10.99.0.12', since)
        report(this, `${router} ${whole(at - toldAt)} after SIGTERM`)
      }
      expect(await routerLog('bird')).to.match(/Received: Administrative shutdown: "speaker on n2 stops"/)
      expect(await routerLog('frr')).to.match(/received from neighbor 10\.99\.0\.12 6\/2 .*"speaker on n2 stops"/)
      await untilEveryNode(stage.lab)
    })
  })

  /** The log of a Pod that is gone cannot be asked for: somebody must be reading it by then. */
  async function untilLogIsFollowed(): Promise<void> {
    await eventually('the API server to serve a log', 20_000, async () => {
      const text = await kubectl(stage.lab, 'get', '--raw', '/metrics')
      const line = text.split('\n').find((each) => /^apiserver_longrunning_requests\{.*subresource="log".*\} [1-9]/.test(each))
      return line === undefined ? { seen: 'none' } : { value: true, seen: line }
    })
  }

  async function routerLog(router: RouterName): Promise<string> {
    const file = { frr: 'bgpd', bird: 'bird' }[router]
    return (await stage.lab.exec(router, ['cat', `/run/node/log/${file}.log`])).stdout
  }

  it('a router that loses power: its half-open connections are given up, and the sessions come back with it', async function () {
    await watching(stage.lab, async ({ bird }) => {
      await stage.lab.killNode('frr')
      try {
        await Promise.all(stage.lab.nodes.map(({ name }) => untilItLosesFrr(name)))
      } finally {
        await stage.lab.startNode('frr')
      }
      const listeningAt = performance.now()
      await untilEveryNode(stage.lab)
      report(this, `the route over all nodes ${whole(performance.now() - listeningAt)} after FRR listened`)
      expect(changesOf(bird)).to.deep.equal([])
    })
  })

  async function untilItLosesFrr(node: string): Promise<void> {
    const pod = await speakerOn(stage.lab, node)
    await eventually(`the speaker on ${node} to notice`, 20_000, async () => {
      const lines = (await kubectl(stage.lab, 'logs', '-n', namespace, pod)).split('\n')
      const last = lines.findLast((line) => line.includes('"peer":"frr"') && /"bgpSession(?:Up|Down)"/.test(line)) ?? ''
      return last.includes('"bgpSessionDown"') ? { value: true, seen: '' } : { seen: last }
    })
  }

  const count = 1000
  for (const router of routers) {
    it(`a restart of ${router === 'frr' ? 'FRR' : 'BIRD'}: ${count} routes of one speaker come back, and so do the nodes`, async function () {
      await watching(stage.lab, async (watches) => {
        const watch = watches[router]
        const { address = '', asn = 0 } = stage.lab.routers.find(({ name }) => name === router) ?? {}
        const peer = { name: router, address, localAs: 64_500, peerAs: asn, routerId: '10.99.0.50', holdTime: 3 }
        const speaker = new TestSpeaker(namespacePlace(stage.lab.name, 'client'), { peers: [peer] })
        try {
          speaker.tell({ type: 'announce', first: '10.100.0.0', count })
          await untilRoutes(watch, 0)
          const listeningAt = await restart(router)
          const last = await untilRoutes(watch, listeningAt)
          report(this, `${whole(last - listeningAt)} after it listened`)
          await untilEveryNode(stage.lab)
        } finally {
          await speaker.stop()
        }
      })
    })
  }

  /** When the last of the routes came, of those that came since. */
  async function untilRoutes(watch: RouteWatch, since: number): Promise<number> {
    const arrived = (): readonly RouteChange[] =>
      watch.changes.filter(({ prefix, at, nextHops }) => prefix.startsWith('10.100.') && at >= since && nextHops.length > 0)
    const look = (): true | undefined => new Set(arrived().map(({ prefix }) => prefix)).size === count || undefined
    await until(`${count} routes`, look, { limitMs: 30_000, evidence: () => `${arrived().length} came` })
    return arrived().at(-1)?.at ?? Number.NaN
  }

  /** Kills the program that speaks BGP, which is started again at once; resolves to when it listened. */
  async function restart(router: RouterName): Promise<number> {
    const pidFile = { frr: '/run/bgpd.pid', bird: '/run/bird.pid' }[router]
    const script = `listening() { grep -q ':00B3 00000000:0000 0A' /proc/net/tcp; }
      kill -KILL "$(cat ${pidFile})"
      while listening; do sleep 0.005; done; until listening; do sleep 0.005; done; date +%s%3N`
    const { stdout } = await stage.lab.exec(router, ['sh', '-c', script])
    return Number(stdout) - performance.timeOrigin
  }
})
