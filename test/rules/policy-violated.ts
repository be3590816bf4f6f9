import { holder, named, policyWith, type RuleTable, serviceWith } from './table.ts'

const expression = "has(object.metadata.annotations) && 'metallb.io/address-pool' in object.metadata.annotations"
const message = 'name the pool in metallb.io/address-pool'
const pools = { lan: '10.0.0.0/28' }
const rules = (validation: Readonly<Record<string, unknown>>) => [policyWith('prod', { validations: [{ expression, ...validation }] })]
const said = `spec: ${message} (AllocationPolicy "prod", validation "named-pool")`

export const table: RuleTable = {
  code: 'PolicyViolated',
  cases: {
    'refuses with the words of the policy': {
      pools,
      policies: rules({ name: 'named-pool', message }),
      object: serviceWith(),
      refused: said,
    },
    'says nothing of who does as it says': { pools, policies: rules({ message }), object: serviceWith(named('lan')) },
    'quotes the expression where there are no words': {
      pools,
      policies: rules({}),
      object: serviceWith(),
      refused: `spec: ${JSON.stringify(expression)} is not true (AllocationPolicy "prod", validations[0])`,
    },
    'makes the words of an expression too': {
      pools,
      policies: rules({ message, messageExpression: "'name a pool: ' + pools.map(p, p.name).join(', ')" }),
      object: serviceWith(),
      refused: 'spec: name a pool: lan (AllocationPolicy "prod", validations[0])',
    },
    'falls back on the words when that fails': {
      pools,
      policies: rules({ message, messageExpression: "object.metadata.annotations['owner']" }),
      object: serviceWith(),
      refused: `spec: ${message} (AllocationPolicy "prod", validations[0])`,
    },
    'only warns when the policy wants so': {
      pools,
      policies: rules({ name: 'named-pool', message, action: 'Warn' }),
      object: serviceWith(),
      warned: said,
    },
    'says nothing to the author when the policy only audits': {
      pools,
      policies: rules({ message, action: 'Audit' }),
      object: serviceWith(),
    },
    'only warns in a Namespace that wants so': {
      pools,
      namespaces: { shop: { annotations: { 'metallb.io/admission': 'warn' } } },
      policies: rules({ name: 'named-pool', message }),
      object: serviceWith(),
      warned: said,
    },
    'says nothing in a Namespace that wants so': {
      pools,
      namespaces: { shop: { annotations: { 'metallb.io/admission': 'off' } } },
      policies: rules({ message }),
      object: serviceWith(),
    },
    'is not about other namespaces and other Services': {
      pools,
      policies: [
        policyWith('bank', { namespaces: ['bank'], validations: [{ expression: 'false' }] }),
        policyWith('gold', { serviceSelectors: [{ matchLabels: { tier: 'gold' } }], validations: [{ expression: 'false' }] }),
      ],
      object: serviceWith(),
    },
    'only warns of a change to what was wrong before': {
      pools,
      policies: rules({ name: 'named-pool', message }),
      object: serviceWith({}, { labels: { a: 'b' } }),
      old: serviceWith(),
      warned: said,
    },
    'refuses a change that makes it wrong': {
      pools,
      policies: rules({ name: 'named-pool', message }),
      object: serviceWith(),
      old: serviceWith(named('lan')),
      refused: said,
    },
    'refuses who comes under the policy by a change': {
      pools,
      policies: [
        policyWith('gold', {
          serviceSelectors: [{ matchLabels: { tier: 'gold' } }],
          validations: [{ expression: 'false', message: 'no' }],
        }),
      ],
      object: serviceWith({}, { labels: { tier: 'gold' } }),
      old: serviceWith(),
      refused: 'spec: no (AllocationPolicy "gold", validations[0])',
    },
    'refuses a forbidden change each time': {
      pools,
      policies: [
        policyWith('prod', {
          validations: [{ expression: 'oldObject == null || object.metadata.labels == oldObject.metadata.labels', message: 'labels stay' }],
        }),
      ],
      object: serviceWith({}, { labels: { a: 'c' } }),
      old: serviceWith({}, { labels: { a: 'b' } }),
      refused: 'spec: labels stay (AllocationPolicy "prod", validations[0])',
    },
    'knows request, Namespace, pools and usage': {
      pools: { lan: { addresses: ['10.0.0.0/30'] } },
      namespaces: { shop: { labels: { env: 'prod' }, annotations: { owner: 'ann' } } },
      services: [holder('shop/a', '10.0.0.1'), holder('shop/b', '10.0.0.2')],
      policies: [
        policyWith('prod', {
          validations: [
            {
              expression:
                "request.operation == 'CREATE' && request.userInfo.username == 'alice' && !request.dryRun && request.name == 'web'",
            },
            { expression: "namespaceObject.metadata.labels.env == 'prod' && namespaceObject.metadata.annotations['owner'] == 'ann'" },
            {
              expression:
                "pools.exists(p, p.name == 'lan' && p.autoAssign && p.addresses == ['10.0.0.0/30'] && p.ipv4.total == 4 && p.ipv4.available == 2)",
            },
            { expression: 'usage.ipv4 == 2 && usage.ipv6 == 0 && oldObject == null' },
            { expression: 'usage.ipv4 < 2', message: 'two are enough' },
          ],
        }),
      ],
      object: serviceWith(),
      refused: 'spec: two are enough (AllocationPolicy "prod", validations[4])',
    },
  },
}
