import { expect } from 'chai'
import fc from 'fast-check'
import { parseJson, stringifyJson } from '../../../kube/json.ts'

describe('JSON of the API server', () => {
  it('keeps integers that a double cannot hold', () => {
    const text = '{"total":9223372036854775807,"low":-9223372036854775808,"list":[9007199254740993]}'
    expect(parseJson(text)).to.deep.equal({ total: 9223372036854775807n, low: -9223372036854775808n, list: [9007199254740993n] })
    expect(stringifyJson(parseJson(text))).to.equal(text)
  })

  const plain: Readonly<Record<string, string>> = {
    'small integers as numbers': '{"port":80}',
    'the largest safe integer as a number': '9007199254740991',
    'digits in strings as text': '{"uid":"[12345678901234567890"}',
    'fractions with many digits as numbers': '[0.12345678901234567,12345678901234567.5]',
    'exponents as numbers': '[1e300,12345678901234567e5]',
    'a field called __proto__ as a field': '{"__proto__":{"x":1}}',
  }
  for (const [name, text] of Object.entries(plain)) {
    it(`reads ${name}`, () => expect(parseJson(text)).to.deep.equal(JSON.parse(text)))
  }

  it('throws on what is no JSON, on both paths', () => {
    expect(() => parseJson('{"a":')).to.throw(SyntaxError)
    expect(() => parseJson('{"a":12345678901234567')).to.throw(SyntaxError)
  })

  it('throws on a cycle', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    expect(() => stringifyJson(cycle)).to.throw(TypeError)
  })

  it('brings every integer back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const back = parseJson(stringifyJson({ value })) as { readonly value: number | bigint }
        expect(BigInt(back.value)).to.equal(value)
        expect(typeof back.value).to.equal(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint')
      }),
    )
  })

  it('agrees with JSON.parse but for the precision', () => {
    const rounded = (text: string): unknown => JSON.parse(stringifyJson(parseJson(text)))
    fc.assert(fc.property(fc.json(), (text) => void expect(rounded(text)).to.deep.equal(JSON.parse(text))))
  })
})
