/** An expression's own error at run time, as `1 / 0`. Thrown and caught within this folder: `||`, `&&`, `all` and `exists` may absorb it. */
export class CelFailure extends Error {
  /** Where in the source; set when it is absorbed, for others step on. */
  at: number | undefined

  constructor(message: string) {
    // Nobody reads its stack, and collecting one takes longer than a hundred steps: an expression can fail for every item.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = limit
  }
}

/** The expression used up what one evaluation may cost. Nothing absorbs it. */
export class CostExceeded extends Error {}

/** An error that is absorbed costs as much as this many steps; estimates leave it out, for hardly any expression lets many happen. */
export const absorbedCost = 100

/**
 * What an expression may cost, in steps, by estimate and when it is evaluated: ten milliseconds of a processor that is warm. The variables may be larger than the
 * estimate takes them to be.
 */
export const largestCost = 250_000

export class Budget {
  #left: number

  /** @param limit in units of cost: about one step of the evaluator */
  constructor(limit: number) {
    this.#left = limit
  }

  get left(): number {
    return this.#left
  }

  /** @throws CostExceeded */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new CostExceeded()
  }
}
