/** Writes that give or take nobody an address, such as why one is missing, are made once per second and Service at most. */
export class NotePace {
  /** When the last one was made (monotonic), oldest first. */
  readonly #lastAt = new Map<string, number>()

  /** Milliseconds until the next may be made; 0 when it may be made now. */
  pauseMs(key: string, now: number): number {
    const last = this.#lastAt.get(key)
    return last === undefined ? 0 : Math.max(0, last + intervalMs - now)
  }

  note(key: string, now: number): void {
    for (const [other, at] of this.#lastAt) {
      if (at + intervalMs > now) break
      this.#lastAt.delete(other)
    }
    this.#lastAt.delete(key)
    this.#lastAt.set(key, now)
  }
}

const intervalMs = 1000
