import { expect } from 'chai'
import { connectKube } from '../../../kube/client.ts'
import type { Clock } from '../../../kube/clock.ts'
import { EventRecorder } from '../../../kube/events.ts'
import { createLogger } from '../../../kube/logger.ts'
import {
  type Answer,
  answeringServer,
  configFor,
  json,
  reset,
  type ScriptedServer,
  type SeenRequest,
  service,
  status,
} from './scripted-server.ts'

const web = service('web', 7)

/** Stands still unless told. */
function handClock(): Clock & { at: number } {
  return { at: Date.UTC(2026, 10, 21, 8), now: handNow, wall: handNow, random: () => 0.5, sleep: () => Promise.resolve() }
}

function handNow(this: { at: number }): number {
  return this.at
}

interface Bench {
  readonly recorder: EventRecorder
  readonly server: ScriptedServer
  readonly clock: { at: number }
  readonly drops: string[]
  readonly logs: Record<string, unknown>[]
}

async function withRecorder(
  answer: (request: SeenRequest) => Answer,
  use: (bench: Bench) => Promise<void>,
  isBusy = (): boolean => false,
): Promise<void> {
  const server = await answeringServer(answer)
  const logs: Record<string, unknown>[] = []
  const log = createLogger({ component: 'test', level: 'info', destination: { write: (text) => void logs.push(JSON.parse(text)) } })
  const clock = handClock()
  const client = connectKube({ config: configFor(server.url) })
  const drops: string[] = []
  const onDropped = (why: string): void => void drops.push(why)
  const recorder = new EventRecorder({ client, component: 'metallb-controller', host: 'controller-1', onDropped, log, clock, isBusy })
  await use({ recorder, server, clock, drops, logs })
  await recorder.stop()
  await server.close()
}

const accept = (): Answer => json({})

