/** An expression's own error at run time, as `1 / 0`. Thrown and caught within this folder: `||`, `&&`, `all` and `exists` may absorb it. */
export class CelFailure extends Error {
  /** Where in the source; set by the innermost step that knows. */
  at: number | undefined
}

/** The expression used up what one evaluation may cost. Nothing absorbs it. */
export class CostExceeded extends Error {}

/** An error that is absorbed costs as much as this many steps. */
const absorbedCost = 20

export class Budget {
  #left: number

  /** @param limit in units of cost: about one step of the evaluator */
  constructor(limit: number) {
    this.#left = limit
  }

  /** @throws CostExceeded */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new CostExceeded()
  }

  /** @throws the error, unless it is one that an expression may absorb */
  absorb(error: unknown): CelFailure {
    if (!(error instanceof CelFailure)) throw error
    this.spend(absorbedCost)
    return error
  }
}
