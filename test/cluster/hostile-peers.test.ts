// Peers that mean no good, on a real cluster: whatever they do, the sessions with FRR and BIRD and what those know do not change.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { eventually, type Stage } from '../../demo/stage.ts'
import { Daemon } from '../interop/daemon.ts'
import { namespacePlace } from '../lab/network.ts'
import { until } from '../lab/wait.ts'
import {
  addressesOf,
  announceRouted,
  changesOf,
  kubectl,
  namespace,
  removeRouted,
  report,
  routed,
  speakerOn,
  speakerPid,
  speakerRestarts,
  watching,
} from './routed.ts'

const program = join(import.meta.dirname, '../interop/hostile-peer.ts')

const peer = `apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: { name: hostile, namespace: ${namespace} }
spec: { myASN: 64500, peerASN: 64666, peerAddress: 10.99.0.50, holdTime: 3s }
`

/** Megabytes that a speaker may grow by: none of what a peer does is kept. */
const allowance = 30

/** A peer that refuses, disconnects or talks nonsense again and again does not fill the log. */
const mostLines = 100

describe('hostile BGP peers on a real cluster', function () {
  this.timeout(120_000)
  let stage: Stage

  before('starts the shared lab and announces a Service', async function () {
    this.timeout(180_000)
    stage = await announceRouted()
  })

  after(() => removeRouted())

  async function memory(node: string): Promise<number> {
    const { stdout } = await stage.lab.exec(node, ['cat', `/proc/${await speakerPid(stage.lab, node)}/status`])
    return Number(/VmRSS:\s+(\d+) kB/.exec(stdout)?.[1]) / 1024
  }

  async function linesAbout(pod: string): Promise<readonly string[]> {
    return (await kubectl(stage.lab, 'logs', '-n', namespace, pod)).split('\n').filter((line) => line.includes('"peer":"hostile"'))
  }

  /** Has a hostile peer for the time of the work, and expects that nobody else noticed. */
  async function beside(context: Mocha.Context, mode: string, work: (hostile: Daemon, pod: string) => Promise<void>): Promise<void> {
    const { lab } = stage
    const pod = await speakerOn(lab, 'n1')
    const [restarts, before, known] = await Promise.all([speakerRestarts(lab), memory('n1'), linesAbout(pod)])
    const argv = [process.execPath, program, mode, addressesOf(lab).join()]
    const hostile = new Daemon(namespacePlace(lab.name, 'client'), argv)
    await watching(lab, async ({ frr, bird }) => {
      try {
        await until('the hostile peer', () => hostile.output.includes('ready') || undefined, {
          limitMs: 5000,
          evidence: () => hostile.output,
        })
        const { code, stderr } = await lab.kubectl(['apply', '-f', '-'], { input: peer })
        expect(code, stderr).to.equal(0)
        await work(hostile, pod)
      } finally {
        await hostile.stop()
        await lab.kubectl(['delete', 'bgppeer', 'hostile', '-n', namespace, '--ignore-not-found'])
      }
      expect([...changesOf(frr), ...changesOf(bird)]).to.deep.equal([])
    })
    const grown = (await memory('n1')) - before
    const lines = (await linesAbout(pod)).length - known.length
    report(context, `${grown.toFixed(0)} MB more, ${lines} lines in the log`)
    expect(grown).to.be.below(allowance)
    expect(lines).to.be.below(mostLines)
    expect(await speakerRestarts(lab)).to.equal(restarts)
  }

  it('may talk nonsense, when they connect and when they are connected to', async function () {
    await beside(this, 'garbage', async (hostile) => {
      await until('the end of the nonsense', () => hostile.output.includes('done') || undefined, { limitMs: 60_000 })
    })
  })

  it('may say nothing at all on a hundred connections to each node', async function () {
    await beside(this, 'silent', () => sleep(8000))
  })

  it('may never read: what changes reaches the others', async function () {
    await beside(this, 'deaf', async (_, pod) => {
      await eventually('a session with the deaf peer', 20_000, async () => {
        const lines = await linesAbout(pod)
        return lines.some((line) => line.includes('"bgpSessionUp"')) ? { value: true, seen: '' } : { seen: lines.slice(-2).join('\n') }
      })
      for (let round = 1; round <= 5; round += 1) {
        const spec = JSON.stringify({ spec: { communities: [`64500:${round}`] } })
        await kubectl(stage.lab, 'patch', 'bgpadvertisement', 'routed', '-n', namespace, '--type=merge', '--patch', spec)
        await eventually(`FRR to have the community of round ${round}`, 5000, async () => {
          const { stdout } = await stage.lab.exec('frr', ['vtysh', '-c', `show bgp ipv4 unicast ${routed}/32`])
          return stdout.split(`Community: 64500:${round}`).length === 4 ? { value: true, seen: '' } : { seen: stdout }
        })
      }
    })
  })
})
