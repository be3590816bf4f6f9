import { Ajv } from 'ajv'
import { expect } from 'chai'
import { jsonSchemas } from '../../../schemas/generated/json-schemas.ts'
import { corpus, type Example, statusCorpus } from './corpus.ts'

const ajv = new Ajv({ allErrors: true, strict: true })
const validators = new Map(Object.entries(jsonSchemas).map(([name, schema]) => [name, ajv.compile(schema)]))

/** Instance paths at which ajv objects, each once. */
function objections({ object }: Example): readonly string[] {
  const validate = validators.get(`${object.apiVersion}/${object.kind}`)
  if (validate === undefined) throw new Error(`no schema for ${object.apiVersion}/${object.kind}`)
  if (validate(object)) return []
  return [...new Set(validate.errors?.map(({ instancePath }) => instancePath))]
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

  for (const [name, example] of [...Object.entries(corpus), ...Object.entries(statusCorpus)])
    it(`${example.shape.length === 0 ? 'accept' : 'refuse'} the object that ${name}`, () => {
      expect(objections(example)).to.deep.equal(example.shape)
    })

  it('let status counters beyond 2^53 pass, which arrive as bigint', () => {
    const object = { ...corpus['is a pool of IPv6']?.object, status: { availableIPv6: 9223372036854775807n } }
    expect(validators.get('metallb.io/v1beta1/IPAddressPool')?.(object)).to.equal(true)
  })
})
