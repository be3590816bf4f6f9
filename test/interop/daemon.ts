// A program that runs in a place until it is told to end.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Place } from '../lab/place.ts'

export class Daemon {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #ended: Promise<void>
  /** What it wrote to standard error, and to standard output unless somebody reads that. */
  output = ''

  constructor(place: Place, argv: readonly string[], onLine?: (line: string) => void) {
    const [program = '', ...rest] = [...place.enter, ...argv]
    this.#child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.#child.on('error', (error) => {
      this.output += error.message
    })
    this.#child.stdin.on('error', () => undefined)
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    let rest_ = ''
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (onLine === undefined) {
        this.output += text
        return
      }
      const lines = (rest_ + text).split('\n')
      rest_ = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    })
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal)
    await this.#ended
  }
}
