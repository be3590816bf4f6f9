import { expect } from 'chai'
import fc from 'fast-check'
import { evaluateExpression, type PolicyVariables } from '../../../../admission/cel/evaluate.ts'
import { compileExpression } from '../../../../admission/cel/expression.ts'
import { example } from './example.ts'

function faultOf(source: string): string {
  const compiled = compileExpression(source, 'bool')
  return compiled.ok ? `compiles, cost ${compiled.value.cost}` : compiled.error.map(({ message }) => message).join('\n')
}

function valueOf(source: string, variables: PolicyVariables = example): boolean | string {
  const compiled = compileExpression(source, 'bool')
  if (!compiled.ok) return faultOf(source)
  const result = evaluateExpression(compiled.value, variables)
  return result.ok ? result.value : `error: ${result.error}`
}

const list = (length: number): string => `[${Array.from({ length }, (_, index) => index).join(',')}]`

const doubling = (times: number): string => {
  const bind = (depth: number): string =>
    depth === times ? `s${depth}.size() > 0` : `cel.bind(s${depth + 1}, s${depth} + s${depth}, ${bind(depth + 1)})`
  return `cel.bind(s0, "${'a'.repeat(20)}", ${bind(0)})`
}

/** What is said of each when the policy is written. */
const refused: Readonly<Record<string, readonly [source: string, fault: RegExp]>> = {
  'three nested loops over 200 items': [
    `${list(200)}.all(a, ${list(200)}.all(b, ${list(200)}.all(c, a + b + c >= 0)))`,
    /^it may cost \d+ times/,
  ],
  'three nested loops over pools': [
    'pools.all(a, pools.all(b, pools.all(c, a.name == b.name && b.name == c.name)))',
    /^it may cost \d+ times/,
  ],
  'a string that is doubled 14 times': [doubling(14), /^it may cost/],
  'a string that is doubled by replace()': [
    '"".replace("", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").replace("", "bbbbbbbbbbbbbbbbbbbbbbbbbb").replace("", "ccccccccccccccccccccccccccc").replace("", "ddddddddddddddddd").replace("", "eeeeeeeeeeeeeeeeeeee") == ""',
    /^it may cost/,
  ],
  '20,000 terms': [`true${' && true'.repeat(20_000)}`, /^it has 160004 characters/],
  '500 terms': [`true${'&&true'.repeat(500)}`, /^it nests more than 400 levels deep/],
  '100,000 negations': [`${'!'.repeat(100_000)}true`, /^it has 100004 characters/],
  '4,000 negations': [`${'!'.repeat(4000)}true`, /^it nests more than 400 levels deep/],
  '5,000 parentheses': [`${'('.repeat(5000)}true${')'.repeat(5000)}`, /^it has 10004 characters/],
  '2,000 parentheses': [`${'('.repeat(2000)}true${')'.repeat(2000)}`, /^it is too large or nests too deeply/],
  '2,000 brackets': [`${'['.repeat(2000)}${']'.repeat(2000)} == []`, /^it is too large or nests too deeply/],
  'a string of a million characters': [`"${'a'.repeat(1_000_000)}" == ""`, /^it has 1000008 characters/],
  'an int beyond 64 bits': ['99999999999999999999999999 == 1', /more than the largest int/],
  'a double beyond all bounds': ['1e999 == 1.0', /^invalid number/],
  'a repetition of a repetition': ['object.metadata.name.matches("((a{1,100}){1,100}){1,100}")', /invalid repeat count/],
  'a large pattern': ['object.metadata.name.matches("(a{30}|b{30}){30}")', /the pattern is too large/],
  'a back-reference': ['object.metadata.name.matches("(a)\\\\1")', /not RE2/],
  'a prototype': ['object.__proto__ == null', /has no field "__proto__"/],
  'a constructor': ['object.constructor == null', /has no field "constructor"/],
  "a map's prototype": [
    '{"a": 1}.constructor == 1 || object.metadata.labels.constructor == "x" || constructor == 1',
    /there is no variable "constructor"/,
  ],
}

