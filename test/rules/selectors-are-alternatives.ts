import { advertisementWith, nodeWith, peerWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'SelectorsAreAlternatives',
  cases: {
    'lists the Nodes that several selectors select': {
      nodes: [nodeWith('n1', '10.0.0.1', { zone: 'a' }), nodeWith('n2', '10.0.0.2', { disk: 'fast' }), nodeWith('n3', '10.0.0.3')],
      object: advertisementWith({ nodeSelectors: [{ matchLabels: { zone: 'a' } }, { matchLabels: { disk: 'fast' } }] }),
      warned: 'spec.nodeSelectors: one of the 2 selectors is enough (OR), which selects n1, n2; for AND write all labels into one selector',
    },
    'lists those that have a session': {
      nodes: [nodeWith('n1', '10.0.0.1', { zone: 'a' }), nodeWith('n2', '10.0.0.2', { disk: 'fast' })],
      object: peerWith({ nodeSelectors: [{ matchLabels: { zone: 'a' } }, { matchLabels: { disk: 'fast' } }] }),
      warned: 'spec.nodeSelectors: one of the 2 selectors is enough (OR), which selects n1, n2; for AND write all labels into one selector',
    },
    'is silent about one': {
      nodes: [nodeWith('n1', '10.0.0.1', { zone: 'a' })],
      object: advertisementWith({ nodeSelectors: [{ matchLabels: { zone: 'a' } }] }),
    },
  },
}
