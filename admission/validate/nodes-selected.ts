import { anyMatches } from '../../core/config/selectors.ts'
import { type Problem, problem } from '../../core/problem.ts'
import type { Selector } from '../../core/selector.ts'
import type { World } from '../world.ts'
import { listed } from './listed.ts'

/**
 * Several nodeSelectors are ORed, which many people read as AND: they are shown the Nodes. When none matches, nothing happens.
 *
 * @param effect of no Node at all: `nothing is announced`
 */
export function nodesSelected(nodeSelectors: readonly Selector[], effect: string, world: World): readonly Problem[] {
  if (nodeSelectors.length === 0) return []
  const nodes = world.nodes().filter(({ labels }) => anyMatches(nodeSelectors, labels))
  if (nodes.length === 0) {
    const wanted = nodeSelectors.map(({ canonical }) => canonical).join(' or ')
    return [problem('SelectsNothing', 'spec.nodeSelectors', `no Node matches ${wanted.slice(0, 100)} today, so ${effect}`)]
  }
  if (nodeSelectors.length === 1) return []
  const names = listed(nodes.map(({ name }) => name).toSorted(), 6)
  const message = `one of the ${nodeSelectors.length} selectors is enough (OR), which selects ${names}; for AND write all labels into one selector`
  return [problem('SelectorsAreAlternatives', 'spec.nodeSelectors', message)]
}
