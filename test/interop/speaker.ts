// Our speaker as a process in a place, and what it reports.
import { join } from 'node:path'
import type { Place } from '../lab/place.ts'
import { Daemon } from './daemon.ts'
import type { Command, Report, SessionReport, SpeakerOptions } from './speaker-process.ts'

export class TestSpeaker {
  readonly #daemon: Daemon
  readonly #waiting: ((sessions: readonly SessionReport[]) => void)[] = []
  /** Of sessions that went down, the last. */
  lastCause: string | undefined

  constructor(place: Place, options: SpeakerOptions) {
    const argv = [process.execPath, join(import.meta.dirname, 'speaker-process.ts'), JSON.stringify(options)]
    this.#daemon = new Daemon(place, argv, (line) => this.#hear(JSON.parse(line) as Report))
  }

  get log(): string {
    return this.#daemon.output
  }

  tell(command: Command): void {
    this.#daemon.tell(JSON.stringify(command))
  }

  status(): Promise<readonly SessionReport[]> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.tell({ type: 'status' })
    })
  }

  /** Ends it as an orderly shutdown does, with a NOTIFICATION to every peer. */
  async stop(): Promise<void> {
    this.tell({ type: 'stop' })
    await this.#daemon.stop('SIGCONT')
  }

  #hear(report: Report): void {
    if (report.type === 'status') this.#waiting.shift()?.(report.sessions)
    else if (report.cause !== undefined) this.lastCause = report.cause
  }
}
