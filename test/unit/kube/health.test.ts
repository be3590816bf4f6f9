import { expect } from 'chai'
import { type HttpServer, serveHealth, serveMetrics } from '../../../kube/health.ts'
import { declare } from '../../../kube/metrics.ts'

async function ask(server: HttpServer, path: string, method = 'GET'): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method })
  return `${response.status} ${await response.text()}`.trim()
}

describe('The probe server', () => {
  it('answers as the process feels', async () => {
    const state: { live?: string; ready?: string } = { ready: 'caches are cold' }
    const server = await serveHealth({ port: 0, host: '127.0.0.1', live: () => state.live, ready: () => state.ready })
    expect(await ask(server, '/healthz')).to.equal('200 ok')
    expect(await ask(server, '/readyz?verbose')).to.equal('503 caches are cold')
    state.live = 'the packet worker is silent for 5 s'
    delete state.ready
    expect(await ask(server, '/healthz')).to.equal('503 the packet worker is silent for 5 s')
    expect(await ask(server, '/readyz')).to.equal('200 ok')
    expect(await ask(server, '/readyz', 'HEAD')).to.equal('200')
    expect(await ask(server, '/', 'GET')).to.equal('404 known here: /healthz /readyz')
    expect(await ask(server, '/constructor', 'GET')).to.match(/^404/)
    expect(await ask(server, '/healthz', 'POST')).to.equal('405 GET only')
    await server.close()
  })

  it('answers 500 when a check throws', async () => {
    const server = await serveHealth({
      port: 0,
      host: '127.0.0.1',
      live: () => {
        throw new Error('a bug')
      },
      ready: () => undefined,
    })
    expect(await ask(server, '/healthz')).to.equal('500 a bug')
    await server.close()
  })

  it('names the port that it cannot have', async () => {
    const first = await serveHealth({ port: 0, host: '127.0.0.1', live: () => undefined, ready: () => undefined })
    try {
      await serveHealth({ port: first.port, host: '127.0.0.1', live: () => undefined, ready: () => undefined })
      expect.fail('the port was free')
    } catch (error) {
      expect(String(error)).to.match(
        new RegExp(`^Error: cannot serve probes on port ${first.port} of 127.0.0.1: another process has the port`),
      )
    }
    await first.close()
  })
})

describe('The metrics server', () => {
  it('gives the registry', async () => {
    const metrics = declare({ a_total: { kind: 'counter', help: 'a' } })
    metrics.a_total.inc(2)
    const server = await serveMetrics({ port: 0, host: '127.0.0.1', metrics })
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`)
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/)
    expect(await response.text()).to.include('\na_total 2\n')
    await server.close()
  })
})