describe('An event recorder', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  it('writes a complete Event', () =>
    withRecorder(accept, async ({ recorder, server }) => {
      recorder.event(web, 'Normal', 'IPAllocated', 'Assigned IP ["10.0.0.1"]')
      await recorder.drained()
      const [request] = server.requests
      expect(request?.path).to.equal('/api/v1/namespaces/shop/events')
      const event = JSON.parse(request?.body ?? '') as Record<string, unknown> & { readonly metadata: { readonly name: string } }
      expect(event.metadata.name).to.match(/^web\.[0-9a-f]{16}$/)
      expect(event).to.deep.include({
        apiVersion: 'v1',
        kind: 'Event',
        involvedObject: { apiVersion: 'v1', kind: 'Service', name: 'web', namespace: 'shop', uid: 'uid-web', resourceVersion: '7' },
        type: 'Normal',
        reason: 'IPAllocated',
        message: 'Assigned IP ["10.0.0.1"]',
        source: { component: 'metallb-controller', host: 'controller-1' },
        reportingComponent: 'metallb-controller',
        reportingInstance: 'controller-1',
        firstTimestamp: '2026-11-21T08:00:00Z',
        lastTimestamp: '2026-11-21T08:00:00Z',
        count: 1,
      })
    }))

  it('counts the same fact up instead of repeating it', () =>
    withRecorder(accept, async ({ recorder, server, clock }) => {
      recorder.event(web, 'Warning', 'AllocationFailed', 'pool is full')
      clock.at += 5_000
      recorder.event(web, 'Warning', 'AllocationFailed', 'pool is full')
      recorder.event({ ...web, metadata: { ...web.metadata, resourceVersion: '8' } }, 'Warning', 'AllocationFailed', 'pool is full')
      recorder.event(web, 'Warning', 'AllocationFailed', 'another reason')
      await recorder.drained()
      const [first, ...rest] = server.requests
      const { name } = (JSON.parse(first?.body ?? '') as { readonly metadata: { readonly name: string } }).metadata
      expect(rest.map(({ method, path, body }) => (method === 'PATCH' ? `${path} ${body}` : method))).to.deep.equal([
        `/api/v1/namespaces/shop/events/${name} {"count":2,"lastTimestamp":"2026-11-21T08:00:05Z","message":"pool is full"}`,
        `/api/v1/namespaces/shop/events/${name} {"count":3,"lastTimestamp":"2026-11-21T08:00:05Z","message":"pool is full"}`,
        'POST',
      ])
    }))

  it('begins a new series when the API has forgotten the old one', () =>
    withRecorder(
      ({ method }) => (method === 'PATCH' ? status(404, 'NotFound', 'events "x" not found') : json({})),
      async ({ recorder, server, logs }) => {
        recorder.event(web, 'Normal', 'IPAllocated', 'again')
        recorder.event(web, 'Normal', 'IPAllocated', 'again')
        await recorder.drained()
        expect(server.requests.map(({ method }) => method)).to.deep.equal(['POST', 'PATCH', 'POST'])
        expect(logs).to.deep.equal([])
      },
    ))

  it('puts events about objects of no namespace into default', () =>
    withRecorder(accept, async ({ recorder, server }) => {
      recorder.event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, 'Normal', 'r', 'm')
      await recorder.drained()
      expect(server.requests[0]?.path).to.equal('/api/v1/namespaces/default/events')
    }))

  it('lets a flapping object speak 25 times, then once a minute, and others as before', () =>
    withRecorder(accept, async ({ recorder, server, clock, drops }) => {
      for (let i = 0; i < 100; i++) recorder.event(web, 'Normal', 'r', `message ${i}`)
      recorder.event(service('other', 1), 'Normal', 'r', 'm')
      await recorder.drained()
      expect(server.requests).to.have.length(26)
      clock.at += 60_000
      for (let i = 0; i < 5; i++) recorder.event(web, 'Normal', 'r', `message ${i}`)
      await recorder.drained()
      expect(server.requests).to.have.length(27)
      expect(drops).to.deep.equal(Array.from({ length: 79 }, () => 'flapping'))
    }))

  it('combines the tenth other message of one reason with those that follow, until ten minutes have passed', () =>
    withRecorder(accept, async ({ recorder, server, clock }) => {
      const say = async (message: string): Promise<string> => {
        recorder.event(web, 'Warning', 'AllocationFailed', message)
        await recorder.drained()
        const { method, body } = server.requests.at(-1) ?? { method: '', body: '{}' }
        const { count, message: said } = JSON.parse(body) as { readonly count: number; readonly message: string }
        return `${method} ${count} ${said}`
      }
      for (let i = 1; i < 10; i++) expect(await say(`message ${i}`)).to.equal(`POST 1 message ${i}`)
      expect(await say('message 10')).to.equal('POST 1 (combined from similar events): message 10')
      expect(await say('message 11')).to.equal('PATCH 2 (combined from similar events): message 11')
      expect(await say('message 9')).to.equal('PATCH 2 message 9')
      clock.at += 600_001
      expect(await say('message 12')).to.equal('POST 1 message 12')
    }))

  it('tells of 4,000 objects at once, and of each in its order', () =>
    withRecorder(accept, async ({ recorder, server, drops }) => {
      for (let i = 0; i < 4_000; i++) recorder.event(service(`s${i}`, 1), 'Normal', 'IPAllocated', `address ${i}`)
      for (let i = 0; i < 10; i++) recorder.event(service('s7', 1), 'Normal', 'r', `then ${i % 5}`)
      await recorder.drained()
      expect(drops).to.deep.equal([])
      expect(server.requests).to.have.length(4_010)
      const ofOne = server.requests.filter(({ body, method }) => method === 'PATCH' || body.includes('"name":"s7"'))
      const said = ofOne.map(({ body }) => (JSON.parse(body) as { readonly message: string }).message)
      expect(said).to.deep.equal(['address 7', ...[0, 1, 2, 3, 4, 0, 1, 2, 3, 4].map((i) => `then ${i}`)])
    }))

  it('has eight requests open at a time, but one while there is more important work', () => {
    const open: (() => void)[] = []
    let most = 0
    let isBusy = false
    return withRecorder(
      () => (response, request) => {
        open.push(() => void json({})(response, request))
        most = Math.max(most, open.length)
        if (open.length < (isBusy ? 1 : 8)) return
        for (const answer of open.splice(0)) answer()
      },
      async ({ recorder }) => {
        for (let i = 0; i < 40; i++) recorder.event(service(`s${i}`, 1), 'Normal', 'r', 'm')
        await recorder.drained()
        expect(most).to.equal(8)
        isBusy = true
        most = 0
        for (let i = 0; i < 40; i++) recorder.event(service(`s${i}`, 1), 'Normal', 'r', 'n')
        await recorder.drained()
        expect(most).to.equal(1)
      },
      () => isBusy,
    )
  })

  it('drops and counts what does not fit in the line, and says so once', () =>
    withRecorder(accept, async ({ recorder, drops, logs }) => {
      for (let i = 0; i < 20_500; i++) recorder.event(service(`s${i}`, 1), 'Normal', 'r', 'm')
      expect(drops).to.deep.equal(Array.from({ length: 500 }, () => 'lineFull'))
      expect(logs.map(({ event }) => event)).to.deep.equal(['eventsDropped'])
      await recorder.stop()
      expect(recorder.depth).to.equal(0)
    }))

  it('tries an Event again under the same name while the API server is away, and begins no second one', () => {
    let tries = 0
    return withRecorder(
      () => {
        tries++
        return tries < 4 ? reset : tries === 4 ? status(409, 'AlreadyExists', 'it arrived the first time') : json({})
      },
      async ({ recorder, server, logs }) => {
        recorder.event(web, 'Normal', 'r', 'm')
        await recorder.drained()
        recorder.event(web, 'Normal', 'r', 'm')
        await recorder.drained()
        const names = server.requests
          .slice(0, 4)
          .map(({ body }) => (JSON.parse(body) as { readonly metadata: { readonly name: string } }).metadata.name)
        expect(new Set(names).size).to.equal(1)
        expect(server.requests.slice(4).map(({ method }) => method)).to.deep.equal(['PATCH'])
        expect(logs).to.deep.equal([])
      },
    )
  })

  it('goes on after a refusal, which it logs', () =>
    withRecorder(
      ({ body }) => (body.includes('alpha') ? status(403, 'Forbidden', 'no') : json({})),
      async ({ recorder, server, drops, logs }) => {
        recorder.event(web, 'Normal', 'r', 'alpha')
        recorder.event(web, 'Normal', 'r', 'beta')
        await recorder.drained()
        expect(server.requests).to.have.length(2)
        expect(logs.map(({ event }) => event)).to.deep.equal(['eventNotSent'])
        expect(drops).to.deep.equal(['failed'])
      },
    ))

  it('says nothing more after stop', () =>
    withRecorder(accept, async ({ recorder, server }) => {
      await recorder.stop()
      recorder.event(web, 'Normal', 'r', 'm')
      await recorder.drained()
      expect(server.requests).to.deep.equal([])
    }))
})
