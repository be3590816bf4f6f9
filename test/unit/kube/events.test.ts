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
  readonly logs: Record<string, unknown>[]
}

async function withRecorder(answer: (request: SeenRequest) => Answer, use: (bench: Bench) => Promise<void>): Promise<void> {
  const server = await answeringServer(answer)
  const logs: Record<string, unknown>[] = []
  const log = createLogger({ component: 'test', level: 'info', destination: { write: (text) => void logs.push(JSON.parse(text)) } })
  const clock = handClock()
  const client = connectKube({ config: configFor(server.url) })
  const recorder = new EventRecorder({ client, component: 'metallb-controller', host: 'controller-1', log, clock })
  await use({ recorder, server, clock, logs })
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
        `/api/v1/namespaces/shop/events/${name} {"count":2,"lastTimestamp":"2026-11-21T08:00:05Z"}`,
        `/api/v1/namespaces/shop/events/${name} {"count":3,"lastTimestamp":"2026-11-21T08:00:05Z"}`,
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
    withRecorder(accept, async ({ recorder, server, clock }) => {
      for (let i = 0; i < 100; i++) recorder.event(web, 'Normal', 'r', `message ${i}`)
      recorder.event(service('other', 1), 'Normal', 'r', 'm')
      await recorder.drained()
      expect(server.requests).to.have.length(26)
      clock.at += 60_000
      for (let i = 0; i < 5; i++) recorder.event(web, 'Normal', 'r', `message ${i}`)
      await recorder.drained()
      expect(server.requests).to.have.length(27)
      expect(recorder.dropped).to.equal(79)
    }))

  it('drops what does not fit in the line', () =>
    withRecorder(accept, async ({ recorder }) => {
      for (let i = 0; i < 1_500; i++) recorder.event(service(`s${i}`, 1), 'Normal', 'r', 'm')
      expect(recorder.dropped).to.equal(500)
      await recorder.drained()
    }))

  it('goes on after a failure, which it logs', () =>
    withRecorder(
      ({ body }) => (body.includes('alpha') ? reset : json({})),
      async ({ recorder, server, logs }) => {
        recorder.event(web, 'Normal', 'r', 'alpha')
        recorder.event(web, 'Normal', 'r', 'beta')
        await recorder.drained()
        expect(server.requests).to.have.length(2)
        expect(logs.map(({ event }) => event)).to.deep.equal(['eventNotSent'])
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
