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
  request: { operation: 'CREATE', namespace: 'shop', name: 'web', dryRun: false, userInfo: { username: 'joe', groups: ['developers'] } },
  namespaceObject: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'a' }, annotations: {} } },
  pools: [
    {
      name: 'public',
      labels: { tier: 'gold' },
      autoAssign: true,
      addresses: ['203.0.113.0/24'],
      ipv4: { total: 254, used: 244, available: 10 },
      ipv6: { total: 0, used: 0, available: 0 },
    },
  ],
  usage: { ipv4: 3, ipv6: 0 },
}