describe('a hostile expression', () => {
  for (const [name, [source, fault]] of Object.entries(refused)) {
    it(`is refused when it has ${name}`, () => expect(faultOf(source)).to.match(fault))
  }

  it('finds no prototype in what a user wrote', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(valueOf(`"${name}" in object.metadata.labels || has(object.metadata.labels.${name})`)).to.equal(false)
      expect(valueOf(`{"a": 1}.exists(k, k == "${name}") || "${name}" in {"a": 1}`)).to.equal(false)
    }
  })

  it('reads hostile JSON as what it says', () => {
    const object: unknown = JSON.parse(
      '{"metadata": {"labels": {"__proto__": "x", "constructor": "y"}}, "spec": {"ports": [{"port": 1.5}, {"port": 1e300}]}}',
    )
    expect(
      valueOf('object.metadata.labels["__proto__"] == "x" && object.metadata.labels.constructor == "y"', { ...example, object }),
    ).to.equal(true)
    expect(valueOf('object.spec.ports.all(p, type(p.port) == double)', { ...example, object })).to.equal(true)
    expect(valueOf('object.spec.ports.all(p, p.port > 0)', { ...example, object: { spec: { ports: { length: 5 } } } })).to.match(
      /^error: a string has no fields/,
    )
    expect(valueOf('object.spec.ports.all(p, p.port > 0)', { ...example, object: 5 })).to.match(/^error: an int has no fields/)
  })

  it('waits for no catastrophic pattern', () => {
    const object = { metadata: { name: `${'a'.repeat(50_000)}!` } }
    for (const pattern of ['^(a+)+$', '(a|aa)+$', '^(a|a?)+$', '^(.*a){20}$']) {
      expect(valueOf(`!object.metadata.name.matches("${pattern}")`, { ...example, object })).to.be.oneOf([
        true,
        `error: it costs more than 250000 steps`,
      ])
    }
  })

  it('is stopped when the variables are larger than the estimate takes them to be', () => {
    const ports = Array.from({ length: 3000 }, (_, index) => ({ name: `p${index}`, port: index }))
    const unique = 'object.spec.ports.all(p, object.spec.ports.exists_one(q, q.name == p.name))'
    expect(valueOf(unique, { ...example, object: { spec: { ports } } })).to.equal('error: it costs more than 250000 steps')
  })

  it('absorbs no stop', () => {
    const pools = Array.from({ length: 5000 }, (_, index) => ({ name: `p${index}` }))
    const source = 'pools.exists(p, pools.all(q, q.name != "x" || object.spec.ports.size() > 100)) || true'
    expect(faultOf('pools.exists(p, object.spec.ports.exists(q, q.port == 1)) || true')).to.match(/^compiles/)
    const variables = { ...example, pools, object: { spec: { ports: Array.from({ length: 1000 }, () => ({ port: 2 })) } } }
    expect(valueOf('pools.exists(p, object.spec.ports.exists(q, q.port == 1)) || true', variables)).to.equal(
      'error: it costs more than 250000 steps',
    )
    expect(faultOf(source)).to.match(/^it may cost/)
  })

  it('never throws, whatever is written and whatever the variables are', () => {
    const names =
      'object oldObject pools usage request spec ports metadata labels name has( cel.bind( all( map( optMap( filter( transformMap( dyn( ip( cidr('
    const calls =
      'type( int( string( matches( format( lists.range( duration( optional.of( timestamp( . .? [ [? ] ( ) { } , : ? + - * / % ! == < in && || //'
    const literals = '"a" "10.0.0.0/8" b"x" r"\\ \' " 1 0u 1.5 1e400 9223372036854775808 null true x y __proto__'
    const words = [...[names, calls, literals].flatMap((text) => text.split(' ')), ' ', '\n', '\u{1f600}', '\ud800', '`a`']
    const source = fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join(''))
    const sources = fc.oneof(
      source,
      fc.string({ unit: 'binary', maxLength: 40 }),
      source.map((text) => `object.spec.ports.all(x, ${text})`),
    )
    fc.assert(
      fc.property(sources, fc.constantFrom('bool', 'string'), fc.jsonValue(), (text, expects, json) => {
        const compiled = compileExpression(text, expects)
        if (compiled.ok)
          for (const object of [example.object, json, null, undefined]) evaluateExpression(compiled.value, { ...example, object })
        else for (const { line, column } of compiled.error) expect(Math.min(line, column)).to.be.at.least(1)
      }),
      { numRuns: 3000 },
    )
  })
})
