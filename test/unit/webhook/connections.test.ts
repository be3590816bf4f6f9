// Clients that hold connections open, or write by the drop, over real sockets.
import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { AdmissionServer, type AdmissionServerOptions, type ServerLimits } from '../../../webhook/io/server.ts'
import { type Authority, makeAuthority, serverName } from './authority.ts'

/** Shorter ones, which a busy machine keeps all the same. */
const limits: Partial<ServerLimits> = { handshake: 2_000, headers: 2_000, request: 3_000, check: 100 }
const head = `POST /validate HTTP/1.1\r\nHost: ${serverName}\r\nContent-Type: application/json\r\n`

describe('the admission server, among clients that hold on', function () {
  // A busy machine is no failure.
  this.timeout(60_000)
  let authority: Authority
  let server: AdmissionServer
  let opened: Socket[]
  let answer: AdmissionServerOptions['answer']

  before(async () => {
    authority = await makeAuthority('one')
  })
  beforeEach(() => {
    opened = []
    answer = () => Promise.resolve({ status: 200, body: '{}' })
  })
  afterEach(async () => {
    for (const socket of opened) socket.destroy()
    await server.close(1_000)
  })

  async function serve(options: Partial<Pick<AdmissionServerOptions, 'tls' | 'limits'>> = {}): Promise<void> {
    server = new AdmissionServer({
      port: 0,
      host: '127.0.0.1',
      tls: { minVersion: 'TLSv1.3' },
      limits,
      answer: (call, text) => answer(call, text),
      reject: ({ code }) => ({ status: code, body: '{}' }),
      ...options,
    })
    await server.listen(authority.identity)
  }

  function target(): ConnectionOptions & { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: server.port, servername: serverName, ca: authority.ca }
  }

  /** An open connection; what the server sends is read and forgotten. */
  async function open(options: ConnectionOptions = {}): Promise<TLSSocket> {
    const socket = connect({ ...target(), ...options })
    socket.on('error', () => undefined).resume()
    opened.push(socket)
    await once(socket, 'secureConnect')
    return socket
  }

  async function ask(options: RequestOptions = {}): Promise<number | undefined> {
    const outgoing = request({
      ...target(),
      agent: false,
      method: 'POST',
      path: '/validate',
      headers: { 'content-type': 'application/json' },
      ...options,
    })
    outgoing.end('{}')
    const [incoming] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage]
    incoming.resume()
    await once(incoming, 'end')
    return incoming.statusCode
  }

  /** One byte after the other, as long as the server takes them. */
  function drip(socket: TLSSocket, text: string): void {
    let sent = 0
    const timer = setInterval(() => socket.write(text[sent++ % text.length] ?? 'x'), 20)
    socket.once('close', () => clearInterval(timer))
  }

  const idlers: readonly (() => Promise<Socket>)[] = [
    async () => {
      const socket = connectTcp({ host: '127.0.0.1', port: server.port }).on('error', () => undefined)
      opened.push(socket)
      await once(socket.resume(), 'connect')
      return socket
    },
    () => open(),
    async () => {
      const socket = await open()
      drip(socket, `${head}X-Slow: ${'x'.repeat(10_000)}`)
      return socket
    },
    async () => {
      const socket = await open()
      socket.write(`${head}Content-Length: 1000000\r\n\r\n`)
      drip(socket, ' ')
      return socket
    },
  ]

  it('ends connections that never shake hands, send nothing, or write headers or a body by the drop, and serves others meanwhile', async () => {
    await serve()
    const sockets = await Promise.all(idlers.flatMap((hold) => Array.from({ length: 20 }, hold)))
    const ends = sockets.filter(({ closed }) => !closed).map((socket) => closing(socket))
    expect(await ask()).to.equal(200)
    await Promise.all(ends)
  })

  it('serves among a thousand that are idle', async () => {
    await serve({ limits: { idle: 600_000 } })
    for (let batch = 0; batch < 20; batch++) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => open()))
      for (const socket of sockets) socket.write(`${head}Content-Length: 2\r\n\r\n{}`)
    }
    const agent = new Agent({ keepAlive: true })
    for (let question = 0; question < 20; question++) expect(await ask({ agent })).to.equal(200)
    agent.destroy()
  })

  it('has room for one more: the one that has been idle for longest goes, not the one that is used, nor the one that waits for its answer', async () => {
    await serve({ limits: { connections: 5 } })
    const released = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    answer = async () => {
      asked.resolve()
      await released.promise
      return { status: 200, body: '{}' }
    }
    const waiting = ask()
    await asked.promise
    answer = () => Promise.resolve({ status: 200, body: '{}' })
    const used = new Agent({ keepAlive: true, maxSockets: 1 })
    expect(await ask({ agent: used })).to.equal(200)
    const [kept] = Object.values(used.freeSockets).flat()
    const idle = [await open(), await open(), await open()]
    expect(await ask({ agent: used })).to.equal(200)
    for (const oldest of idle) {
      const gone = closing(oldest)
      await open()
      await gone
    }
    expect(await ask({ agent: used })).to.equal(200)
    expect(Object.values(used.freeSockets).flat()).to.deep.equal([kept])
    released.resolve()
    expect(await waiting).to.equal(200)
    used.destroy()
  })

  it('keeps no connection with a client that is no API server', async () => {
    await serve()
    const socket = await open()
    const ended = closing(socket)
    socket.write(`GET / HTTP/1.1\r\nHost: ${serverName}\r\n\r\n`)
    await ended
  })

  it('speaks TLS 1.2 and the chosen cipher suites and curves when it is told to', async () => {
    await serve({ tls: { minVersion: 'TLSv1.2', ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384', ecdhCurve: 'secp384r1' } })
    const old = await open({ maxVersion: 'TLSv1.2' })
    expect([old.getProtocol(), old.getCipher().name]).to.deep.equal(['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'])
    expect((await open()).getProtocol()).to.equal('TLSv1.3')
    const failure = await open({ ecdhCurve: 'X25519' }).then(() => 'accepted', String)
    expect(failure).to.match(/alert|handshake/)
  })
})

/** However it ends: with a reset or without. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
  })
}
