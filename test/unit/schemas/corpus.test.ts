// The corpus before ajv and before the webhook's rules; test/cluster/schemas.test.ts puts it before a real API server.
import { Ajv } from 'ajv'
import { expect } from 'chai'
import { jsonSchemas } from '../../../schemas/generated/json-schemas.ts'
import { limits } from '../../corpus/beyond.ts'
import { corpus } from '../../corpus/corpus.ts'
import type { Example } from '../../corpus/example.ts'
import { verdictOn } from '../../corpus/rules.ts'
import { statusCorpus } from '../../corpus/statuses.ts'

const ajv = new Ajv({ allErrors: true, strict: true })
const validators = new Map(Object.entries(jsonSchemas).map(([name, schema]) => [name, ajv.compile(schema)]))
const named = Object.entries(corpus)

/** Instance paths at which ajv objects, each once. */
function objections({ object }: Pick<Example, 'object'>): readonly string[] {
  const validate = validators.get(`${object.apiVersion}/${object.kind}`)
  if (validate === undefined) throw new Error(`no schema for ${object.apiVersion}/${object.kind}`)
  if (validate(object)) return []
  return [...new Set(validate.errors?.map(({ instancePath }) => instancePath))]
}

/** Both are the same field, or one is a part of the other: `spec.peers` and `spec.peers[1]`. */
function isSamePlace(a: string, b: string): boolean {
  const [outer, inner] = [plain(a), plain(b)].toSorted((one, other) => one.length - other.length)
  return `${inner}.`.startsWith(`${outer}.`)
}

/** The API server writes a label key behind a dot, the rules write it in brackets. */
function plain(field: string): string {
  return field.replaceAll(/[[\]]+\.?/g, '.').replace(/\.$/, '')
}

describe('The JSON Schemas', () => {
  it('are there for every version of every kind', () => {
    expect(Object.keys(jsonSchemas)).to.have.members([
      'metallb.io/v1alpha1/AllocationPolicy',
      'metallb.io/v1beta1/BFDProfile',
      'metallb.io/v1beta1/BGPAdvertisement',
      'metallb.io/v1beta1/BGPPeer',
      'metallb.io/v1beta2/BGPPeer',
      'metallb.io/v1beta1/Community',
      'metallb.io/v1beta1/ConfigurationState',
      'metallb.io/v1beta1/IPAddressPool',
      'metallb.io/v1beta1/L2Advertisement',
      'metallb.io/v1beta1/ServiceBGPStatus',
      'metallb.io/v1beta1/ServiceL2Status',
    ])
  })

  for (const [name, example] of [...named, ...Object.entries(statusCorpus)])
    it(`${example.shape.length === 0 ? 'accept' : 'refuse'} the object that ${name}`, () => {
      expect(objections(example)).to.have.members(example.shape)
    })

  it('let status counters beyond 2^53 pass, which arrive as bigint', () => {
    const object = { ...corpus['is a pool of IPv6']?.object, status: { availableIPv6: 9223372036854775807n } }
    expect(validators.get('metallb.io/v1beta1/IPAddressPool')?.(object)).to.equal(true)
  })
})

describe('The rules', () => {
  for (const [name, example] of named)
    it(`${example.rules.length === 0 ? 'accept' : 'refuse'} the object that ${name}`, () => {
      const { problems } = verdictOn(example)
      const fields = new Set(problems.map(({ field }) => field))
      expect([...fields], problems.map(({ message }) => message).join('\n')).to.have.members(example.rules)
    })
})

describe('The three judges', () => {
  it('are asked about more than 300 objects', () => {
    expect(named.length).to.be.above(300)
  })

  for (const [name, { shape, rules, server, beyond }] of named)
    it(`agree on the object that ${name}`, () => {
      const isRefused = [shape, rules, server].map((fields) => fields.length > 0)
      const [byShape, byRules, byServer] = isRefused
      // What is wrong in shape is wrong for the rules. Beyond that the rules and the API server say the same, in the same place.
      if (byShape === true) expect(byRules).to.equal(true)
      expect(beyond === undefined, 'what one of them cannot say has its reason').to.equal(byRules === byServer)
      if (byRules && byServer)
        for (const field of server)
          expect(
            rules.some((rule) => isSamePlace(rule, field)),
            field,
          ).to.equal(true)
    })

  it('differ for reasons each of which has an example', () => {
    expect(new Set(named.flatMap(([, { beyond }]) => beyond ?? []))).to.deep.equal(new Set(Object.keys(limits)))
  })
})
