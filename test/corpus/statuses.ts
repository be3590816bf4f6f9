import { type ApiObject, addresses, celRefuses, type Example, misshapen, object, right } from './example.ts'

const withStatus = (kind: string, status: unknown): ApiObject => ({ ...object(kind, undefined), status })
const l2Status = { node: 'n1', serviceName: 'web', serviceNamespace: 'shop' }
const condition = {
  type: 'poolReconcilerValid',
  status: 'True',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: 'Reconciled',
  message: '',
}

/** Objects whose `status` is judged, through the status subresource; `before` is the status that is there already. */
export const statusCorpus: Readonly<Record<string, Omit<Example, 'rules' | 'beyond'>>> = {
  'is a ServiceL2Status of a node': right(withStatus('ServiceL2Status', { ...l2Status, interfaces: [{ name: 'eth0' }] })),
  'is a ServiceL2Status that moves to another node': {
    ...celRefuses(withStatus('ServiceL2Status', { ...l2Status, node: 'n2' }), 'status.node', 'cannot change'),
    before: withStatus('ServiceL2Status', l2Status),
  },
  'is a ServiceL2Status that changes interfaces': {
    ...right(withStatus('ServiceL2Status', { ...l2Status, interfaces: [{ name: 'eth1' }] })),
    before: withStatus('ServiceL2Status', { ...l2Status, interfaces: [{ name: 'eth0' }] }),
  },
  'is a ServiceBGPStatus of two peers': right(withStatus('ServiceBGPStatus', { ...l2Status, peers: ['a', 'b'] })),
  'is a ServiceBGPStatus that moves to another Service': {
    ...celRefuses(withStatus('ServiceBGPStatus', { ...l2Status, serviceName: 'blog' }), 'status.serviceName', 'cannot change'),
    before: withStatus('ServiceBGPStatus', l2Status),
  },
  'is a ConfigurationState that is valid': right(withStatus('ConfigurationState', { result: 'Valid', conditions: [condition] })),
  'is a ConfigurationState with an unknown result': misshapen(
    withStatus('ConfigurationState', { result: 'Fine' }),
    '/status/result',
    'status.result',
  ),
  'is a ConfigurationState with a condition without reason': misshapen(
    withStatus('ConfigurationState', { result: 'Valid', conditions: [{ ...condition, reason: '' }] }),
    '/status/conditions/0/reason',
    'status.conditions[0].reason',
  ),
  'is a pool with its counters': right({
    ...addresses('10.0.0.0/8'),
    status: { assignedIPv4: 1, assignedIPv6: 0, availableIPv4: 9, availableIPv6: 0 },
  }),
  // A status is ours: the webhook never judges one, hence no shape.
  'is a pool with half of its counters': {
    object: { ...addresses('10.0.0.0/8'), status: { assignedIPv4: 1, assignedIPv6: 0 } },
    shape: [],
    server: ['status.availableIPv4', 'status.availableIPv6'],
  },
}
