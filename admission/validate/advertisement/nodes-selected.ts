import type { Selection } from '../../../core/config/selection.ts'
import { anyMatches } from '../../../core/config/selectors.ts'
import { type Problem, problem } from '../../../core/problem.ts'
import type { World } from '../../world.ts'

const shown = 6

/** Several nodeSelectors are ORed, which many people read as AND: they are shown the Nodes. When none matches, nobody announces. */
export function nodesSelected({ nodeSelectors }: Pick<Selection, 'nodeSelectors'>, world: World): readonly Problem[] {
  if (nodeSelectors.length === 0) return []
  const nodes = world.nodes().filter(({ labels }) => anyMatches(nodeSelectors, labels))
  if (nodes.length === 0) {
    const wanted = nodeSelectors.map(({ canonical }) => canonical).join(' or ')
    const message = `no Node matches ${wanted.slice(0, 100)} today, so nothing is announced`
    return [problem('SelectsNothing', 'spec.nodeSelectors', message)]
  }
  if (nodeSelectors.length === 1) return []
  const names = nodes.map(({ name }) => name).toSorted()
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  const message = `one of the ${nodeSelectors.length} selectors is enough (OR), which selects ${names.slice(0, shown).join(', ')}${more}; for AND write all labels into one selector`
  return [problem('SelectorsAreAlternatives', 'spec.nodeSelectors', message)]
}
