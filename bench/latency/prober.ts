// The ARP prober as a process in the client of a lab.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Lab } from '../../test/lab/lab.ts'
import type { ProberReport } from './arp-prober.ts'

const limitMs = 20_000

export class Prober {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #reports = new EventEmitter()

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child
    child.stdin.on('error', () => undefined)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report = JSON.parse(line) as ProberReport
      this.#reports.emit(report.type, report)
    })
  }

  static async start(lab: Lab): Promise<Prober> {
    const [client] = lab.clients
    if (client === undefined) throw new Error('the lab has no client')
    const place = lab.place(client.name)
    const script = join(import.meta.dirname, 'arp-prober.ts')
    const [program, ...argv] = [...place.enter, process.execPath, script, 'eth0', client.address]
    const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...place.env } })
    const prober = new Prober(child)
    await prober.#next('ready')
    return prober
  }

  /** Asks for the address from now on; the moment of the first answer, on the machine's monotonic clock. */
  async firstAnswer(address: string): Promise<number> {
    this.#tell(`ask ${address}`)
    return (await this.#next('answer')).atMs
  }

  /** Resolves when nobody answers for the address any more. */
  async silence(address: string): Promise<void> {
    this.#tell(`silence ${address}`)
    await this.#next('silence')
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  #tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  async #next<T extends ProberReport['type']>(type: T): Promise<Extract<ProberReport, { readonly type: T }>> {
    const ended = new AbortController()
    const onExit = (): void => ended.abort(new Error('the ARP prober ended'))
    this.#child.once('exit', onExit)
    try {
      const [report] = (await once(this.#reports, type, { signal: AbortSignal.any([ended.signal, AbortSignal.timeout(limitMs)]) })) as [
        Extract<ProberReport, { readonly type: T }>,
      ]
      return report
    } catch (cause) {
      throw new Error(`no "${type}" of the ARP prober within ${limitMs / 1000} s`, { cause })
    } finally {
      this.#child.off('exit', onExit)
    }
  }
}
