// What the webhook does about a change that would cost a live Service its address, when what it rests on can and cannot be read.
import { expect } from 'chai'
import type { Evidence } from '../../../admission/evidence.ts'
import type { AdmissionRequest } from '../../../admission/request.ts'
import { asFields } from '../../../core/shape.ts'
import { ApiError } from '../../../kube/api-error.ts'
import { systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import type { AdmissionReviewAnswer } from '../../../webhook/answer.ts'
import { Admission, type Worlds } from '../../../webhook/io/admission.ts'
import { metrics } from '../../../webhook/io/metrics.ts'
import type { Call } from '../../../webhook/probe.ts'
import { deletionOf, evaluator, requestFor, reviewTextOf, stored, worldOf } from '../admission/example.ts'
import { serviceObject } from '../core/objects.ts'

const lan = stored('lan', ['192.168.1.0/24'], 1)
const lived = worldOf([lan], { services: [serviceObject('shop/web', { held: ['192.168.1.7'] })] })
const left = worldOf([lan])
const deletion = deletionOf(lan)
const update = requestFor({ ...lan, spec: { addresses: ['192.168.1.0/30'] } }, lan)
const cost = 'would cost 1 live Service its address: shop/web (192.168.1.7)'

const unread = (): Promise<never> => Promise.reject(new ApiError('LIST: 403', { status: 403, reason: 'Forbidden' }))
const behind: Worlds['confirmedIn'] = () => Promise.resolve(undefined)
const showing =
  (world: typeof lived): Worlds['confirmedIn'] =>
  () =>
    Promise.resolve(world)

async function ask(
  request: AdmissionRequest,
  reads: Partial<Worlds>,
  call: Call = 'validating',
): Promise<AdmissionReviewAnswer['response']> {
  const worlds: Worlds = { cached: () => lived, confirmed: () => Promise.resolve(lived), confirmedIn: unread, ...reads }
  const log = createLogger({ component: 'test', level: 'none' })
  const admission = new Admission({ worlds, evaluator, metrics, clock: systemClock, log })
  const { status, body } = await admission.answer(call, reviewTextOf(request))
  expect(status).to.equal(200)
  return (JSON.parse(body) as AdmissionReviewAnswer).response
}

describe('a change that would cost a live Service its address', () => {
  it('is refused when a live read of the Service confirms that', async () => {
    const asked: Evidence[] = []
    const confirmedIn: Worlds['confirmedIn'] = (evidence) => Promise.resolve(asked.push(...evidence) > 0 ? lived : undefined)
    const [deleted, changed] = [await ask(deletion, { confirmedIn }), await ask(update, { confirmedIn })]
    expect([deleted.allowed, deleted.status?.code, deleted.status?.message.includes(cost)]).to.deep.equal([false, 403, true])
    expect(deleted.status?.details?.causes).to.have.length(1)
    expect([changed.allowed, changed.status?.code, changed.status?.message.includes(cost)]).to.deep.equal([false, 422, true])
    expect(asked.map(({ kind }) => kind)).to.include.members(['pools', 'peers', 'nodes', 'service', 'namespace'])
  })

  it('passes when the live read shows that the Service has gone', async () => {
    for (const request of [deletion, update]) {
      expect(await ask(request, { confirmedIn: showing(left) })).to.deep.equal({ uid: 'request-1', allowed: true })
    }
  })

  const obstacles: Readonly<Record<string, Partial<Worlds>>> = {
    'the Service cannot be read': { confirmedIn: unread },
    'the watch does not bring the Service in time': { confirmedIn: behind },
    'the configuration cannot be read': { confirmed: unread },
  }
  for (const [name, reads] of Object.entries(obstacles)) {
    it(`passes with a warning when it is a deletion, and else not for now, when ${name}`, async () => {
      const [deleted, changed] = [await ask(deletion, reads), await ask(update, reads)]
      expect([deleted.allowed, deleted.warnings?.length]).to.deep.equal([true, 1])
      expect([changed.allowed, changed.status?.code]).to.deep.equal([false, 503])
    })
  }

  it('is a question for the validating call alone', async () => {
    expect((await ask(update, {}, 'mutating')).allowed).to.equal(true)
  })

  it('costs no call when it changes nothing that counts', async () => {
    const annotated = { ...lan, metadata: { ...asFields(lan['metadata']), annotations: { a: 'b' } } }
    const kinds: string[] = []
    const confirmed: Worlds['confirmed'] = (wanted) => Promise.resolve(kinds.push(...wanted) > 0 ? lived : left)
    expect((await ask(requestFor(annotated, lan), { confirmed })).allowed).to.equal(true)
    expect(kinds).not.to.include('peers')
  })
})
