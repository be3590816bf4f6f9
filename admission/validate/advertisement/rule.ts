// What every rule for advertisements is given and gives.
import type { Selection } from '../../../core/config/selection.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Fields } from '../../../core/shape.ts'
import type { World } from '../../world.ts'

export interface AdvertisementCase<A extends Selection = Selection> {
  readonly advert: A
  /** As it was written. */
  readonly spec: Fields
  readonly world: World
}

export type AdvertisementRule<A extends Selection = Selection> = (facts: AdvertisementCase<A>) => readonly Problem[]
