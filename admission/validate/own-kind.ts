// What the judgement of every kind of metallb.io has in common.
import { type Problem } from '../../core/problem.ts'
import type { Fields } from '../../core/shape.ts'
import { nothingToSay, type Verdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { allProblems } from './all-problems.ts'
import { ownNamespaceProblems } from './own-namespace.ts'
import type { Place } from './place.ts'
import { shapeProblems } from './shape.ts'

export interface OwnCase {
  /** A key of `jsonSchemas`, e.g. 'metallb.io/v1beta1/IPAddressPool'. */
  readonly key: string
  readonly object: Fields
  readonly place: Place
  readonly world: World
}

/**
 * Joins the shape and the place of an object with what the rules found.
 *
 * @param problems what the kind's compiler and those of its rules say that refuse
 * @param advice of the rules that only warn; what is refused anyway is not worth any
 */
export function verdictOn({ key, object, place, world }: OwnCase, problems: readonly Problem[], advice: () => readonly Problem[]): Verdict {
  const all = allProblems([...ownNamespaceProblems(place.namespace, world.namespace), ...shapeProblems(key, object)], problems)
  return { ...nothingToSay, problems: all, warnings: all.length > 0 ? [] : advice().map(warningText) }
}
