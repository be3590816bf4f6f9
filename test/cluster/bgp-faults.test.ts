// Peers that misbehave, played by a few lines of TCP in a namespace of their own. No cluster is needed.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Daemon } from '../interop/daemon.ts'
import { TestLink } from '../interop/link.ts'
import { TestSpeaker } from '../interop/speaker.ts'
import type { PeerOptions } from '../interop/speaker-process.ts'
import { until } from '../lab/wait.ts'

interface Play {
  readonly link: TestLink
  readonly speaker: TestSpeaker
  readonly rogue: Daemon
}

/** @param role see rogue-peer.ts */
async function play(role: string, ours: Partial<PeerOptions> = {}): Promise<Play> {
  const link = await TestLink.create()
  const peer = { name: 'rogue', address: link.theirs.ipv4, localAs: 65001, peerAs: 65002, routerId: link.ours.ipv4, retryMs: 300, ...ours }
  const rogue = new Daemon(link.theirs.place, [
    process.execPath,
    join(import.meta.dirname, '../interop/rogue-peer.ts'),
    role,
    link.ours.ipv4,
  ])
  const speaker = new TestSpeaker(link.ours.place, { listen: 179, logLevel: 'debug', peers: [peer] })
  return { link, speaker, rogue }
}

async function end({ link, speaker, rogue }: Play): Promise<void> {
  await speaker.stop()
  await rogue.stop('SIGKILL')
  await link.remove()
}

const untilSaid = (daemon: Daemon, words: string): Promise<true> =>
  until(words, () => (daemon.output.includes(words) ? true : undefined), { limitMs: 10_000, evidence: () => daemon.output })

/** Whether our speaker still answers, and what it says of its session. */
async function stateOf({ speaker }: Play): Promise<string> {
  const [session] = await speaker.status()
  return session?.state ?? 'none'
}

describe('BGP with a peer that misbehaves', () => {
  const answers: Readonly<Record<string, readonly [role: string, answer: string]>> = {
    'sends garbage': ['garbage', 'NOTIFICATION 1/1'],
    'sends a header that says 65,535 octets of OPEN': ['longOpen', 'NOTIFICATION 1/2'],
    'sends an OPEN of version 3': ['oldOpen', 'NOTIFICATION 2/1'],
    'is of another AS': ['otherAs', 'NOTIFICATION 2/2'],
    'says nothing after its OPEN': ['silentAfterOpen', 'NOTIFICATION 4/0'],
    'sends an UPDATE too early': ['earlyUpdate', 'NOTIFICATION 5/2'],
    'sends an UPDATE that cannot be taken apart': ['brokenUpdate', 'NOTIFICATION 3/1'],
  }
  for (const [name, [role, answer]] of Object.entries(answers)) {
    it(`answers ${answer} to one that ${name}, and goes on`, async () => {
      const scene = await play(role, { holdTime: 3 })
      try {
        await untilSaid(scene.rogue, answer)
        expect(await stateOf(scene)).to.be.oneOf(['Idle', 'Connect', 'OpenSent', 'OpenConfirm', 'Established'])
      } finally {
        await end(scene)
      }
    })
  }

  it('answers 6/5 to one that nobody knows', async () => {
    const scene = await play('stranger', { address: '10.9.0.99' })
    try {
      await untilSaid(scene.rogue, 'NOTIFICATION 6/5')
    } finally {
      await end(scene)
    }
  })

  it('has another session beside one that connects and says nothing', async () => {
    const scene = await play('halfOpen')
    try {
      await untilSaid(scene.rogue, 'established')
      expect(await stateOf(scene)).to.equal('Established')
    } finally {
      await end(scene)
    }
  })

  it('keeps its memory while one does not read, and has forgotten nothing when it does', async function () {
    this.timeout(60_000)
    const scene = await play('lateReader', { families: ['IPv4'] })
    try {
      const { speaker, rogue } = scene
      await untilSaid(rogue, 'established')
      // Every round changes all routes; what TCP takes is a few megabytes, the rest would pile up.
      for (let round = 0; round < 60; round += 1) {
        speaker.tell({ type: 'announce', first: '10.1.0.0', count: 20_000, communities: [`65000:${round}`] })
        await sleep(50)
      }
      const [session] = await speaker.status()
      expect(session?.state).to.equal('Established')
      // 60 rounds of everything are 1,500 messages or more.
      expect(session?.updates).to.be.lessThan(1200)
      rogue.tell('read')
      await untilSaid(rogue, '20000 routes, the last with community 65000:59')
    } finally {
      await end(scene)
    }
  })
})
