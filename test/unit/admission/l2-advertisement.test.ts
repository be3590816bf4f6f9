import { expect } from 'chai'
import { review } from '../../../admission/review.ts'
import { nothingToSay } from '../../../admission/verdict.ts'
import type { Fields } from '../../../core/shape.ts'
import { ownNamespace, refusalOf, requestFor, stored, worldOf } from './example.ts'

const world = worldOf([stored('first-pool', ['192.168.1.0/24'], 1)], { nodes: [{ metadata: { name: 'n1', labels: { zone: 'a' } } }] })

function advertisement(spec: unknown, namespace: string = ownNamespace): Fields {
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'L2Advertisement',
    metadata: { name: 'lan', namespace },
    ...(spec === undefined ? {} : { spec }),
  }
}

describe('the review of an L2Advertisement', () => {
  for (const spec of [
    undefined,
    {},
    { ipAddressPools: ['first-pool'], interfaces: ['eth0'], nodeSelectors: [{ matchLabels: { zone: 'a' } }] },
  ]) {
    it(`lets ${JSON.stringify(spec) ?? 'no spec'} pass`, () => {
      expect(review(requestFor(advertisement(spec)), world)).to.deep.equal(nothingToSay)
    })
  }

  it('reports shape, duplicates and selectors together', () => {
    const object = advertisement({
      ipAddressPools: ['first-pool', 'first-pool'],
      interfaces: 'eth0',
      nodeSelectors: [{ matchExpressions: [{ key: 'zone', operator: 'in', values: ['a'] }] }],
    })
    expect(refusalOf(requestFor(object), world)).to.equal(
      `* spec.interfaces: is the string "eth0", must be a list of strings; write interfaces: ["eth0"] [WrongType]
* spec.ipAddressPools[1]: duplicate "first-pool" in spec.ipAddressPools of L2Advertisement "lan": entry 0 is the same; remove one of them [DuplicateEntry]
* spec.nodeSelectors[0].matchExpressions[0].operator: label selector "{\\"matchExpressions\\":[{\\"key\\":\\"zone\\",\\"operator\\":\\"in\\",\\"values\\":[\\"a\\"]}]}" of L2Advertisement "lan" is not valid: operator "in" is none of In, NotIn, Exists, DoesNotExist [SelectorInvalid]`,
    )
  })

  it('refuses it in another namespace', () => {
    expect(refusalOf(requestFor(advertisement({}, 'default')), world)).to.equal(
      '* metadata.namespace: resource must be created in metallb-system namespace, not in "default", where MetalLB does not read it; set metadata.namespace: metallb-system [WrongNamespace]',
    )
  })

  it('only warns about a pool that does not exist, because it may come next', () => {
    const { problems, warnings } = review(requestFor(advertisement({ ipAddressPools: ['frist-pool', 'elsewhere'] })), world)
    expect(problems).to.deep.equal([])
    expect(warnings).to.deep.equal([
      'spec.ipAddressPools[0]: there is no pool "frist-pool" yet, so nothing of it is announced; did you mean "first-pool"? [PoolUnknown]',
      'spec.ipAddressPools[1]: there is no pool "elsewhere" yet, so nothing of it is announced [PoolUnknown]',
    ])
  })
})
