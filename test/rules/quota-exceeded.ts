import { dualStack, holder, policyWith, type RuleTable, serviceWith, sharing } from './table.ts'

const few = policyWith('few', { quota: { addresses: { ipv4: 2 } } })
const cure = 'delete a Service that holds one, let two share one (metallb.io/allow-shared-ip), or raise the quota'
const around = {
  pools: { lan: '10.0.0.0/24 fd00::/120' },
  policies: [few],
  services: [holder('shop/a', '10.0.0.1', { annotations: { 'metallb.io/allow-shared-ip': 'k' } }), holder('shop/b', '10.0.0.2')],
}

export const table: RuleTable = {
  code: 'QuotaExceeded',
  cases: {
    'refuses one address more than the namespace may have': {
      ...around,
      object: serviceWith(),
      refused: `spec.type: namespace "shop" has 2 IPv4 addresses, and AllocationPolicy "few" allows it 2; ${cure}`,
    },
    'refuses it to whoever becomes a LoadBalancer': {
      ...around,
      object: serviceWith(),
      old: serviceWith({}, { spec: { type: 'ClusterIP' } }),
      refused: `spec.type: namespace "shop" has 2 IPv4 addresses, and AllocationPolicy "few" allows it 2; ${cure}`,
    },
    'only warns whoever waits for it already': {
      ...around,
      object: serviceWith({}, { labels: { a: 'b' } }),
      old: serviceWith(),
      warned: `spec.type: namespace "shop" has 2 IPv4 addresses, and AllocationPolicy "few" allows it 2; ${cure}`,
    },
    'says what is held above a quota that has shrunk': {
      ...around,
      policies: [policyWith('few', { quota: { addresses: { ipv4: 1 } } })],
      object: serviceWith(),
      refused: `spec.type: namespace "shop" has 2 IPv4 addresses, and AllocationPolicy "few" allows it 1; ${cure}`,
    },
    'lets pass who shares an address of the namespace': {
      ...around,
      object: serviceWith(sharing('k', '10.0.0.1'), { spec: { ports: [{ port: 443 }] } }),
    },
    'lets pass who holds one of them': {
      ...around,
      object: serviceWith({}, { held: ['10.0.0.2'], uid: 'uid-shop/b' }),
      services: [holder('shop/a', '10.0.0.1'), holder('shop/web', '10.0.0.2')],
      old: serviceWith({}, { held: ['10.0.0.2'] }),
    },
    'lets pass who is content with the other family': {
      ...around,
      object: serviceWith({}, { clusterIPs: dualStack, spec: { ipFamilyPolicy: 'PreferDualStack' } }),
    },
    'is none for other namespaces': {
      ...around,
      policies: [policyWith('few', { namespaces: ['bank'], quota: { addresses: { ipv4: 0 } } })],
      object: serviceWith(),
    },
  },
}
