import { expect } from 'chai'
import fc from 'fast-check'
import { readYaml } from '../../../cli/yaml/documents.ts'
import { parseFieldPath } from '../../../cli/yaml/field-path.ts'

/** `line:column code message` of all that is wrong. */
function mistakesOf(text: string): readonly string[] {
  const file = readYaml(text)
  return file.mistakes.map(({ code, message, span }) => {
    const { line, column } = file.positionOf(span.from)
    return `${line}:${column} ${code} ${message}`
  })
}

function valuesOf(text: string): readonly unknown[] {
  return readYaml(text).documents.map(({ value }) => value)
}

const values: Readonly<Record<string, { readonly text: string; readonly gives: readonly unknown[] }>> = {
  'several documents, without the empty ones': { text: '---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n', gives: [{ a: 1 }, { b: 2 }] },
  'JSON, also with tabs': { text: '{\n\t"a": [1,\n\t\ttrue]\n}', gives: [{ a: [1, true] }] },
  'the words of YAML 1.1': { text: 'a: yes\nb: off\nc: 017\nd: ~\ne: "yes"', gives: [{ a: true, b: false, c: 15, d: null, e: 'yes' }] },
  'a community as text': { text: 'a: 65000:10\nb: 65000:100', gives: [{ a: '65000:10', b: '65000:100' }] },
  'a date as text': { text: 'a: 2026-01-01', gives: [{ a: '2026-01-01' }] },
  'keys that look like something else': { text: '8080: a\n010: b\nn: c', gives: [{ '8080': 'a', '8': 'b', false: 'c' }] },
  'anchors and aliases': { text: 'a: &x [1]\nb: *x', gives: [{ a: [1], b: [1] }] },
  'merge keys, which never win': {
    text: 'base: &x {a: 1, b: 2}\nuse: {<<: *x, b: 3}',
    gives: [{ base: { a: 1, b: 2 }, use: { a: 1, b: 3 } }],
  },
  'the first of several merged maps': {
    text: 'v: &v {a: 1}\nw: &w {a: 2, b: 2}\nuse:\n  <<: [*v, *w]',
    gives: [{ v: { a: 1 }, w: { a: 2, b: 2 }, use: { a: 1, b: 2 } }],
  },
  'a name that every object has': { text: '__proto__: {a: 1}', gives: [JSON.parse('{"__proto__":{"a":1}}')] },
  'the last of a key that comes twice': { text: 'a: 1\na: 2', gives: [{ a: 2 }] },
  'Windows line ends': { text: 'a: 1\r\nb: 2\r\n', gives: [{ a: 1, b: 2 }] },
}

