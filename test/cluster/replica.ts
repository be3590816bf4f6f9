// A controller as a process of the test, with a wire that the test holds in its hands: every request to the API server passes through here, and is written down.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { KubeConfig } from '@kubernetes/client-node'
import type { Lab } from '../lab/lab.ts'
import { mark } from '../lab/mark.ts'
import { until } from '../lab/wait.ts'
import { namespace } from './installed.ts'

/** A request that is not a read. Times are the monotonic milliseconds of this process. */
export interface Write {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** When it came out of the controller. */
  readonly sentAt: number
  /** What the API server answered; undefined while it has not. */
  status?: number
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const account = `system:serviceaccount:${namespace}:controller`
const leasePath = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/metallb-controller`

export class Replica {
  readonly name: string
  readonly writes: Write[] = []
  readonly #server: Server
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #log: string[] = []
  /** Requests that are kept back, and until when. */
  #held: { readonly holds: (path: string) => boolean; readonly end: Promise<void> } | undefined

  /** Starts a controller with the permissions that the manifests give it. */
  static async start(lab: Lab, name: string, argv: readonly string[] = []): Promise<Replica> {
    const config = new KubeConfig()
    config.loadFromFile(lab.kubeconfig)
    const agent = new Agent({ keepAlive: true })
    const server = createServer()
    const replica: { one?: Replica } = {}
    server.on('request', (incoming, outgoing) => {
      // Whoever asked is gone.
      replica.one?.forward(incoming, outgoing, { config, agent }).catch(() => outgoing.destroy())
    })
    server.on('close', () => agent.destroy())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    replica.one = new Replica(lab, name, argv, server)
    return replica.one
  }

  private constructor(lab: Lab, name: string, argv: readonly string[], server: Server) {
    this.name = name
    this.#server = server
    this.#folder = mkdtempSync(join(tmpdir(), 'metallb-replica-'))
    const kubeconfig = join(this.#folder, 'kubeconfig')
    const cluster = { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'insecure-skip-tls-verify': true }
    const config = {
      clusters: [{ name: 'lab', cluster }],
      users: [{ name: 'nobody', user: {} }],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'nobody' } }],
      'current-context': 'lab',
    }
    writeFileSync(kubeconfig, JSON.stringify(config))
    const flags = [`--namespace=${namespace}`, `--pod-name=${name}`, '--port=0', '--health-probe-port=0', ...argv]
    const env = { ...process.env, ...mark(lab.name), KUBECONFIG: kubeconfig }
    this.#child = spawn(process.execPath, ['controller/main.ts', ...flags], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#log.push(text))
  }

  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** From now on its requests to such paths hang on their way. @returns lets them go on */
  hold(holds: (path: string) => boolean): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held = { holds, end: promise }
    return () => {
      this.#held = undefined
      resolve()
    }
  }

  /** When its last renewal that was good came out of it. */
  get renewedAt(): number {
    return this.writes.findLast(({ method, path, status }) => method === 'PUT' && path === leasePath && status === 200)?.sentAt ?? 0
  }

  /** Monotonic milliseconds from then until it had the Lease. */
  tookOverAfter(then: number): number {
    const isTaking = ({ method, path, sentAt, status }: Write): boolean =>
      method === 'PUT' && path === leasePath && status === 200 && sentAt > then
    return Math.round((this.writes.find(isTaking)?.sentAt ?? Number.NaN) - then)
  }

  async ready(): Promise<void> {
    await until(`${this.name} to be ready`, () => this.log.includes('"ready"') || undefined, { limitMs: 30_000, evidence: () => this.log })
  }

  get log(): string {
    return this.#log.join('')
  }

  /** With SIGKILL it has no chance to say anything. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.thaw()
    const exited = this.#child.exitCode === null && this.#child.signalCode === null ? once(this.#child, 'exit') : undefined
    this.#child.kill(signal)
    await exited
    this.#server.close()
    this.#server.closeAllConnections()
    rmSync(this.#folder, { recursive: true })
  }

  async forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { config, agent }: { readonly config: KubeConfig; readonly agent: Agent },
  ): Promise<void> {
    const { method = '', url = '', headers } = incoming
    const [path = ''] = url.split('?')
    const write: Write = { method, path, sentAt: performance.now() }
    if (method !== 'GET') this.writes.push(write)
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    if (this.#held?.holds(path) === true) await this.#held.end
    const server = new URL(config.getCurrentCluster()?.server ?? '')
    const { host: _, connection: __, ...kept } = headers
    const options: RequestOptions = { method, hostname: server.hostname, port: server.port, path: url }
    await config.applyToHTTPSOptions(options)
    const sent = request({ ...options, agent, headers: { ...kept, 'Impersonate-User': account } }, (response) => {
      write.status = response.statusCode ?? 0
      outgoing.writeHead(write.status, response.headers)
      outgoing.flushHeaders()
      response.pipe(outgoing)
      response.on('error', () => outgoing.destroy())
    })
    sent.on('error', () => outgoing.destroy())
    // What was sent is carried out, whoever is gone; a watch ends.
    if (method === 'GET') outgoing.on('close', () => sent.destroy())
    sent.end(Buffer.concat(chunks))
  }
}
