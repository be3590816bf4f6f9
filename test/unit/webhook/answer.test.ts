import { expect } from 'chai'
import type { Problem } from '../../../core/problem.ts'
import { allow, refuse, refuseForNow } from '../../../webhook/answer.ts'
import { pool, requestFor } from '../admission/example.ts'

const request = requestFor(pool('second', { addresses: [] }))
const problem = (field: string, message: string): Problem => ({ code: 'RangeSyntax', field, message, reason: 'FieldValueInvalid' })

describe('an answer', () => {
  it('repeats the causes in the message, because kubectl shows only those and others only this', () => {
    expect(refuse(request, [problem('spec.addresses[0]', 'a'), problem('spec.addresses[1]', 'b')], ['w'])).to.deep.equal({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'request-1',
        allowed: false,
        status: {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          code: 422,
          reason: 'Invalid',
          message: 'IPAddressPool "second" is invalid: spec.addresses[0]: a [RangeSyntax]; spec.addresses[1]: b [RangeSyntax]',
          details: {
            group: 'metallb.io',
            kind: 'IPAddressPool',
            name: 'second',
            causes: [
              { field: 'spec.addresses[0]', reason: 'FieldValueInvalid', message: 'a [RangeSyntax]' },
              { field: 'spec.addresses[1]', reason: 'FieldValueInvalid', message: 'b [RangeSyntax]' },
            ],
          },
        },
        warnings: ['w'],
      },
    })
  })

  it('names at most fifty causes and counts the others', () => {
    const many = Array.from({ length: 60 }, (_, index) => problem(`spec.addresses[${index}]`, 'a'))
    const causes = refuse(request, many).response.status?.details?.causes ?? []
    expect(causes).to.have.length(51)
    expect(causes.at(-1)?.message).to.equal('and 10 more problems like these')
  })

  it('keeps warnings within what the API server shows', () => {
    const [short, long] = allow(request, ['short', 'x'.repeat(300)]).response.warnings ?? []
    expect(short).to.equal('short')
    expect(long).to.equal(`${'x'.repeat(255)}…`)
    const [coded = ''] = allow(request, [`${'x'.repeat(300)} [SameRouter]`]).response.warnings ?? []
    expect([coded.length, coded.slice(-16)]).to.deep.equal([256, 'xx… [SameRouter]'])
  })

  it('carries a patch in base64, and none when there is nothing to change', () => {
    const patch = [{ op: 'add', path: '/metadata/annotations', value: { a: 'ä' } }] as const
    const { response } = allow(request, [], patch)
    expect(response.patchType).to.equal('JSONPatch')
    expect(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString())).to.deep.equal(patch)
    expect(allow(request).response).to.deep.equal({ uid: 'request-1', allowed: true })
  })

  it('says when it is only for now', () => {
    expect(refuseForNow(request, 'later').response.status).to.include({ code: 503, reason: 'ServiceUnavailable', message: 'later' })
  })
})
