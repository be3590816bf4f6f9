import { expect } from 'chai'
import fc from 'fast-check'
import { shapeProblems } from '../../../admission/validate/shape.ts'

const poolKey = 'metallb.io/v1beta1/IPAddressPool'
const advertisementKey = 'metallb.io/v1beta1/L2Advertisement'

const said = (key: string, spec: unknown): readonly string[] =>
  shapeProblems(key, { apiVersion: 'metallb.io/v1beta1', kind: key.split('/')[2], metadata: { name: 'a' }, spec }).map(
    ({ field, message, code }) => `${field}: ${message} [${code}]`,
  )

const addresses = ['192.168.1.0/24']

const pools: Readonly<Record<string, readonly [spec: unknown, said: readonly string[]]>> = {
  'accepts a pool with only addresses': [{ addresses }, []],
  'says what to write for one address that is no list': [
    { addresses: '192.168.1.0/24' },
    ['spec.addresses: is the string "192.168.1.0/24", must be a list of strings; write addresses: ["192.168.1.0/24"] [WrongType]'],
  ],
  'splits several addresses in one string': [
    { addresses: '192.168.1.0/24, 10.0.0.1-10.0.0.9' },
    [
      'spec.addresses: is the string "192.168.1.0/24, 10.0.0.1-10.0.0.9", must be a list of strings; write addresses: ["192.168.1.0/24", "10.0.0.1-10.0.0.9"] [WrongType]',
    ],
  ],
  'knows a key with nothing behind it': [
    { addresses: null },
    ['spec.addresses: is null, must be a list of strings; write a value after "addresses:" or remove the line [WrongType]'],
  ],
  'reports each entry of the wrong type': [
    { addresses: [10, null, '10.0.0.0/8', ['10.0.0.0/8']] },
    [
      'spec.addresses[0]: is the number 10, must be a string; write it in quotes: "10" [WrongType]',
      'spec.addresses[1]: is null, must be a string; write a value after the "-" in addresses or remove the line [WrongType]',
      'spec.addresses[3]: is a list, must be a string [WrongType]',
    ],
  ],
  'wants true or false without quotes': [
    { addresses, autoAssign: 'no', avoidBuggyIPs: 1 },
    [
      'spec.autoAssign: is the string "no", must be true or false; write autoAssign: false, without quotes [WrongType]',
      'spec.avoidBuggyIPs: is the number 1, must be true or false [WrongType]',
    ],
  ],
  'suggests the field that was probably meant': [
    { addresses, autoasign: true, serviceAllocation: { namespace: ['shop'] } },
    [
      'spec.autoasign: is not a field of spec; did you mean "autoAssign"? [UnknownField]',
      'spec.serviceAllocation.namespace: is not a field of spec.serviceAllocation; did you mean "namespaces"? [UnknownField]',
    ],
  ],
  'lists the fields there are when nothing is near': [
    { addresses, protocol: 'layer2' },
    ['spec.protocol: is not a field of spec; it has addresses, autoAssign, avoidBuggyIPs, serviceAllocation [UnknownField]'],
  ],
  'wants numbers without quotes, and within their limits': [
    { addresses, serviceAllocation: { priority: '50' } },
    ['spec.serviceAllocation.priority: is the string "50", must be a whole number; write priority: 50, without quotes [WrongType]'],
  ],
  'refuses a negative priority': [
    { addresses, serviceAllocation: { priority: -1 } },
    ['spec.serviceAllocation.priority: is the number -1, must be at least 0 [OutOfBounds]'],
  ],
  'reads integers beyond 2^53': [
    { addresses, serviceAllocation: { priority: 9223372036854775807n } },
    ['spec.serviceAllocation.priority: is the number 9223372036854776000, must be at most 2147483647 [OutOfBounds]'],
  ],
  'wants a list of selectors': [
    { addresses, serviceAllocation: { serviceSelectors: { matchLabels: { app: 'web' } } } },
    [
      'spec.serviceAllocation.serviceSelectors: is an object, must be a list of objects (matchLabels, matchExpressions); write "- " before the first field of each entry of serviceSelectors [WrongType]',
    ],
  ],
  'knows a dash too many': [
    { addresses, serviceAllocation: [{ priority: 1 }] },
    [
      'spec.serviceAllocation: is a list, must be an object with priority, namespaces, namespaceSelectors, serviceSelectors; remove the "-" before the fields of serviceAllocation [WrongType]',
    ],
  ],
  'names labels by their keys': [
    { addresses, serviceAllocation: { serviceSelectors: [{ matchLabels: { 'example.com/tier': 1 } }] } },
    [
      'spec.serviceAllocation.serviceSelectors[0].matchLabels[example.com/tier]: is the number 1, must be a string; write it in quotes: "1" [WrongType]',
    ],
  ],
  'counts entries': [
    { addresses: Array.from({ length: 1025 }, () => '10.0.0.0/8') },
    ['spec.addresses: has 1025 entries, must have at most 1024 [OutOfBounds]'],
  ],
  'counts labels': [
    {
      addresses,
      serviceAllocation: { serviceSelectors: [{ matchLabels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, ''])) }] },
    },
    ['spec.serviceAllocation.serviceSelectors[0].matchLabels: has 65 entries, must have at most 64 [OutOfBounds]'],
  ],
  'wants names that are not empty': [
    { addresses, serviceAllocation: { namespaces: [''] } },
    ['spec.serviceAllocation.namespaces[0]: is an empty string, must not be empty [OutOfBounds]'],
  ],
  'advises a list of lines where one line would be too long': [
    { addresses: Array.from({ length: 20 }, (_, n) => `10.0.${n}.0/24`).join(',') },
    [
      'spec.addresses: is the string "10.0.0.0/24,10.0.1.0/24,10.0.2.0/24,10.0.3.0/24,10.0.4.0/24…, must be a list of strings; write addresses as a list, one entry for each line, each after "- " [WrongType]',
    ],
  ],
  'says only what is wrong where it cannot guess what was meant': [
    {
      addresses: { from: '10.0.0.1' },
      autoAssign: 'perhaps',
      serviceAllocation: { priority: 1.5, serviceSelectors: [{ matchLabels: [] }] },
    },
    [
      'spec.addresses: is an object, must be a list of strings [WrongType]',
      'spec.autoAssign: is the string "perhaps", must be true or false [WrongType]',
      'spec.serviceAllocation.priority: is the number 1.5, must be a whole number [WrongType]',
      'spec.serviceAllocation.serviceSelectors[0].matchLabels: is a list, must be a map of strings; remove the "-" before the fields of matchLabels [WrongType]',
    ],
  ],
  'counts characters': [{ addresses: ['x'.repeat(200)] }, ['spec.addresses[0]: has 200 characters, must have at most 128 [OutOfBounds]']],
  'wants a spec': [
    undefined,
    [
      'spec: is missing; spec is required and must be an object with addresses, autoAssign, avoidBuggyIPs, serviceAllocation [MissingField]',
    ],
  ],
}

