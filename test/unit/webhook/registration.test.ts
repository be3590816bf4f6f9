import { expect } from 'chai'
import fc from 'fast-check'
import type { Fields } from '../../../core/shape.ts'
import {
  entrustPatch,
  isRegisteredWith,
  isTrusted,
  planRegistration,
  type RegistrationFacts,
  registrationPatch,
  versionAnnotation,
  type WebhookConfiguration,
  webhooksFor,
  withdrawalPatch,
} from '../../../webhook/registration.ts'

const facts: RegistrationFacts = {
  call: 'mutating',
  namespace: 'metallb-system',
  service: 'metallb-webhook-service',
  bundle: 'one\n',
  authority: 'one\n',
  classes: {},
  isEnding: false,
}
const empty: WebhookConfiguration = { metadata: { name: 'metallb-webhook-configuration', resourceVersion: '1' } }

/** What the API server stores: our patch, and the fields that it fills in itself. */
function stored(policy: 'Ignore' | 'Fail', changes: Partial<RegistrationFacts> = {}): WebhookConfiguration {
  const patch = registrationPatch(empty, { ...facts, ...changes }, policy) as unknown as WebhookConfiguration
  return {
    metadata: { ...empty.metadata, ...patch.metadata },
    webhooks: (patch.webhooks ?? []).map((entry) => ({ ...(entry as Fields), novelty: 'default' })),
  }
}

function edited(policy: 'Ignore' | 'Fail', change: (entry: Fields) => Fields): WebhookConfiguration {
  const { metadata, webhooks = [] } = stored(policy)
  return { metadata, webhooks: webhooks.map((entry) => change(entry as Fields)) }
}

const anew = { type: 'write', policy: 'Ignore' }
const corrected = { type: 'write', policy: 'Fail' }
/** By a version that is to come, with an entry that this one does not know. */
function newer(changes: Partial<RegistrationFacts> = {}): WebhookConfiguration {
  const { metadata, webhooks = [] } = stored('Fail', changes)
  const [first] = webhooks
  return {
    metadata: { ...metadata, annotations: { [versionAnnotation]: '99' } },
    webhooks: [...webhooks, { ...(first as Fields), name: 'novelty' }],
  }
}
/** An authority comes: both are trusted, the first still signs. */
const rotating = { bundle: 'one\ntwo\n', authority: 'one\n' }

const steps: Readonly<Record<string, readonly [current: WebhookConfiguration | undefined, step: object]>> = {
  'waits for the manifests': [undefined, { type: 'missing' }],
  'fills in what the manifests brought empty': [empty, anew],
  'proves the path once it is registered': [stored('Ignore'), { type: 'prove' }],
  'is content when it is enforced, whatever the API server has filled in': [stored('Fail'), { type: 'enforced' }],
  'begins anew when somebody has emptied the list': [{ ...stored('Fail'), webhooks: [] }, anew],
  'begins anew when somebody has removed the entry of our own kinds': [
    { ...stored('Fail'), webhooks: stored('Fail').webhooks?.slice(1) ?? [] },
    anew,
  ],
  'begins anew when the API server does not trust what we serve': [stored('Fail', { bundle: 'other\n' }), anew],
  'begins anew when the Service has changed': [stored('Fail', { service: 'other' }), anew],
  'proves again when somebody has written Ignore': [edited('Fail', (entry) => ({ ...entry, failurePolicy: 'Ignore' })), { type: 'prove' }],
  'never ignores meanwhile when an authority comes or goes': [stored('Fail', rotating), corrected],
  'never ignores meanwhile when the line ends of the bundle differ': [stored('Fail', { bundle: 'one\r\n' }), corrected],
  'never ignores meanwhile when somebody has removed another entry': [
    { ...stored('Fail'), webhooks: stored('Fail').webhooks?.slice(0, 1) ?? [] },
    corrected,
  ],
  'never ignores meanwhile when somebody has narrowed the selector': [
    edited('Fail', (entry) => ({ ...entry, namespaceSelector: { matchLabels: { a: 'b' } } })),
    corrected,
  ],
  'never ignores meanwhile when somebody has added a condition': [
    edited('Fail', (entry) => ({ ...entry, matchConditions: [{ name: 'never', expression: 'false' }] })),
    corrected,
  ],
  'never ignores meanwhile when an older version was here': [{ ...stored('Fail'), metadata: empty.metadata }, corrected],
  'leaves a newer version alone': [newer(), { type: 'superseded', by: 99 }],
  'tells a newer version of a new authority': [newer(rotating), { type: 'entrust' }],
  'takes over what a newer version has left empty': [{ ...newer(), webhooks: [] }, anew],
}

