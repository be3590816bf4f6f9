// Hosts without a cluster: network, mount and PID namespaces that have no name and leave nothing. The first process of each ends when its standard input
// does, thus with this process however that ends; the kernel then ends whatever else runs in there and takes files and links with it.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { machine, Place } from '../../test/lab/place.ts'
import { until } from '../../test/lab/wait.ts'

/** Its own /run and /var/tmp, where daemons write; those of FRR have given up root by then. */
const firstProcess = `
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
mkdir -p /run/bench /run/bird /run/frr
chmod 0777 /run/bench /run/frr
ip link set lo up
echo ready
exec cat
`

/** A program that runs in a host until it is ended or the host is. */
export interface Daemon {
  readonly name: string
  /** Looks again and again until there is something; rejects as soon as the program has ended, with the last of what it wrote. */
  until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T>
  readonly stdin: Writable
  onLine(listener: (line: string) => void): void
  readonly ended: Promise<void>
}

export class BareHost {
  readonly #holder: ChildProcessByStdio<Writable, Readable, null>
  readonly place: Place
  readonly #pid: number

  private constructor(holder: ChildProcessByStdio<Writable, Readable, null>, pid: number, name: string) {
    this.#holder = holder
    this.#pid = pid
    const enter = ['nsenter', `--target=${pid}`, '--net', '--mount', `--pid=/proc/${pid}/ns/pid_for_children`, '--']
    this.place = new Place(name, enter)
  }

  static async start(name: string): Promise<BareHost> {
    const argv = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', 'sh', '-ec', firstProcess]
    // A process group of its own: the terminal's Ctrl-C is for us, and we end it in order.
    const holder = spawn('unshare', argv, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    await once(holder, 'spawn')
    if (holder.pid === undefined) throw new Error(`${name}: unshare did not start`)
    const host = new BareHost(holder, holder.pid, name)
    const ended = once(holder, 'exit').then(() => {
      throw new Error(`${name}: its first process ended`)
    })
    await Promise.race([once(holder.stdout, 'data'), ended])
    ended.catch(() => undefined)
    return host
  }

  /** Connects two hosts by a cable, `eth0` at both ends. */
  static async connect(ends: readonly [BareHost, string], others: readonly [BareHost, string]): Promise<void> {
    const [a, b] = [ends[0].#pid, others[0].#pid]
    await machine.must(['ip', 'link', 'add', 'eth0', 'netns', String(a), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(b)])
    for (const [host, address] of [ends, others]) {
      await host.place.must(['ip', 'addr', 'add', address, 'dev', 'eth0'])
      await host.place.must(['ip', 'link', 'set', 'eth0', 'up'])
    }
  }

  /** The path outside of a path inside; for a UNIX socket too. */
  path(inside: string): string {
    return `/proc/${this.#pid}/root${inside}`
  }

  write(inside: string, content: string | Uint8Array): void {
    writeFileSync(this.path(inside), content)
  }

  run(argv: readonly string[]): Daemon {
    const [program = '', ...rest] = [...this.place.enter, ...argv]
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    const name = `${argv[0] ?? ''} (in ${this.place.name})`
    let output = ''
    const gone = new AbortController()
    let partial = ''
    const listeners: ((line: string) => void)[] = []
    const hear = (text: string): void => {
      output = (output + text).slice(-4000)
      const lines = (partial + text).split('\n')
      partial = lines.pop() ?? ''
      for (const line of lines) for (const listener of listeners) listener(line)
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => hear(`${error.message}\n`))
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        gone.abort(new Error(`${name} ended: ${output}`))
        resolve()
      })
    })
    return {
      name,
      ended,
      stdin: child.stdin,
      until: (what, look) =>
        until(`${what} of ${name}`, look, { limitMs: 60_000, everyMs: 20, signal: gone.signal, evidence: () => output }),
      onLine: (listener) => void listeners.push(listener),
    }
  }

  /** Processes in here, by the name of their program's file; pids of the machine. */
  pidsOf(programs: readonly string[]): readonly number[] {
    const wanted = readlinkSync(`/proc/${this.#pid}/ns/pid_for_children`)
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return []
      try {
        if (readlinkSync(`/proc/${entry}/ns/pid`) !== wanted) return []
        const [program = ''] = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')
        return programs.includes(basename(program)) ? [Number(entry)] : []
      } catch {
        // It has ended meanwhile.
        return []
      }
    })
  }

  /** Ends all that runs in here; resolves when the kernel has taken everything away. */
  async end(): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return
    const exit = once(this.#holder, 'exit')
    this.#holder.stdin.end()
    await Promise.race([exit, sleep(5000)])
    this.#holder.kill('SIGKILL')
    await exit
  }
}

/** Seconds of processor time that processes have had, all their threads together; those that ended count no more. */
export function processorSeconds(pids: readonly number[]): number {
  let nanoseconds = 0
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    }
  }
  return nanoseconds / 1e9
}