const advertisements: Readonly<Record<string, readonly [spec: unknown, said: readonly string[]]>> = {
  'accepts an advertisement without spec': [undefined, []],
  'accepts an empty spec': [{}, []],
  'wants weight and preference': [
    { preferredNodeSelectors: [{}] },
    [
      'spec.preferredNodeSelectors[0].weight: is missing; weight is required and must be a whole number [MissingField]',
      'spec.preferredNodeSelectors[0].preference: is missing; preference is required and must be an object with matchLabels, matchExpressions [MissingField]',
    ],
  ],
  'bounds a weight': [
    { preferredNodeSelectors: [{ weight: 101, preference: {} }] },
    ['spec.preferredNodeSelectors[0].weight: is the number 101, must be at most 100 [OutOfBounds]'],
  ],
  'says what to write for one pool that is no list': [
    { ipAddressPools: 'first' },
    ['spec.ipAddressPools: is the string "first", must be a list of strings; write ipAddressPools: ["first"] [WrongType]'],
  ],
}

describe('the shape of an object', () => {
  for (const [name, [spec, expected]] of Object.entries(pools))
    it(`of IPAddressPool ${name}`, () => expect(said(poolKey, spec)).to.deep.equal(expected))
  for (const [name, [spec, expected]] of Object.entries(advertisements)) {
    it(`of L2Advertisement ${name}`, () => expect(said(advertisementKey, spec)).to.deep.equal(expected))
  }

  it('leaves metadata to the API server and status to the controller', () => {
    const object = {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { nonsense: 1 },
      status: { availableIPv6: 2n ** 62n, nonsense: 1 },
      spec: { addresses },
    }
    expect(shapeProblems(poolKey, object)).to.deep.equal([])
  })

  it('never throws, and says each thing in a sentence of bounded length', () => {
    fc.assert(
      fc.property(fc.constantFrom(poolKey, advertisementKey), fc.jsonValue(), fc.jsonValue(), (key, spec, inner) => {
        for (const value of [spec, { addresses: spec, serviceAllocation: inner }, { preferredNodeSelectors: [spec, inner] }]) {
          for (const { message } of shapeProblems(key, { spec: value })) expect(message.length).to.be.within(10, 1000)
        }
      }),
    )
  })
})
