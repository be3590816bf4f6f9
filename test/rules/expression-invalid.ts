import { policyWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'ExpressionInvalid',
  cases: {
    'refuses what cannot be read, and says where': {
      object: policyWith('rules', { validations: [{ expression: "object.metadata.name == 'web'" }, { expression: 'object.spec.' }] }),
      refused: 'spec.validations[1].expression: CEL at line 1, column 13: expected a name, got the end',
    },
    'refuses a field that a Service does not have': {
      object: policyWith('rules', { validations: [{ expression: "has(object.spec.type) &&\n  object.spec.typ == 'LoadBalancer'" }] }),
      refused: 'spec.validations[0].expression: CEL at line 2, column 15: ServiceSpec has no field "typ"; did you mean "type"?',
    },
    'wants true or false of an expression, and a string of a message': {
      object: policyWith('rules', { validations: [{ expression: 'object.metadata.name', messageExpression: '1 + 1' }] }),
      refused: [
        'spec.validations[0].expression: CEL at line 1, column 1: it gives a string, and a bool is needed',
        'spec.validations[0].messageExpression: CEL at line 1, column 1: it gives an int, and a string is needed',
      ].join('\n'),
    },
    'never holds an old mistake against a change': {
      object: policyWith('rules', { validations: [{ expression: 'object.spec.' }], defaultPool: 'lan' }),
      old: policyWith('rules', { validations: [{ expression: 'object.spec.' }] }),
    },
  },
}