const mistakes: Readonly<Record<string, { readonly text: string; readonly says: readonly string[] }>> = {
  'a syntax error': {
    text: 'a: 1\nb: "open',
    says: ['2:9 YamlSyntax this is not YAML: Missing closing "quote'],
  },
  'the first syntax error alone': {
    text: 'a: [1\nb: {',
    says: ['2:1 YamlSyntax this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  },
  'a Helm template': {
    text: '{{- if .Values.pool }}\na: 1',
    says: [
      '1:3 YamlSyntax this is not YAML: Block collections are not allowed within flow collections; a Helm template must be rendered first: helm template … | metallb lint -',
    ],
  },
  'a Helm value': {
    text: 'a: {{ .Values.pool }}',
    says: [
      '1:5 KeyNotText a key must be a text, this is a map; a value that begins with { needs quotes, and a Helm template must be rendered first: helm template … | metallb lint -',
    ],
  },
  'a missing separator, with what is lost': {
    text: 'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n# and now\napiVersion: v1\nkind: B\n',
    says: [
      '6:1 MissingSeparator a line with --- is missing before this one: "apiVersion" comes a second time, so kubectl silently loses the A "a" that begins in line 1',
    ],
  },
  'two missing separators': {
    text: 'kind: A\nspec: 1\nkind: B\nspec: 2\nkind: C\n',
    says: [
      '3:1 MissingSeparator a line with --- is missing before this one: "kind" comes a second time, so kubectl silently loses the A that begins in line 1',
      '5:1 MissingSeparator a line with --- is missing before this one: "kind" comes a second time, so kubectl silently loses the B that begins in line 3',
    ],
  },
  'a key that comes twice': {
    text: 'kind: A\nspec:\n  a: 1\n  b: 2\n  a: 3\nspec: {}',
    says: [
      '6:1 DuplicateKey "spec" is written a second time (first in line 2), and only the last one counts; remove one of them, or merge the two',
      '5:3 DuplicateKey "a" is written a second time (first in line 3), and only the last one counts; remove one of them, or merge the two',
    ],
  },
  'an alias without an anchor': {
    text: 'a: *x',
    says: ['1:4 AliasUnknown there is no anchor &x before the alias *x; write the value itself'],
  },
  'an anchor in itself': { text: 'a: &x [*x]', says: ['1:8 TooComplex *x stands inside what it means, so it never ends'] },
  'a list as key': { text: '? [a]\n: 1', says: ['1:3 KeyNotText a key must be a text: write a name before the colon, without * or [ ]'] },
  'aliases that multiply': {
    text: [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join()}]`),
    ].join('\n'),
    says: ['6:7 TooComplex this document holds more than 1000000 values once its aliases are written out'],
  },
  'deep nesting': {
    text: `a: ${'['.repeat(150)}${']'.repeat(150)}`,
    says: ['1:104 TooComplex this document is nested deeper than 100 levels, which no object of Kubernetes is'],
  },
}

describe('A file of YAML', () => {
  for (const [name, { text, gives }] of Object.entries(values)) it(`gives ${name}`, () => void expect(valuesOf(text)).to.deep.equal(gives))
  for (const [name, { text, says }] of Object.entries(mistakes))
    it(`complains about ${name}`, () => void expect(mistakesOf(text)).to.deep.equal(says))

  it('keeps the documents beside the one that is no YAML', () => {
    expect(valuesOf('a: 1\n---\nb: [\n---\nc: 3')).to.deep.equal([{ a: 1 }, { c: 3 }])
  })

  for (const unit of ['[', '- ', '{a: ', '? ', '&a ', '*a, ', '"', 'a: ', '!x '])
    it(`survives many ${JSON.stringify(unit)}`, () => void expect(mistakesOf(unit.repeat(20_000))).not.to.have.length(0))

  it('never throws, whatever stands in it', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '<<: ',
      '---\n',
      '"',
      "'",
      '#',
      '|',
      '>',
      '!',
      '? ',
      '\t',
      '%',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => void readYaml(pieces.join(''))),
      { numRuns: 2000 },
    )
  })
})

const document = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  annotations: &notes
    metallb.io/a: "1"
spec:
  addresses:
    - 10.0.0.0/24
    - {a: 1}
    -
  empty:
  selectors:
    - matchLabels:
        a.b/c: x
  flow: {one: 1, two: [2, 3]}
  alias: *notes
  merged:
    <<: *notes
    own: 1
`

/** Field → the text that is found, with its position. */
const places: Readonly<Record<string, string>> = {
  'spec.addresses[0]': '9:7 10.0.0.0/24',
  'spec.addresses[1]': '10:7 {a: 1}',
  'spec.addresses[1].a': '10:11 1',
  'spec.addresses[9]': '8:3 addresses',
  'spec.addresses': '8:3 addresses',
  'spec.empty': '12:3 empty',
  'spec.selectors[0].matchLabels[a.b/c]': '15:16 x',
  'spec.selectors[0].matchLabels': '14:7 matchLabels',
  'spec.flow.two[1]': '16:27 3',
  'spec.alias[metallb.io/a]': '6:19 "1"',
  'spec.alias': '17:10 *notes',
  'spec.merged[metallb.io/a]': '6:19 "1"',
  'metadata.annotations[metallb.io/a]': '6:19 "1"',
  'metadata.annotations[metallb.io/absent]': '5:3 annotations',
  'metadata.name': '4:9 lan',
  'metadata.namespace': '3:1 metadata',
  'spec.absent.too': '7:1 spec',
  status: '2:1 kind',
  '': '2:1 kind',
}

describe('A field', () => {
  const file = readYaml(document)
  const found = (field: string, aim: 'key' | 'value'): string => {
    const { from, to } = file.documents[0]?.spanOf(parseFieldPath(field), aim) ?? { from: 0, to: 0 }
    const { line, column } = file.positionOf(from)
    return `${line}:${column} ${document.slice(from, to)}`
  }
  for (const [field, where] of Object.entries(places))
    it(`${field || 'without a name'} is found`, () => void expect(found(field, 'value')).to.equal(where))
  it('is found by its name when that is wrong', () => {
    expect(found('metadata.annotations[metallb.io/a]', 'key')).to.equal('6:5 metallb.io/a')
    expect(found('spec.flow.one', 'key')).to.equal('16:10 one')
  })
})