describe('the registration of the webhook', () => {
  for (const [name, [current, step]] of Object.entries(steps)) {
    it(name, () => expect(planRegistration(current, facts)).to.deep.equal(step))
  }

  it('fails closed for our own kinds only, never for Services, and never for deletions', () => {
    const entries = [...webhooksFor(facts, 'Fail'), ...webhooksFor({ ...facts, call: 'validating' }, 'Fail')]
    expect(entries.map(({ name, failurePolicy, timeoutSeconds }) => [name, failurePolicy, timeoutSeconds])).to.deep.equal([
      ['mutate.metallb.io', 'Fail', 3],
      ['services.metallb.io', 'Ignore', 2],
      ['validate.metallb.io', 'Fail', 3],
      ['services.metallb.io', 'Ignore', 2],
      ['deletions.metallb.io', 'Ignore', 3],
    ])
    expect(JSON.stringify(entries.slice(0, 4))).not.to.contain('DELETE')
    expect(JSON.stringify(entries)).not.to.contain('*')
    expect(JSON.stringify(entries[4])).to.contain('"operations":["DELETE"]')
  })

  it('is not asked about what the cluster itself cleans up', () => {
    expect(webhooksFor({ ...facts, call: 'validating' }, 'Fail')[2]?.['matchConditions']).to.deep.equal([
      { name: 'not-being-deleted', expression: '!has(oldObject.metadata.deletionTimestamp)' },
      {
        name: 'by-somebody',
        expression:
          '!(request.userInfo.username in ["system:serviceaccount:kube-system:namespace-controller","system:serviceaccount:kube-system:generic-garbage-collector","system:kube-controller-manager"])',
      },
    ])
  })

  it('asks only about Services of type LoadBalancer that are ours', () => {
    const condition = (classes: RegistrationFacts['classes']): unknown => webhooksFor({ ...facts, classes }, 'Fail')[1]?.['matchConditions']
    expect(condition({})).to.deep.equal([
      {
        name: 'load-balancer-of-ours',
        expression:
          "has(object.spec.type) && object.spec.type == 'LoadBalancer' && (!has(object.spec.loadBalancerClass) || object.spec.loadBalancerClass.startsWith('metallb.io/'))",
      },
    ])
    expect(condition({ only: 'example.com/lan' })).to.deep.equal([
      {
        name: 'load-balancer-of-ours',
        expression:
          'has(object.spec.type) && object.spec.type == \'LoadBalancer\' && has(object.spec.loadBalancerClass) && object.spec.loadBalancerClass == "example.com/lan"',
      },
    ])
  })

  it('takes itself away with its namespace, and then rests', () => {
    const ending = { ...facts, isEnding: true }
    expect(planRegistration(stored('Fail'), ending)).to.deep.equal({ type: 'withdraw' })
    expect(withdrawalPatch(stored('Fail'))).to.deep.equal({
      metadata: { resourceVersion: '1', annotations: { [versionAnnotation]: null } },
      webhooks: [],
    })
    expect(planRegistration(empty, ending)).to.deep.equal({ type: 'withdrawn' })
  })

  it('tells a newer version nothing but whom to trust', () => {
    const before = newer()
    const { metadata, webhooks } = entrustPatch(before, { ...facts, ...rotating }) as unknown as WebhookConfiguration
    expect(metadata).to.deep.equal({ resourceVersion: '1' })
    const after = { metadata: before.metadata, ...(webhooks === undefined ? {} : { webhooks }) }
    expect(planRegistration(after, { ...facts, ...rotating })).to.deep.equal({ type: 'superseded', by: 99 })
    const withoutTrust = ({ webhooks: entries = [] }: WebhookConfiguration): string =>
      JSON.stringify(entries).replaceAll(/"caBundle":"[^"]*"/g, '')
    expect(withoutTrust(after)).to.equal(withoutTrust(before))
  })

  it('counts only when every entry trusts our authority', () => {
    expect(isRegisteredWith(stored('Ignore', rotating), 'one')).to.equal(true)
    expect(isRegisteredWith(stored('Ignore'), 'two')).to.equal(false)
    expect(isRegisteredWith(empty, 'one')).to.equal(false)
    expect(isRegisteredWith(undefined, 'one')).to.equal(false)
  })

  it('loses nothing by an authority that nobody trusts where nobody calls', () => {
    expect([undefined, empty, stored('Fail'), stored('Fail', rotating)].map((current) => isTrusted(current, 'two'))).to.deep.equal([
      true,
      true,
      false,
      true,
    ])
  })

  it('comes to rest from anything that somebody may have written, with at most two writes', () => {
    const anything = fc.oneof(fc.constant(undefined), fc.array(fc.oneof(fc.jsonValue(), fc.constant(webhooksFor(facts, 'Fail')[0]))))
    fc.assert(
      fc.property(anything, fc.constantFrom<RegistrationFacts['call']>('mutating', 'validating'), (webhooks, call) => {
        const here = { ...facts, call }
        let current: WebhookConfiguration = { ...empty, webhooks: webhooks as readonly unknown[] }
        let writes = 0
        for (let step = planRegistration(current, here); step.type !== 'enforced'; step = planRegistration(current, here)) {
          const policy = step.type === 'write' ? step.policy : 'Fail'
          current = { ...current, ...(registrationPatch(current, here, policy) as unknown as WebhookConfiguration) }
          writes++
          expect(writes).to.be.at.most(2)
        }
      }),
    )
  })
})
