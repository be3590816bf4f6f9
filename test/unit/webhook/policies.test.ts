// What the webhook does about the validations of AllocationPolicies: what it reads live, what it logs, what it does when there is no time.
import { expect } from 'chai'
import type { Evidence } from '../../../admission/evidence.ts'
import { evaluateHere } from '../../../admission/policy/evaluate-here.ts'
import type { Answer, Question } from '../../../admission/policy/evaluator.ts'
import type { World } from '../../../admission/world.ts'
import { fail } from '../../../core/result.ts'
import { type Clock, systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import type { AdmissionReviewAnswer } from '../../../webhook/answer.ts'
import { Admission } from '../../../webhook/io/admission.ts'
import { metrics } from '../../../webhook/io/metrics.ts'
import { holder, policyWith, serviceWith } from '../../rules/table.ts'
import { requestFor, reviewTextOf, stored, worldOf } from '../admission/example.ts'

type Validation = Readonly<Record<string, unknown>>

const lan = stored('lan', ['192.168.1.0/24'], 1)
const worldWith = (validations: readonly Validation[], addresses: readonly string[] = []): World =>
  worldOf([lan], {
    policies: [policyWith('prod', { validations })],
    services: addresses.map((address) => holder(`shop/${address}`, address)),
  })

class Scene {
  readonly log: Validation[] = []
  readonly asked: (readonly Question[])[] = []
  readonly read: Evidence[] = []
  now = 0
  /** What one evaluation takes. */
  tookMs = 1
  cached: World
  live: World | undefined
  answer: ((question: Question) => Answer) | undefined

  constructor(cached: World, live: World | undefined = cached) {
    this.cached = cached
    this.live = live
  }

  async create(object = serviceWith()): Promise<AdmissionReviewAnswer['response']> {
    const clock: Clock = { ...systemClock, now: () => this.now }
    const admission = new Admission({
      worlds: {
        cached: () => this.cached,
        confirmed: () => Promise.resolve(this.cached),
        confirmedIn: (evidence) => {
          this.read.push(...evidence)
          return Promise.resolve(this.live)
        },
      },
      evaluator: {
        evaluate: (questions, variables) => {
          this.now += this.tookMs
          this.asked.push(questions)
          return Promise.resolve(this.answer === undefined ? evaluateHere(questions, variables) : questions.map(this.answer))
        },
      },
      metrics,
      clock,
      log: createLogger({
        component: 'webhook',
        level: 'info',
        destination: { write: (line) => this.log.push(JSON.parse(line) as Validation) },
      }),
    })
    const { body } = await admission.answer('validating', reviewTextOf(requestFor(object)))
    return (JSON.parse(body) as AdmissionReviewAnswer).response
  }
}

const never = { name: 'never', expression: 'false', message: 'not here' }

describe('a Service that a policy does not allow', () => {
  it('is refused when the policy is there in a live read too, and evaluated once', async () => {
    const scene = new Scene(worldWith([never]))
    const { allowed, status } = await scene.create()
    expect([allowed, status?.details?.causes]).to.deep.equal([
      false,
      [
        {
          field: 'spec',
          reason: 'FieldValueForbidden',
          message: 'not here (AllocationPolicy "prod", validation "never") [PolicyViolated]',
        },
      ],
    ])
    expect(scene.read).to.deep.equal([{ kind: 'namespace', name: 'shop' }, { kind: 'policies' }])
    expect(scene.asked).to.have.length(1)
  })

  it('passes when the policy is gone, and with a warning when nothing can be read', async () => {
    expect(await new Scene(worldWith([never]), worldWith([])).create()).to.deep.equal({ uid: 'request-1', allowed: true })
    const blind = new Scene(worldWith([never]))
    blind.live = undefined
    const { allowed, warnings } = await blind.create()
    expect([allowed, warnings?.[0]?.includes('[PolicyViolated]')]).to.deep.equal([true, true])
  })

  it('is judged again by what the namespace has in truth', async () => {
    const few = { expression: 'usage.ipv4 < 1' }
    const scene = new Scene(worldWith([few], ['192.168.1.1']), worldWith([few]))
    expect((await scene.create()).allowed).to.equal(true)
    expect(scene.read.map(({ kind }) => kind)).to.include('servicesIn')
    expect(scene.asked).to.have.length(2)
  })

  it('is noted in the audit trail and in the log, where the policy only audits', async () => {
    const scene = new Scene(worldWith([{ ...never, action: 'Audit' }]))
    const { allowed, warnings, auditAnnotations } = await scene.create()
    expect([allowed, warnings]).to.deep.equal([true, undefined])
    expect(JSON.parse(auditAnnotations?.['validation_failure'] ?? '')).to.deep.equal([
      { policy: 'prod', validation: 'validation "never"', message: 'not here' },
    ])
    expect(scene.log.map(({ event, policy, msg }) => [event, policy, msg])).to.deep.equal([['policyAudited', 'prod', 'not here']])
    const { values } = await metrics.metallb_admission_policy_notes_total.get()
    expect(values.map(({ labels }) => labels.type)).to.include('audited')
  })
})

describe('a policy that cannot be evaluated', () => {
  it('refuses where it denies, and its owner finds it in the log', async () => {
    const scene = new Scene(worldWith([{ expression: "object.metadata.labels['team'] == 'a'" }]))
    const { allowed, status } = await scene.create()
    expect([allowed, status?.message.includes('[PolicyNotEvaluated]')]).to.deep.equal([false, true])
    expect(scene.log[0]).to.include({ event: 'policyFailed', policy: 'prod', validation: 'validations[0]' })
  })

  it('stops nobody when it is late', async () => {
    const scene = new Scene(worldWith([never]))
    scene.answer = () => fail({ type: 'late', message: 'stopped after 50 ms' })
    const { allowed, warnings } = await scene.create()
    expect([allowed, warnings]).to.deep.equal([
      true,
      ['spec: AllocationPolicy "prod", validation "never", was not evaluated in time, so it does not count [PolicyNotEvaluated]'],
    ])
    expect(scene.log[0]).to.include({ event: 'policyLate', msg: 'stopped after 50 ms' })
  })

  it('is asked no more when the time of the request is over', async () => {
    const slow = { ...never, messageExpression: "'slow'" }
    const scene = new Scene(worldWith([slow]))
    scene.tookMs = 50
    const { allowed, status } = await scene.create()
    expect([allowed, status?.message.includes('not here')]).to.deep.equal([false, true])
    expect(scene.asked).to.have.length(1)
  })
})
