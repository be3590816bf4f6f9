// Signals by which people end a run that has made something which must be removed first.

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
type EndingSignal = keyof typeof exitCodes

/** Ctrl-C reaches the whole process group, and whoever started us forwards it as well: within this time both are one. */
const sameWishMs = 1000

export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** Exit status, as a shell expects it. */
  readonly code: number

  constructor(signal: EndingSignal) {
    super(`interrupted by ${signal}; what was made is removed`)
    this.code = exitCodes[signal]
  }
}

/** Aborted, with an Interruption, by the first signal from now on. Whoever does not want to wait for the removal sends another one later. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController()
  let firstAt = Number.POSITIVE_INFINITY
  for (const name of Object.keys(exitCodes) as EndingSignal[]) {
    process.on(name, () => {
      if (performance.now() - firstAt > sameWishMs) process.exit(exitCodes[name])
      firstAt = Math.min(firstAt, performance.now())
      controller.abort(new Interruption(name))
    })
  }
  return controller.signal
}
