// What every rule for pools is given and gives.
import type { Pool } from '../../../core/config/pool.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Fields } from '../../../core/shape.ts'
import type { World } from '../../world.ts'

export interface PoolCase {
  readonly pool: Pool
  /** As it was written. */
  readonly spec: Fields
  readonly annotations: Readonly<Record<string, string>>
  /** All others that can be used. */
  readonly others: readonly Pool[]
  readonly world: World
}

export type PoolRule = (facts: PoolCase) => readonly Problem[]
