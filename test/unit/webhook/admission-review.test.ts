import { expect } from 'chai'
import fc from 'fast-check'
import { kindOfRequest, review } from '../../../admission/review.ts'
import { parseJson } from '../../../kube/json.ts'
import { decodeAdmissionReview } from '../../../webhook/admission-review.ts'
import { allow, refuse } from '../../../webhook/answer.ts'
import { answerProbe } from '../../../webhook/probe.ts'
import { stored, worldOf } from '../admission/example.ts'

const request = {
  uid: 'u-1',
  kind: { group: 'metallb.io', version: 'v1beta1', kind: 'IPAddressPool' },
  resource: { group: 'metallb.io', version: 'v1beta1', resource: 'ipaddresspools' },
  name: 'first',
  namespace: 'metallb-system',
  operation: 'UPDATE',
  userInfo: { username: 'alice', groups: ['system:authenticated'] },
  object: { metadata: { name: 'first' }, spec: { addresses: ['10.0.0.0/24'] } },
  oldObject: { metadata: { name: 'first' }, spec: { addresses: ['10.0.0.0/25'] } },
  dryRun: true,
}
const whole = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }
const withRequest = (change: object): unknown => ({ ...whole, request: { ...request, ...change } })

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

const malformed: Readonly<Record<string, readonly [body: unknown, reason: string]>> = {
  'a number': [7, 'the body must be an AdmissionReview, is a number'],
  null: [null, 'the body must be an AdmissionReview, is null'],
  'a list': [[], 'the body must be an AdmissionReview, is a list'],
  'an empty object': [{}, 'kind must be "AdmissionReview", is absent'],
  'another kind': [{ ...whole, kind: 'Pod' }, 'kind must be "AdmissionReview", is "Pod"'],
  'the version before': [
    { ...whole, apiVersion: 'admission.k8s.io/v1beta1' },
    'apiVersion must be "admission.k8s.io/v1", is "admission.k8s.io/v1beta1"',
  ],
  'a review without request': [{ ...whole, request: undefined }, 'request is missing'],
  'a request without uid': [withRequest({ uid: undefined }), 'request.uid must be a string that is not empty'],
  'an unknown operation': [
    withRequest({ operation: 'PATCH' }),
    'request.operation must be one of CREATE, UPDATE, DELETE, CONNECT, is "PATCH"',
  ],
  'a request without kind': [withRequest({ kind: 'IPAddressPool' }), 'request.kind must have group, version and kind'],
  'an object that is a text': [withRequest({ object: 'x' }), 'request.object must be a JSON object, is a string'],
  'an old object that is a list': [withRequest({ oldObject: [] }), 'request.oldObject must be a JSON object, is a list'],
  'a CREATE of nothing': [withRequest({ operation: 'CREATE', object: null }), 'request.object is missing on CREATE'],
  'a body deeper than any object': [withRequest({ object: { spec: nested(200) } }), 'the body is nested deeper than 100 levels'],
  'a body deep enough to exhaust a stack': [
    withRequest({ object: { spec: nested(200_000) } }),
    'the body is nested deeper than 100 levels',
  ],
}

