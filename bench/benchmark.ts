// What a benchmark is, and what it gets to work with.
import type { Progress } from '../tools/progress.ts'
import type { Figure } from './figure.ts'
import type { SharedLab } from './shared-lab.ts'

export interface Bench {
  /** Says what goes on; never on standard output. */
  readonly progress: Progress
  /** Ends the measuring: what was made is removed. */
  readonly signal: AbortSignal
  /** Runs per figure when the command line says so. */
  readonly runs: number | undefined
  /** Services at most, where there would be more. */
  readonly services: number | undefined
  /** A cluster with the product and three pods behind the label `app: web`; made when first asked for, ended by the program. */
  readonly lab: SharedLab
  /** Called once per figure, as soon as there is one. */
  readonly report: (figure: Figure) => void
}

export interface Benchmark {
  readonly name: string
  /** One line for the list of names. */
  readonly about: string
  /** Rejects when it could not measure. An aim that was missed is no failure. */
  readonly run: (bench: Bench) => Promise<void>
}
