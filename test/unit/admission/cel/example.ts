// A request as a policy sees it.
import type { PolicyVariables } from '../../../../admission/cel/evaluate.ts'

export const example: PolicyVariables = {
  object: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web', 'app.kubernetes.io/name': 'web' }, annotations: {} },
    spec: {
      type: 'LoadBalancer',
      ports: [
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
        { name: 'https', port: 443, targetPort: 8443, protocol: 'TCP' },
      ],
      loadBalancerSourceRanges: ['10.0.0.0/8', '2001:db8::/32'],
    },
  },
  oldObject: null,
  request: { operation: 'CREATE', namespace: 'shop', name: 'web', username: 'joe', groups: ['developers'], dryRun: false },
  namespaceObject: { metadata: { name: 'shop', labels: { team: 'a' } } },
  pools: [
    {
      metadata: { name: 'public', labels: { tier: 'gold' } },
      spec: { addresses: ['203.0.113.0/24'] },
      status: { assignedIPv4: 244, availableIPv4: 10 },
    },
  ],
  usage: { services: 3, addresses: { ipv4: 3, ipv6: 0 } },
}