describe('an AdmissionReview', () => {
  it('is read with what the rules need', () => {
    expect(decodeAdmissionReview(whole)).to.deep.equal({
      ok: true,
      value: {
        uid: 'u-1',
        operation: 'UPDATE',
        group: 'metallb.io',
        version: 'v1beta1',
        kind: 'IPAddressPool',
        subResource: undefined,
        name: 'first',
        namespace: 'metallb-system',
        username: 'alice',
        groups: ['system:authenticated'],
        dryRun: true,
        object: request.object,
        oldObject: request.oldObject,
      },
    })
  })

  it('goes by generateName while there is no name', () => {
    const decoded = decodeAdmissionReview(withRequest({ name: '', object: { metadata: { generateName: 'more-' } } }))
    expect(decoded.ok && decoded.value.name).to.equal('more-')
  })

  it('of a collection that is deleted goes by the name of each object', () => {
    const decoded = decodeAdmissionReview(withRequest({ operation: 'DELETE', name: '', object: null }))
    expect(decoded.ok && decoded.value.name).to.equal('first')
  })

  for (const [name, [body, reason]] of Object.entries(malformed)) {
    it(`is not ${name}`, () => expect(decodeAdmissionReview(body)).to.deep.equal({ ok: false, error: reason }))
  }

  const kinds: Readonly<Record<string, readonly [kind: object, expected: string]>> = {
    'a pool': [{ group: 'metallb.io', version: 'v1beta1', kind: 'IPAddressPool' }, 'own'],
    'a Service': [{ group: '', version: 'v1', kind: 'Service' }, 'core'],
    'a Pod': [{ group: '', version: 'v1', kind: 'Pod' }, 'unknown'],
    'a Service of a foreign group': [{ group: 'serving.knative.dev', version: 'v1', kind: 'Service' }, 'unknown'],
    'a name of an inherited property': [{ group: '', version: '', kind: '__proto__' }, 'unknown'],
  }
  for (const [name, [kind, expected]] of Object.entries(kinds)) {
    it(`of ${name} is of kind ${expected}`, () => {
      const decoded = decodeAdmissionReview(withRequest({ kind }))
      if (!decoded.ok) throw new Error(decoded.error)
      expect(kindOfRequest(decoded.value)).to.equal(expected)
    })
  }

  describe('of a hostile sender', () => {
    const world = worldOf([stored('first', ['10.0.0.0/24'], 1)])
    const judge = (body: unknown): void => {
      const decoded = decodeAdmissionReview(body)
      if (!decoded.ok) {
        expect(decoded.error).to.be.a('string')
        return
      }
      answerProbe('mutating', decoded.value)
      const { problems, warnings, patch } = review(decoded.value, world)
      const answer = problems.length > 0 ? refuse(decoded.value, problems, warnings) : allow(decoded.value, warnings, patch)
      expect(JSON.stringify(answer).length).to.be.lessThan(200_000)
    }

    it('never makes us throw with parts replaced by anything', () => {
      const part = fc.oneof(fc.jsonValue(), fc.string(), fc.constant(undefined), fc.bigInt())
      const object = fc.record({ metadata: part, spec: part, addresses: part }, { requiredKeys: [] })
      const pool = fc.record({
        metadata: fc.record({ name: part, annotations: part }),
        spec: fc.record({ addresses: fc.array(part), serviceAllocation: part }),
      })
      const service = fc.record({
        metadata: fc.record({ name: part, annotations: fc.dictionary(fc.string(), part) }),
        spec: fc.record({ type: fc.constant('LoadBalancer'), clusterIPs: part, ipFamilies: part, ports: part }),
      })
      const kind = fc.constantFrom(
        { group: 'metallb.io', version: 'v1beta1', kind: 'IPAddressPool' },
        { group: 'metallb.io', version: 'v1beta1', kind: 'L2Advertisement' },
        { group: '', version: 'v1', kind: 'Service' },
      )
      const anything = fc.oneof(object, pool, service, part)
      fc.assert(
        fc.property(kind, anything, anything, fc.constantFrom('CREATE', 'UPDATE', 'DELETE'), part, (k, now, old, operation, name) => {
          judge(withRequest({ kind: k, object: now, oldObject: old, operation, name }))
        }),
        { numRuns: 1000 },
      )
    })

    it('never makes us throw with bytes changed', () => {
      const text = JSON.stringify(whole)
      fc.assert(
        fc.property(fc.nat(text.length), fc.nat(4), fc.string({ maxLength: 4 }), (at, removed, inserted) => {
          let body: unknown
          try {
            body = parseJson(text.slice(0, at) + inserted + text.slice(at + removed))
          } catch {
            return
          }
          judge(body)
        }),
        { numRuns: 2000 },
      )
    })
  })
})
