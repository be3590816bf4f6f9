import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import { expect } from 'chai'
import type { Fields } from '../../../core/shape.ts'
import { ApiError } from '../../../kube/api-error.ts'
import { systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import type { AdmissionReviewAnswer, Status } from '../../../webhook/answer.ts'
import { Admission, type Worlds } from '../../../webhook/io/admission.ts'
import { metrics } from '../../../webhook/io/metrics.ts'
import { AdmissionServer } from '../../../webhook/io/server.ts'
import { probePool } from '../../../webhook/probe.ts'
import { evaluator, ownNamespace, pool, stored, worldOf } from '../admission/example.ts'
import { serviceObject } from '../core/objects.ts'
import { type Authority, makeAuthority, serverName } from './authority.ts'

const json = { 'content-type': 'application/json' }

const unasked: Worlds['confirmedIn'] = () => Promise.reject(new Error('only what would be refused is confirmed'))

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

describe('the admission server', () => {
  let first: Authority
  let second: Authority
  let server: AdmissionServer
  let worlds: Worlds
  let log: string[]

  before(async () => {
    first = await makeAuthority('first')
    second = await makeAuthority('second')
  })

  beforeEach(async () => {
    const world = worldOf([stored('first', ['192.168.1.0/24'], 1)])
    worlds = { cached: () => world, confirmed: () => Promise.resolve(world), confirmedIn: unasked }
    log = []
    const admission = new Admission({
      worlds: {
        cached: () => worlds.cached(),
        confirmed: (kinds) => worlds.confirmed(kinds),
        confirmedIn: (evidence) => worlds.confirmedIn(evidence),
      },
      evaluator,
      metrics,
      clock: systemClock,
      log: createLogger({ component: 'webhook', level: 'info', destination: { write: (line) => log.push(line) } }),
    })
    server = new AdmissionServer({
      port: 0,
      host: '127.0.0.1',
      tls: { minVersion: 'TLSv1.3' },
      answer: (call, text) => admission.answer(call, text),
      reject: (status) => admission.reject(status),
    })
    await server.listen(first.identity)
  })

  afterEach(() => server.close(1_000))

  async function send(body: string | Buffer, options: RequestOptions = {}): Promise<Reply> {
    const target = { host: '127.0.0.1', port: server.port, servername: serverName, ca: [first.ca, second.ca], agent: false as const }
    const outgoing = request({ ...target, method: 'POST', path: '/mutate', headers: json, ...options })
    // The server may answer, and hang up, before it has read everything.
    outgoing.on('error', () => undefined)
    outgoing.end(body)
    const [incoming] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown }
  }

  function reviewOf(object: Fields, changes: Fields = {}): string {
    const [group, version] = String(object['apiVersion']).split('/')
    return JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid: 'u-1',
        kind: { group, version, kind: object['kind'] },
        resource: { group, version, resource: 'anything' },
        name: (object['metadata'] as Fields)['name'],
        namespace: ownNamespace,
        operation: 'CREATE',
        userInfo: { username: 'alice' },
        object,
        ...changes,
      },
    })
  }

  const right = (): string => reviewOf(pool('second', { addresses: ['10.0.0.0/24'] }))
  const responseOf = ({ body }: Reply): AdmissionReviewAnswer['response'] => (body as AdmissionReviewAnswer).response

  it('answers a review', async () => {
    const reply = await send(right())
    expect(reply.status).to.equal(200)
    expect(reply.headers).to.include({ 'content-type': 'application/json; charset=utf-8' }).and.not.have.any.keys('etag', 'x-powered-by')
    expect(reply.body).to.deep.equal({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u-1', allowed: true },
    })
  })

  it('refuses in both calls alike, with one line in the log', async () => {
    const wrong = reviewOf(pool('second', { addresses: ['192.168.1.7/32'] }))
    const [mutating, validating] = [await send(wrong), await send(wrong, { path: '/validate' })]
    expect(responseOf(mutating).allowed).to.equal(false)
    expect(mutating.body).to.deep.equal(validating.body)
    const lines = log.map((line) => JSON.parse(line) as Fields)
    expect(lines.map((line) => ({ ...line, ts: '', tookMs: 0 }))).to.deep.equal(
      ['mutating', 'validating'].map((call) => ({
        level: 'info',
        ts: '',
        tookMs: 0,
        caller: 'webhook',
        event: 'admissionRefused',
        call,
        kind: 'IPAddressPool',
        namespace: ownNamespace,
        name: 'second',
        operation: 'CREATE',
        user: 'alice',
        dryRun: false,
        codes: ['PoolOverlap'],
        fields: ['spec.addresses[0]'],
        msg: 'a change is refused',
      })),
    )
  })

  it('patches in the mutating call only', async () => {
    const world = worldOf([stored('first', ['192.168.1.0/24'], 1, { annotations: { 'metallb.io/is-default-pool': 'true' } })])
    worlds = { cached: () => world, confirmed: () => Promise.reject(new Error('a Service must not cost a call')), confirmedIn: unasked }
    const service = reviewOf(
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { type: 'LoadBalancer', clusterIPs: ['10.96.0.9'] } },
      { kind: { group: '', version: 'v1', kind: 'Service' } },
    )
    expect(responseOf(await send(service)).patch).to.be.a('string')
    expect(responseOf(await send(service, { path: '/validate' }))).to.deep.equal({ uid: 'u-1', allowed: true })
  })

  describe('about a Service that asks for an address of another', () => {
    const taken = worldOf([stored('first', ['192.168.1.0/24'], 1)], { services: [serviceObject('shop/web', { held: ['192.168.1.7'] })] })
    const free = worldOf([stored('first', ['192.168.1.0/24'], 1)])
    const annotations = { 'metallb.io/loadBalancerIPs': '192.168.1.7' }
    const other = reviewOf(serviceObject('shop/other', { annotations }) as unknown as Fields, {
      kind: { group: '', version: 'v1', kind: 'Service' },
      namespace: 'shop',
    })
    const ask = async (confirmedIn: Worlds['confirmedIn']): ReturnType<typeof send> => {
      worlds = { cached: () => taken, confirmed: () => Promise.reject(new Error('not for Services')), confirmedIn }
      return send(other, { path: '/validate' })
    }

    it('refuses when a live read of the other confirms it', async () => {
      const asked: unknown[] = []
      const { allowed, status } = responseOf(
        await ask((evidence) => {
          asked.push(...evidence)
          return Promise.resolve(taken)
        }),
      )
      expect(allowed).to.equal(false)
      expect(status?.message).to.contain('in use by Service shop/web')
      expect(asked).to.deep.equal([{ kind: 'namespace', name: 'shop' }, { kind: 'pools' }, { kind: 'service', key: 'shop/web' }])
    })

    it('allows when the live read shows that the other has gone', async () => {
      expect(responseOf(await ask(() => Promise.resolve(free)))).to.deep.equal({ uid: 'u-1', allowed: true })
    })

    for (const [name, confirmedIn] of [
      ['cannot be read', () => Promise.reject(new ApiError('LIST: 403', { status: 403, reason: 'Forbidden' }))],
      ['is not brought by the watch in time', () => Promise.resolve(undefined)],
    ] as const) {
      it(`only warns when the other ${name}`, async () => {
        const { allowed, warnings } = responseOf(await ask(confirmedIn))
        expect(allowed).to.equal(true)
        expect(warnings?.join()).to.contain('in use by Service shop/web')
      })
    }
  })

  it('warns in the validating call only, so that nobody reads it twice', async () => {
    const odd = reviewOf(pool('second', { addresses: ['10.0.0.5/24'] }))
    expect(responseOf(await send(odd)).warnings).to.equal(undefined)
    expect(responseOf(await send(odd, { path: '/validate' })).warnings).to.have.length(1)
  })

  it('answers a probe without looking at the world', async () => {
    worlds = { cached: () => worldOf([]), confirmed: () => Promise.reject(new Error('not for probes')), confirmedIn: unasked }
    const probe = probePool('validating', 'abcd', ownNamespace)
    const review = reviewOf(pool(probe.metadata.name, probe.spec))
    expect(responseOf(await send(review)).allowed).to.equal(true)
    expect(responseOf(await send(review, { path: '/validate' })).status?.message).to.contain(
      'probe abcd has reached the validating webhook',
    )
  })

  it('does not judge by a world that it cannot confirm', async () => {
    worlds = {
      cached: () => worldOf([]),
      confirmed: () => Promise.reject(new ApiError('GET pools: 403 Forbidden: no', { status: 403, reason: 'Forbidden' })),
      confirmedIn: unasked,
    }
    const { allowed, status } = responseOf(await send(right()))
    expect(allowed).to.equal(false)
    expect(status).to.include({
      code: 503,
      message: 'what exists beside it could not be read, so "second" was not judged; try again: GET pools: 403 Forbidden: no',
    })
  })

  const service = { group: '', version: 'v1', kind: 'Service' }
  const bad: Readonly<Record<string, readonly [body: () => string | Buffer, options: RequestOptions, status: number, message: string]>> = {
    'a wrong content type': [right, { headers: { 'content-type': 'text/plain' } }, 415, 'the body must be application/json'],
    'no content type': [right, { headers: {} }, 415, 'the body must be application/json'],
    'no body': [() => '', {}, 400, 'the body is not JSON: '],
    'an encoding that could hide a bomb': [
      right,
      { headers: { ...json, 'content-encoding': 'gzip' } },
      415,
      'content encoding unsupported',
    ],
    'an unknown character set': [
      right,
      { headers: { 'content-type': 'application/json; charset=klingon' } },
      415,
      'unsupported charset "KLINGON"',
    ],
    'a body of 4 MB': [() => Buffer.alloc(4 * 1024 * 1024, ' '), {}, 413, 'the body is larger than 3mb'],
    'text that is no JSON': [() => '{"kind":', {}, 400, 'the body is not JSON: '],
    'JSON that is no AdmissionReview': [
      () => '{"kind":"Pod"}',
      {},
      400,
      'the body is not an AdmissionReview: kind must be "AdmissionReview", is "Pod"',
    ],
    'a review of a kind that is not ours': [
      () => reviewOf(pool('a', {}), { kind: { ...service, kind: 'Pod' } }),
      {},
      404,
      'this webhook does not review /v1 Pod',
    ],
    'another method': [() => '', { method: 'GET' }, 405, 'GET is not allowed here, only POST'],
    'another path': [right, { path: '/convert' }, 404, 'there is nothing here'],
    'a path that cannot be decoded': [right, { path: '/%ff' }, 404, 'there is nothing here'],
  }
  for (const [name, [body, options, code, message]] of Object.entries(bad)) {
    it(`answers ${code} with a Status to ${name}, and goes on serving`, async () => {
      const reply = await send(body(), options)
      expect(reply.status).to.equal(code)
      const status = reply.body as Status
      expect(status).to.include({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code })
      expect(status.message).to.contain(message)
      expect((await send(right())).status).to.equal(200)
    })
  }

  it('answers 500 when a review fails, and goes on serving', async () => {
    worlds = { cached: () => worldOf([]), confirmed: () => Promise.resolve(undefined as never), confirmedIn: unasked }
    expect((await send(right())).status).to.equal(500)
    worlds = { cached: () => worldOf([]), confirmed: () => Promise.resolve(worldOf([])), confirmedIn: unasked }
    expect((await send(right())).status).to.equal(200)
  })

  it('speaks TLS 1.3 and nothing older', async () => {
    const failure = await send(right(), { maxVersion: 'TLSv1.2' }).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(String(failure)).to.match(/protocol version|alert/i)
  })

  it('serves a new certificate to new connections while old ones go on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const fingerprint = async (): Promise<string> => {
      const socket: TLSSocket = connect({ host: '127.0.0.1', port: server.port, servername: serverName, ca: [first.ca, second.ca] })
      await once(socket, 'secureConnect')
      const { fingerprint256 } = socket.getPeerCertificate()
      socket.destroy()
      return fingerprint256
    }
    expect((await send(right(), { agent })).status).to.equal(200)
    const before = await fingerprint()
    server.useIdentity(second.identity)
    expect(await fingerprint()).not.to.equal(before)
    expect((await send(right(), { agent })).status).to.equal(200)
    agent.destroy()
  })

  it('while draining serves on and asks clients to come back elsewhere', async () => {
    expect((await send(right(), { agent: new Agent({ keepAlive: true }) })).headers['connection']).to.equal('keep-alive')
    server.beginDrain()
    const reply = await send(right(), { agent: new Agent({ keepAlive: true }) })
    expect(reply.status).to.equal(200)
    expect(reply.headers['connection']).to.equal('close')
  })

  it('finishes what has begun before it closes', async () => {
    const asked = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    worlds = {
      cached: () => worldOf([]),
      confirmed: async () => {
        asked.resolve()
        await released.promise
        return worldOf([])
      },
      confirmedIn: unasked,
    }
    const reply = send(right())
    await asked.promise
    const closed = server.close(5_000)
    released.resolve()
    expect((await reply).status).to.equal(200)
    await closed
  })
})
