// Our BGP against FRR, BIRD and GoBGP as Debian ships them, in bare network namespaces; and against itself. No cluster is needed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Daemon } from '../interop/daemon.ts'
import { TestLink } from '../interop/link.ts'
import { type RouteCounts, type Router, type RouterKind, type RouterOptions, startRouter } from '../interop/router.ts'
import { TestSpeaker } from '../interop/speaker.ts'
import type { PeerOptions } from '../interop/speaker-process.ts'
import { machine } from '../lab/place.ts'
import { until } from '../lab/wait.ts'

const limitMs = 15_000

interface Meeting {
  readonly link: TestLink
  readonly router: Router
  readonly speaker: TestSpeaker
}

const routerOptions = (link: TestLink): RouterOptions => ({
  localAs: 65002,
  routerId: link.theirs.ipv4,
  neighbor: link.ours.ipv4,
  neighborAs: 65001,
})

const peerOptions = (name: string, link: TestLink): PeerOptions => ({
  name,
  address: link.theirs.ipv4,
  localAs: 65001,
  peerAs: 65002,
  routerId: link.ours.ipv4,
  retryMs: 200,
})

async function meet(kind: RouterKind, ours: Partial<PeerOptions>, theirs: Partial<RouterOptions>): Promise<Meeting> {
  const link = await TestLink.create()
  const router = await startRouter(kind, link.theirs.place, { ...routerOptions(link), ...theirs })
  const peer = { ...peerOptions(kind, link), ...ours }
  const speaker = new TestSpeaker(link.ours.place, { listen: 179, logLevel: 'debug', peers: [peer] })
  return { link, router, speaker }
}

async function part({ link, router, speaker }: Meeting): Promise<void> {
  await speaker.stop()
  await router.stop()
  await link.remove()
}

const evidence = ({ speaker }: Meeting): { limitMs: number; evidence: () => string } => ({
  limitMs,
  evidence: () => speaker.log.slice(-2000),
})

async function untilEstablished(meeting: Meeting): Promise<void> {
  await until('an Established session', async () => (await meeting.router.isEstablished()) || undefined, evidence(meeting))
}

async function untilHeld(meeting: Meeting, wanted: RouteCounts): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const counts = await meeting.router.counts()
    if (counts.IPv4 === wanted.IPv4 && counts.IPv6 === wanted.IPv6) return true
    throw new Error(`it holds ${counts.IPv4} IPv4 and ${counts.IPv6} IPv6 routes`)
  }
  await until(`${wanted.IPv4} IPv4 and ${wanted.IPv6} IPv6 routes`, look, evidence(meeting))
}

const secret = 'correct-horse-battery'

const variants: Readonly<Record<string, readonly [Partial<PeerOptions>, Partial<RouterOptions>]>> = {
  'of another AS': [{}, {}],
  'of our own AS': [{ peerAs: 65001 }, { localAs: 65001 }],
  'with AS numbers of four octets': [
    { localAs: 4_200_000_001, peerAs: 4_200_000_002 },
    { localAs: 4_200_000_002, neighborAs: 4_200_000_001 },
  ],
  'that waits for us, with a password': [{ password: secret }, { password: secret, passive: true }],
  // Nobody listens where we connect to.
  'that connects to us, with a password': [{ password: secret, port: 1790 }, { password: secret }],
}

describe('BGP against other speakers', () => {
  for (const kind of ['BIRD', 'FRR', 'GoBGP'] as const) {
    for (const [name, [ours, theirs]] of Object.entries(variants)) {
      it(`gives ${kind} ${name} routes of both families, and takes them back`, async () => {
        const meeting = await meet(kind, ours, theirs)
        try {
          const { speaker, router } = meeting
          speaker.tell({ type: 'announce', first: '10.1.0.0', count: 1000, communities: ['65000:1', '65535:65281', 'large:65000:1:2'] })
          speaker.tell({ type: 'announce', first: 'fd00::1', count: 1000 })
          await untilEstablished(meeting)
          await untilHeld(meeting, { IPv4: 1000, IPv6: 1000 })
          const route = await router.describe('10.1.2.3/32')
          expect(route).to.match(/65000[:,]1\b/)
          expect(route).to.match(/65000[:,] ?1[:,] ?2\b/)
          speaker.tell({ type: 'withdraw', first: '10.1.0.0', count: 999 })
          speaker.tell({ type: 'withdraw', first: 'fd00::1', count: 1000 })
          await untilHeld(meeting, { IPv4: 1, IPv6: 0 })
          await speaker.stop()
          await untilHeld(meeting, { IPv4: 0, IPv6: 0 })
        } finally {
          await part(meeting)
        }
      })
    }
  }

  for (const [name, ours] of Object.entries({ wrong: 'incorrect horse', missing: undefined })) {
    it(`has no session with FRR when the password is ${name}`, async () => {
      const meeting = await meet('FRR', ours === undefined ? {} : { password: ours }, { password: secret })
      try {
        await sleep(3000)
        expect(await meeting.router.isEstablished()).to.equal(false)
        const [session] = await meeting.speaker.status()
        expect(session?.state).to.be.oneOf(['Idle', 'Connect'])
      } finally {
        await part(meeting)
      }
    })
  }

  it('says nothing that tshark would warn about', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bgp-capture-'))
    const file = join(folder, 'session.pcapng')
    const link = await TestLink.create()
    const capture = new Daemon(link.theirs.place, ['dumpcap', '-q', '-i', link.theirs.interface, '-s', '0', '-w', file])
    try {
      await until('the capture', () => (/File:/.test(capture.output) ? true : undefined), { limitMs: 5000 })
      // BIRD does not offer messages longer than 4096 octets, which this tshark takes for an error.
      const router = await startRouter('BIRD', link.theirs.place, routerOptions(link))
      const speaker = new TestSpeaker(link.ours.place, { listen: 179, peers: [peerOptions('BIRD', link)] })
      speaker.tell({ type: 'announce', first: '10.1.0.0', count: 20_000, communities: ['65000:1', 'large:65000:1:2'] })
      speaker.tell({
        type: 'announce',
        first: 'fd00::1',
        count: 5000,
        communities: Array.from({ length: 70 }, (_, index) => `65000:${index}`),
      })
      const meeting = { link, router, speaker }
      await untilHeld(meeting, { IPv4: 20_000, IPv6: 5000 })
      speaker.tell({ type: 'withdraw', first: '10.1.0.0', count: 20_000 })
      speaker.tell({ type: 'withdraw', first: 'fd00::1', count: 5000 })
      await untilHeld(meeting, { IPv4: 0, IPv6: 0 })
      await speaker.stop()
      await sleep(200)
      await router.stop()
      await capture.stop('SIGINT')
      const ask = async (filter: string): Promise<readonly string[]> => {
        const text = await machine.must(['tshark', '-r', file, '-Y', `ip.src == ${link.ours.ipv4} && bgp && (${filter})`])
        return text.split('\n').filter((line) => line !== '')
      }
      const types = { OPEN: 1, UPDATE: 2, NOTIFICATION: 3, KEEPALIVE: 4 }
      for (const [type, number] of Object.entries(types)) expect(await ask(`bgp.type == ${number}`), type).not.to.have.length(0)
      // What TCP goes through on its way is not our word.
      expect(await ask('_ws.malformed || (_ws.expert.severity >= "Warning" && !tcp.analysis.flags)')).to.deep.equal([])
    } finally {
      await capture.stop('SIGKILL')
      await link.remove()
      await rm(folder, { recursive: true })
    }
  })
})
