import { aName, celRefuses, dropped, type Example, l2, misshapen, onlyRules, right } from './example.ts'

export const l2Advertisements: Readonly<Record<string, Example>> = {
  'is an L2Advertisement without spec': right(l2()),
  'is an L2Advertisement with an empty spec': right(l2({})),
  'is an L2Advertisement of two pools': right(l2({ ipAddressPools: ['production-pool', 'backup-pool'] })),
  'is an L2Advertisement with selectors of pools': right(
    l2({
      ipAddressPoolSelectors: [
        { matchLabels: { environment: 'production' } },
        { matchExpressions: [{ key: 'tier', operator: 'In', values: ['frontend', 'api'] }] },
      ],
    }),
  ),
  'is an L2Advertisement from the workers of two segments': right(
    l2({
      ipAddressPools: ['worker-pool'],
      nodeSelectors: [
        { matchLabels: { 'node-role.kubernetes.io/worker': 'true' } },
        { matchExpressions: [{ key: 'network-segment', operator: 'In', values: ['segment-a', 'segment-b'] }] },
      ],
    }),
  ),
  'is an L2Advertisement on two interfaces': right(l2({ ipAddressPools: ['main-pool'], interfaces: ['eth0', 'bond0'] })),
  'is an L2Advertisement of some Services': right(l2({ serviceSelectors: [{ matchLabels: { exposure: 'public' } }] })),
  'is an L2Advertisement with preferred nodes': right(
    l2({ preferredNodeSelectors: [{ weight: 100, preference: { matchLabels: { 'topology.kubernetes.io/zone': 'zone-a' } } }] }),
  ),
  'is an L2Advertisement that selects every pool by an empty selector': right(l2({ ipAddressPoolSelectors: [{}] })),
  'is an L2Advertisement from nodes that have a label': right(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'metallb-speaker', operator: 'Exists' }] }] }),
  ),

  'is an L2Advertisement with a text for pools': misshapen(
    l2({ ipAddressPools: 'production-pool' }),
    '/spec/ipAddressPools',
    'spec.ipAddressPools',
  ),
  'is an L2Advertisement of a pool without name': misshapen(
    l2({ ipAddressPools: [''] }),
    '/spec/ipAddressPools/0',
    'spec.ipAddressPools[0]',
  ),
  'is an L2Advertisement of a pool whose name is too long': misshapen(
    l2({ ipAddressPools: [aName] }),
    '/spec/ipAddressPools/0',
    'spec.ipAddressPools[0]',
  ),
  'is an L2Advertisement with one selector in place of a list': misshapen(
    l2({ nodeSelectors: { matchLabels: { a: 'b' } } }),
    '/spec/nodeSelectors',
    'spec.nodeSelectors',
  ),
  'is an L2Advertisement with a weight of 0': misshapen(
    l2({ preferredNodeSelectors: [{ weight: 0, preference: {} }] }),
    '/spec/preferredNodeSelectors/0/weight',
    'spec.preferredNodeSelectors[0].weight',
  ),
  'is an L2Advertisement with a weight of 101': misshapen(
    l2({ preferredNodeSelectors: [{ weight: 101, preference: {} }] }),
    '/spec/preferredNodeSelectors/0/weight',
    'spec.preferredNodeSelectors[0].weight',
  ),
  'is an L2Advertisement with a weight for no one': misshapen(
    l2({ preferredNodeSelectors: [{ weight: 1 }] }),
    '/spec/preferredNodeSelectors/0',
    'spec.preferredNodeSelectors[0].preference',
  ),
  'is an L2Advertisement with a number as label value': misshapen(
    l2({ nodeSelectors: [{ matchLabels: { rack: 7 } }] }),
    '/spec/nodeSelectors/0/matchLabels/rack',
    'spec.nodeSelectors[0].matchLabels.rack',
    'spec.nodeSelectors[0].matchLabels[rack]',
  ),
  'is an L2Advertisement with a label name that cannot exist': misshapen(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'a/b/c', operator: 'Exists' }] }] }),
    '/spec/nodeSelectors/0/matchExpressions/0/key',
    'spec.nodeSelectors[0].matchExpressions[0].key',
  ),
  'is an L2Advertisement that names a pool twice': celRefuses(
    l2({ ipAddressPools: ['a', 'b', 'a'] }),
    'spec.ipAddressPools',
    'names a pool twice',
    'spec.ipAddressPools[2]',
  ),
  'is an L2Advertisement with operator Exists and values': celRefuses(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }] }),
    'spec.nodeSelectors[0].matchExpressions[0]',
    'Exists and DoesNotExist take none',
    'spec.nodeSelectors[0].matchExpressions[0].values',
  ),

  'is an L2Advertisement with empty lists': right(l2({ ipAddressPools: [], nodeSelectors: [], interfaces: [], serviceSelectors: [] })),
  'is an L2Advertisement from nodes without a label': right(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'node.kubernetes.io/exclude', operator: 'DoesNotExist' }] }] }),
  ),
  'is an L2Advertisement from nodes with an empty label value': right(l2({ nodeSelectors: [{ matchLabels: { a: '' } }] })),
  'is an L2Advertisement with a label value of 63 characters': right(l2({ nodeSelectors: [{ matchLabels: { a: 'b'.repeat(63) } }] })),
  'is an L2Advertisement with a label value of 64 characters': misshapen(
    l2({ nodeSelectors: [{ matchLabels: { a: 'b'.repeat(64) } }] }),
    '/spec/nodeSelectors/0/matchLabels/a',
    'spec.nodeSelectors[0].matchLabels.a',
    'spec.nodeSelectors[0].matchLabels[a]',
  ),
  'is an L2Advertisement with a label value that ends in a dash': misshapen(
    l2({ serviceSelectors: [{ matchLabels: { a: 'b-' } }] }),
    '/spec/serviceSelectors/0/matchLabels/a',
    'spec.serviceSelectors[0].matchLabels.a',
    'spec.serviceSelectors[0].matchLabels[a]',
  ),
  'is an L2Advertisement with a bad value in a list of values': misshapen(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'c d'] }] }] }),
    '/spec/nodeSelectors/0/matchExpressions/0/values/1',
    'spec.nodeSelectors[0].matchExpressions[0].values[1]',
    'spec.nodeSelectors[0].matchExpressions[0].values',
  ),
  'is an L2Advertisement with an empty label name': misshapen(
    l2({ nodeSelectors: [{ matchExpressions: [{ key: '', operator: 'Exists' }] }] }),
    '/spec/nodeSelectors/0/matchExpressions/0/key',
    'spec.nodeSelectors[0].matchExpressions[0].key',
  ),
  'is an L2Advertisement with an expression without key': misshapen(
    l2({ nodeSelectors: [{ matchExpressions: [{ operator: 'Exists' }] }] }),
    '/spec/nodeSelectors/0/matchExpressions/0',
    'spec.nodeSelectors[0].matchExpressions[0].key',
  ),
  'is an L2Advertisement with a text for matchLabels': misshapen(
    l2({ nodeSelectors: [{ matchLabels: 'a=b' }] }),
    '/spec/nodeSelectors/0/matchLabels',
    'spec.nodeSelectors[0].matchLabels',
  ),
  'is an L2Advertisement on an interface that is a number': misshapen(l2({ interfaces: [0] }), '/spec/interfaces/0', 'spec.interfaces[0]'),
  'is an L2Advertisement with null for pools': misshapen(
    l2({ ipAddressPools: [null] }),
    '/spec/ipAddressPools/0',
    'spec.ipAddressPools[0]',
  ),
  'is an L2Advertisement with operator NotIn and no values': celRefuses(
    l2({ serviceSelectors: [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: [] }] }] }),
    'spec.serviceSelectors[0].matchExpressions[0]',
    'In and NotIn need values',
    'spec.serviceSelectors[0].matchExpressions[0].values',
  ),
  'is an L2Advertisement with operator DoesNotExist and values': celRefuses(
    l2({ ipAddressPoolSelectors: [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist', values: ['b'] }] }] }),
    'spec.ipAddressPoolSelectors[0].matchExpressions[0]',
    'Exists and DoesNotExist take none',
    'spec.ipAddressPoolSelectors[0].matchExpressions[0].values',
  ),
  'is an L2Advertisement with the same node selector twice': onlyRules(
    l2({ nodeSelectors: [{ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' } }] }),
    'repeatedSelector',
    'spec.nodeSelectors[1]',
  ),
  'is an L2Advertisement with the same pool selector twice': onlyRules(
    l2({ ipAddressPoolSelectors: [{ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' } }] }),
    'repeatedSelector',
    'spec.ipAddressPoolSelectors[1]',
  ),
  'is an L2Advertisement with the pools under another name': dropped(l2({ addressPools: ['a'] }), '/spec', 'spec.addressPools'),
  'is an L2Advertisement in no namespace of ours': {
    ...onlyRules(l2(), 'namespace', 'metadata.namespace'),
    object: { ...l2(), metadata: { name: 'example', namespace: 'default' } },
  },
}
