import { expect } from 'chai'
import { compileSelector } from '../../../core/selector.ts'
import type { LabelSelector } from '../../../schemas/object-meta.ts'

const zoneA = { matchLabels: { zone: 'a' } }

describe('A label selector', () => {
  const matches: readonly (readonly [string, LabelSelector, Readonly<Record<string, string>>, boolean])[] = [
    ['matches everything when it is empty', {}, { any: 'thing' }, true],
    ['matches an equal label', zoneA, { zone: 'a', other: 'b' }, true],
    ['does not match another value', zoneA, { zone: 'b' }, false],
    ['does not match an absent label', zoneA, {}, false],
    ['joins its labels with and', { matchLabels: { zone: 'a', rack: '1' } }, { zone: 'a' }, false],
    ['In matches one of the values', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }, { zone: 'b' }, true],
    ['In does not match an absent label', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, {}, false],
    ['NotIn matches an absent label', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, {}, true],
    [
      'NotIn does not match a listed value',
      { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] },
      { zone: 'a' },
      false,
    ],
    ['Exists matches an empty value', { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }, { gpu: '' }, true],
    ['Exists does not match an absent label', { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }, {}, false],
    ['DoesNotExist matches an absent label', { matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' }] }, {}, true],
    ['joins labels and expressions with and', { ...zoneA, matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }, { zone: 'a' }, false],
    [
      'does not take what every JavaScript object has for a label',
      { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      {},
      false,
    ],
    [
      'accepts a key with a prefix',
      { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
      { 'kubernetes.io/metadata.name': 'shop' },
      true,
    ],
  ]
  for (const [name, selector, labels, expected] of matches) {
    it(name, () => {
      const compiled = compileSelector(selector)
      expect(compiled.ok && compiled.value.matches(labels)).to.equal(expected)
    })
  }

  const refused: readonly (readonly [string, unknown, string, RegExp])[] = [
    ['is not an object', 'zone=a', '', /an object, not a string/],
    [
      'has an unknown operator',
      { matchExpressions: [{ key: 'a', operator: 'Equals', values: ['b'] }] },
      'matchExpressions[0].operator',
      /none of In, NotIn/,
    ],
    ['has no operator', { matchExpressions: [{ key: 'a' }] }, 'matchExpressions[0].operator', /none of In/],
    [
      'has In without values',
      { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] },
      'matchExpressions[0].values',
      /at least one/,
    ],
    [
      'has Exists with values',
      { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
      'matchExpressions[0].values',
      /takes no values/,
    ],
    ['has a key that is no label name', { matchLabels: { '-a': 'b' } }, 'matchLabels[-a]', /not a label name/],
    ['has a key prefix that is no DNS name', { matchLabels: { 'A_B/c': 'b' } }, 'matchLabels[A_B/c]', /not a DNS name/],
    ['has a value that is no label value', { matchLabels: { a: 'b c' } }, 'matchLabels[a]', /label value "b c" is not valid/],
    ['has a value that is a number', { matchLabels: { a: 1 } }, 'matchLabels[a]', /a string, not a number/],
    ['has an expression that is null', { matchExpressions: [null] }, 'matchExpressions[0]', /not null/],
  ]
  for (const [name, selector, field, message] of refused) {
    it(`is refused when it ${name}`, () => {
      const compiled = compileSelector(selector as LabelSelector)
      const [error] = compiled.ok ? [] : compiled.error
      expect(error?.field).to.equal(field)
      expect(error?.message).to.match(message)
    })
  }

  it('tells every error at once', () => {
    const compiled = compileSelector({ matchLabels: { '-a': 'b', c: 'd e' }, matchExpressions: [{ key: 'a', operator: 'In' }] })
    expect(compiled.ok ? [] : compiled.error).to.have.length(3)
  })

  it('has the same canonical text in whatever order it is written', () => {
    const one = compileSelector({ matchLabels: { a: '1', b: '2' } })
    const other = compileSelector({ matchExpressions: [{ key: 'b', operator: 'In', values: ['2', '2'] }], matchLabels: { a: '1' } })
    expect(one.ok && one.value.canonical).to.equal(other.ok && other.value.canonical)
  })
})
