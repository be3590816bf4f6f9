import { expect } from 'chai'
import { review } from '../../../admission/review.ts'
import { shapeProblems } from '../../../admission/validate/shape.ts'
import { refuseWith } from '../../../webhook/answer.ts'
import { answerProbe, type Call, isProof, probePool } from '../../../webhook/probe.ts'
import { ownNamespace, pool, requestFor, worldOf } from '../admission/example.ts'

const probe = (call: Call): ReturnType<typeof pool> => {
  const { metadata, spec } = probePool(call, '0123abcd', ownNamespace)
  return pool(metadata.name, spec)
}

describe('a probe of the webhook', () => {
  for (const call of ['mutating', 'validating'] as const) {
    const other = call === 'mutating' ? 'validating' : 'mutating'

    it(`for the ${call} call is refused by it in words that prove it, and by nobody else`, () => {
      const request = requestFor(probe(call))
      const causes = answerProbe(call, request) ?? []
      const message = refuseWith(request, causes).response.status?.message ?? ''
      expect(isProof(call, '0123abcd', message)).to.equal(true)
      expect(isProof(other, '0123abcd', message)).to.equal(false)
      expect(isProof(call, 'ffffffff', message)).to.equal(false)
      expect(answerProbe(other, request)).to.deep.equal([])
    })
  }

  it('is right in every other respect, so that schema and rules let it pass', () => {
    const object = probe('validating')
    expect(shapeProblems('metallb.io/v1beta1/IPAddressPool', object)).to.deep.equal([])
    expect(review(requestFor(object), worldOf([])).problems).to.deep.equal([])
  })

  it('is nothing that a user would write', () => {
    expect(answerProbe('mutating', requestFor(pool('metallb-webhook-probe', {})))).to.equal(undefined)
    expect(answerProbe('mutating', requestFor(probe('mutating'), probe('mutating')))).to.equal(undefined)
  })
})
