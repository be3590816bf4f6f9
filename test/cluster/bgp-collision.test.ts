// Two of our speakers that connect to each other at the same moment, a thousand times (RFC 4271 §6.8). No cluster is needed.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { TestLink } from '../interop/link.ts'
import { TestSpeaker } from '../interop/speaker.ts'
import { until } from '../lab/wait.ts'

const rounds = 500

describe('BGP collision', function () {
  this.timeout(60_000)

  for (const [name, ourId, theirId] of [
    ['the lower', '10.9.0.1', '10.9.0.2'],
    ['the higher', '10.9.0.3', '10.9.0.2'],
  ] as const) {
    it(`leaves exactly one session, ${rounds} times, to the side with ${name} identifier`, async () => {
      const link = await TestLink.create()
      const { ours, theirs } = link
      const peer = { localAs: 65001, peerAs: 65002, name: 'other' }
      const a = new TestSpeaker(ours.place, {
        listen: 179,
        logLevel: 'debug',
        peers: [{ ...peer, address: theirs.ipv4, routerId: ourId }],
      })
      const b = new TestSpeaker(theirs.place, {
        listen: 179,
        logLevel: 'debug',
        peers: [{ ...peer, localAs: 65002, peerAs: 65001, address: ours.ipv4, routerId: theirId }],
      })
      try {
        const settled = async (): Promise<true | undefined> => {
          const sessions = (await Promise.all([a.status(), b.status()])).flat()
          const isOne = sessions.length === 2 && sessions.every(({ state, connections }) => state === 'Established' && connections === 1)
          return isOne ? true : undefined
        }
        const limits = { limitMs: 5000, everyMs: 2, evidence: () => `${a.log.slice(-1500)}\n---\n${b.log.slice(-1500)}` }
        await until('the first session', settled, limits)
        for (let round = 0; round < rounds; round += 1) {
          // Within a millisecond of each other, either first.
          a.tell({ type: 'restart', delayMs: 9 + (round % 2) })
          b.tell({ type: 'restart', delayMs: 9 + (Math.floor(round / 2) % 2) })
          await sleep(12)
          await until(`one session in round ${round}`, settled, limits)
        }
        const collisions = a.log.split('ConnectionCollisionResolution').length - 1
        expect(collisions, 'rounds in which both connections came up').to.be.greaterThan(rounds / 20)
      } finally {
        await a.stop()
        await b.stop()
        await link.remove()
      }
    })
  }
})
