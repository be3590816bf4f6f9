// An AbortSignal with two causes: the caller's wish and the clock.

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'
}

/**
 * `AbortSignal.any([outer, AbortSignal.timeout(ms)])` with an end: a signal that lives as long as the process (a reflector's) must not collect a
 * listener per request.
 */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  readonly #onOuterAbort = (): void => {
    this.#controller.abort(this.#outer?.reason)
  }

  constructor(ms: number, what: string, outer?: AbortSignal) {
    this.#outer = outer
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DeadlineExceeded(`${what} for ${ms} ms`))
    }, ms)
    if (outer?.aborted === true) this.#onOuterAbort()
    else outer?.addEventListener('abort', this.#onOuterAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Starts the time anew. */
  refresh(): void {
    this.#timer.refresh()
  }

  /** The work is done: nothing will be aborted any more. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onOuterAbort)
  }
}
