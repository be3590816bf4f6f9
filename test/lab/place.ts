// The one wrapper that runs commands: every command of the lab runs in a place.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { lastLines } from '../../tools/command.ts'
import { mark } from './mark.ts'

export interface Outcome {
  /** The exit status; 128 + the signal's number is not used: a program that a signal ended has code -1. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** What the program reads, as text or as the file of that path. Nothing by default. */
  readonly input?: string | { readonly file: string }
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after which the program is killed and the call rejects; 60 000 by default. */
  readonly limitMs?: number
  /** Kills the program; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Somewhere a command can run: the machine itself, a network namespace, or a node or router with all its namespaces. */
export class Place {
  readonly name: string
  /** What precedes a command so that it runs here. */
  readonly enter: readonly string[]
  readonly env: Readonly<Record<string, string>>

  constructor(name: string, enter: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.name = name
    this.enter = enter
    this.env = env
  }

  /** Runs a program to its end; rejects when it cannot be started or outlives its limit. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const [program = '', ...rest] = [...this.enter, ...argv]
    const limitMs = options.limitMs ?? 60_000
    return new Promise((resolve, reject) => {
      const { input = '', signal } = options
      const stdin = typeof input === 'string' ? 'pipe' : openSync(input.file, 'r')
      // A process group of its own: in a node the program is a child of nsenter, and a signal to nsenter alone would leave it running.
      const env = { ...process.env, ...this.env, ...options.env }
      const child = spawn(program, rest, { stdio: [stdin, 'pipe', 'pipe'], env, detached: true })
      if (typeof stdin === 'number') closeSync(stdin)
      let stdout = ''
      let stderr = ''
      const stop = (reason: unknown): void => {
        if (child.pid !== undefined) killGroup(child.pid)
        settle(() => reject(reason))
      }
      const onAbort = (): void => stop(signal?.reason)
      const limit = setTimeout(() => {
        stop(new Error(`${this.describe(argv)} did not end within ${limitMs / 1000} s: ${lastLines(stderr || stdout)}`))
      }, limitMs)
      const settle = (report: () => void): void => {
        clearTimeout(limit)
        signal?.removeEventListener('abort', onAbort)
        report()
      }
      signal?.addEventListener('abort', onAbort)
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
      })
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      // A program may end without having read all: that shows in its exit status, not here.
      child.stdin?.on('error', () => undefined).end(input)
      child.on('error', (error) => settle(() => reject(error)))
      child.on('close', (code) => settle(() => resolve({ code: code ?? -1, stdout, stderr })))
      if (signal?.aborted) onAbort()
    })
  }

  /** The same for programs whose failure nobody handles: rejects with the command and the last lines that it wrote; resolves to its output. */
  async must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, options)
    if (code !== 0) throw new Error(`${this.describe(argv)} ended with ${code}: ${lastLines(stderr || stdout)}`)
    return stdout
  }

  /** Runs a program with this process's own input and output; resolves to its exit status. */
  attach(argv: readonly string[]): Promise<number> {
    const [program = '', ...rest] = [...this.enter, ...argv]
    return new Promise((resolve, reject) => {
      const child = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, ...this.env } })
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? -1))
    })
  }

  private describe(argv: readonly string[]): string {
    const command = argv.join(' ').replaceAll(/\s+/g, ' ')
    return `${command.length > 120 ? `${command.slice(0, 120)} …` : command} (in ${this.name})`
  }
}

/** The machine itself, on nobody's behalf. */
export const machine = new Place('the machine', [])

/** The machine itself, on behalf of a lab. */
export function labMachine(lab: string): Place {
  return new Place('the machine', [], mark(lab))
}

/** A network namespace by its path; everything else is the machine's. (`ip netns exec` would hide the cgroup mounts.) */
export function networkPlace(lab: string, name: string, path: string): Place {
  return new Place(name, ['nsenter', `--net=${path}`, '--'], mark(lab))
}

/**
 * A node or router, by the process that holds its namespaces. That process is outside their PID namespace, its only child is PID 1 in there:
 * hence the path for the PID namespace.
 */
export function heldPlace(lab: string, name: string, pid: number): Place {
  const pidNamespace = `--pid=/proc/${pid}/ns/pid_for_children`
  const env = 'PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  return new Place(name, ['nsenter', `--target=${pid}`, '--mount', '--uts', '--net', '--cgroup', pidNamespace, '--', 'env', env], mark(lab))
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}
