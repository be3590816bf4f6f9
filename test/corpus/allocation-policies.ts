import { celRefuses, dropped, type Example, misshapen, onlyRules, policy, quota, right, validation } from './example.ts'

export const allocationPolicies: Readonly<Record<string, Example>> = {
  'is a policy that says nothing': right(policy({})),
  'is a policy with every field': right(
    policy({
      namespaces: ['shop', 'blog'],
      namespaceSelectors: [{ matchLabels: { env: 'prod' } }],
      validations: [
        {
          name: 'named-pool',
          expression: "has(object.metadata.annotations) && 'metallb.io/address-pool' in object.metadata.annotations",
          message: 'name a pool',
          messageExpression: "'name a pool, ' + object.metadata.name",
          action: 'Warn',
        },
        { expression: 'usage.ipv4 < 10', action: 'Audit' },
      ],
      quota: { addresses: { ipv4: 8, ipv6: 0 } },
      defaultPool: 'lan',
    }),
  ),
  'is a policy for some Services': right(policy({ serviceSelectors: [{ matchLabels: { app: 'web' } }], defaultPool: 'lan' })),
  'is a policy with a quota and an empty list of serviceSelectors': right(quota({ ipv4: 3 }, { serviceSelectors: [] })),
  'is a policy with an expression that is none': onlyRules(
    validation({ expression: 'object.spec.' }),
    'expression',
    'spec.validations[0].expression',
  ),

  'is a policy without spec': misshapen(policy(undefined), '', 'spec'),
  'is a policy with 21 validations': misshapen(
    policy({ validations: Array.from({ length: 21 }, () => ({ expression: 'true' })) }),
    '/spec/validations',
    'spec.validations',
  ),
  'is a policy with a validation without expression': misshapen(
    policy({ validations: [{ message: 'no' }] }),
    '/spec/validations/0',
    'spec.validations[0].expression',
  ),
  'is a policy with an empty expression': misshapen(
    validation({ expression: '' }),
    '/spec/validations/0/expression',
    'spec.validations[0].expression',
  ),
  'is a policy with an endless expression': misshapen(
    validation({ expression: `'${'a'.repeat(4096)}' == ''` }),
    '/spec/validations/0/expression',
    'spec.validations[0].expression',
  ),
  'is a policy with an action in lower case': misshapen(
    validation({ action: 'deny' }),
    '/spec/validations/0/action',
    'spec.validations[0].action',
  ),
  'is a policy with a long message': misshapen(
    validation({ message: 'a'.repeat(513) }),
    '/spec/validations/0/message',
    'spec.validations[0].message',
  ),
  'is a policy with an empty quota': misshapen(policy({ quota: {} }), '/spec/quota', 'spec.quota.addresses'),
  'is a policy with a negative quota': misshapen(quota({ ipv4: -1 }), '/spec/quota/addresses/ipv4', 'spec.quota.addresses.ipv4'),
  'is a policy with a quota in quotes': misshapen(quota({ ipv4: '3' }), '/spec/quota/addresses/ipv4', 'spec.quota.addresses.ipv4'),
  'is a policy with a default pool without name': misshapen(policy({ defaultPool: '' }), '/spec/defaultPool', 'spec.defaultPool'),
  'is a policy with a namespace twice': celRefuses(
    policy({ namespaces: ['a', 'b', 'a'] }),
    'spec.namespaces',
    'names a namespace twice',
    'spec.namespaces[2]',
  ),
  'is a policy with two validations of one name': celRefuses(
    policy({ validations: [{ name: 'a', expression: 'true' }, { expression: 'true' }, { name: 'a', expression: 'false' }] }),
    'spec.validations',
    'gives two validations one name',
    'spec.validations[2].name',
  ),
  'is a policy with a quota of nothing': celRefuses(quota({}), 'spec.quota.addresses', 'needs ipv4, ipv6 or both'),
  'is a policy with a quota for some Services': celRefuses(
    quota({ ipv4: 3 }, { serviceSelectors: [{ matchLabels: { app: 'web' } }] }),
    'spec',
    'write two policies',
    'spec.serviceSelectors',
  ),

  'is a policy with a quota for one family': right(quota({ ipv6: 2 })),
  'is a policy with the largest quota': right(quota({ ipv4: 2147483647 })),
  'is a policy with every action': right(
    policy({
      validations: [
        { expression: 'true', action: 'Deny' },
        { expression: 'true', action: 'Warn' },
        { expression: 'true', action: 'Audit' },
      ],
    }),
  ),
  'is a policy with 20 validations': right(policy({ validations: Array.from({ length: 20 }, () => ({ expression: 'true' })) })),
  'is a policy with an expression that gives a text': onlyRules(
    validation({ expression: 'object.metadata.name' }),
    'expression',
    'spec.validations[0].expression',
  ),
  'is a policy with an expression of a field that Services do not have': onlyRules(
    validation({ expression: 'object.spec.prots.size() > 0' }),
    'expression',
    'spec.validations[0].expression',
  ),
  'is a policy with a pattern that cannot be compiled': onlyRules(
    validation({ expression: "object.metadata.name.matches('(')" }),
    'expression',
    'spec.validations[0].expression',
  ),
  'is a policy with an expression that costs too much': onlyRules(
    validation({
      expression: 'object.spec.ports.all(a, object.spec.ports.all(b, object.spec.ports.all(c, pools.all(d, d.name != a.name))))',
    }),
    'expression',
    'spec.validations[0].expression',
  ),
  'is a policy with a messageExpression that gives a number': onlyRules(
    validation({ messageExpression: '1' }),
    'expression',
    'spec.validations[0].messageExpression',
  ),
  'is a policy with the same selector twice': onlyRules(
    policy({ namespaceSelectors: [{ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' } }] }),
    'repeatedSelector',
    'spec.namespaceSelectors[1]',
  ),
  'is a policy with a misspelt field': dropped(policy({ validation: [{ expression: 'true' }] }), '/spec', 'spec.validation'),
  'is a policy with reason, which ValidatingAdmissionPolicy has': dropped(
    validation({ reason: 'Invalid' }),
    '/spec/validations/0',
    'spec.validations[0].reason',
  ),
  'is a policy with a namespace that is a number': misshapen(policy({ namespaces: [1] }), '/spec/namespaces/0', 'spec.namespaces[0]'),
  'is a policy with a namespace without name': misshapen(policy({ namespaces: [''] }), '/spec/namespaces/0', 'spec.namespaces[0]'),
  'is a policy with half an address': misshapen(quota({ ipv6: 0.5 }), '/spec/quota/addresses/ipv6', 'spec.quota.addresses.ipv6'),
  'is a policy with a number for all addresses': misshapen(quota(3), '/spec/quota/addresses', 'spec.quota.addresses'),
  'is a policy with true in place of an expression': misshapen(
    validation({ expression: true }),
    '/spec/validations/0/expression',
    'spec.validations[0].expression',
  ),
  'is a policy with a selector without values': celRefuses(
    policy({ serviceSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] }),
    'spec.serviceSelectors[0].matchExpressions[0]',
    'In and NotIn need values',
    'spec.serviceSelectors[0].matchExpressions[0].values',
  ),
  'is a policy with a label name that cannot exist': misshapen(
    policy({ namespaceSelectors: [{ matchExpressions: [{ key: 'a b', operator: 'Exists' }] }] }),
    '/spec/namespaceSelectors/0/matchExpressions/0/key',
    'spec.namespaceSelectors[0].matchExpressions[0].key',
  ),
}
