import { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import { createLogger } from '../../../kube/logger.ts'
import { PolicyEvaluator } from '../../../webhook/io/policy-evaluator.ts'
import type { PolicyOutcome, PolicySource } from '../../../webhook/io/policy-messages.ts'
import type { SpawnPolicyWorker } from '../../../webhook/io/policy-thread.ts'
import { example } from '../admission/cel/example.ts'

/** Long enough for any machine: these tests are about what is answered, not when. */
const patientMs = 20_000

const bool = (source: string): PolicySource => ({ source, expects: 'bool' })
const holds = bool('object.spec.ports.all(p, p.port > 5)')
const hangs = bool('object.metadata.name != "hang"')
const hoards = bool('object.metadata.name != "hoard"')

const hanging: SpawnPolicyWorker = (start) =>
  new Worker(new URL('./hanging-worker.ts', import.meta.url), { workerData: start, resourceLimits: { maxOldGenerationSizeMb: 48 } })

function words(outcomes: readonly PolicyOutcome[]): readonly string[] {
  return outcomes.map((outcome) =>
    outcome.ok ? String(outcome.value) : `${outcome.error.type}: ${outcome.error.message.replaceAll(/\d+ ms/g, 'N ms')}`,
  )
}

describe('the policy evaluator', function () {
  this.timeout(60_000)
  const log = createLogger({ component: 'test', level: 'none' })
  let evaluator: PolicyEvaluator | undefined
  const start = (spawn?: SpawnPolicyWorker): PolicyEvaluator => {
    evaluator = new PolicyEvaluator(spawn === undefined ? { log } : { log, spawn })
    return evaluator
  }
  afterEach(() => evaluator?.close())

  it('answers each expression by itself, in their order', async () => {
    const sources = [
      holds,
      bool('object.spec.loadBalancerIP == ""'),
      bool('object.spec.prts == []'),
      { source: '"no " + object.metadata.name', expects: 'string' },
    ] as const
    expect(words(await start().evaluate(sources, example, patientMs))).to.deep.equal([
      'true',
      'failed: there is no field "loadBalancerIP" (ask with has() first) (line 1, column 13)',
      'failed: ServiceSpec has no field "prts"; did you mean "ports"? (line 1, column 13)',
      'no web',
    ])
  })

  it('says when what it was given can be asked, and keeps nobody waiting when there is nothing', async () => {
    const warm = start()
    await warm.whenReady(patientMs)
    warm.prepare([holds])
    await warm.whenReady(patientMs)
    expect(words(await warm.evaluate([holds], example))).to.deep.equal(['true'])
  })

  it('answers nothing with nothing, and without a thread', async () => {
    let spawned = 0
    const never: SpawnPolicyWorker = (begin) => {
      spawned += 1
      return hanging(begin)
    }
    const idle = start(never)
    idle.prepare([])
    expect(await idle.evaluate([], example)).to.deep.equal([])
    expect(spawned).to.equal(0)
  })

  it('gives up when time is up, and says of each expression whether it was the one', async () => {
    const busy = start(hanging)
    await busy.evaluate([holds], example, patientMs)
    expect(words(await busy.evaluate([holds, hangs, holds], example, 1000))).to.deep.equal([
      'true',
      'late: was not done when the N ms were over',
      'late: was not reached within N ms, because others took the time',
    ])
    expect(busy.replacements).to.equal(1)
  })

  it('does not wait again for an expression that hung, and others do not wait for it at all', async () => {
    const busy = start(hanging)
    await busy.evaluate([holds], example, patientMs)
    await busy.evaluate([hangs], example, 200)
    const again = await busy.evaluate([hangs, holds], example, patientMs)
    expect(words(again)).to.deep.equal(['late: took too long a moment ago, and is not tried again for some seconds', 'true'])
    expect(busy.replacements).to.equal(1)
  })

  it('answers a request that came while another hung, from the thread that stood by', async () => {
    const busy = start(hanging)
    await busy.evaluate([holds], example, patientMs)
    const [hung, innocent] = await Promise.all([busy.evaluate([hangs], example, 200), busy.evaluate([holds], example, patientMs)])
    expect(words(hung)).to.deep.equal(['late: was not done when the N ms were over'])
    expect(words(innocent)).to.deep.equal(['true'])
  })

  it('survives an expression that takes all memory', async () => {
    const busy = start(hanging)
    await busy.evaluate([holds], example, patientMs)
    expect(words(await busy.evaluate([hoards, holds], example, patientMs))).to.deep.equal([
      'failed: needs more memory than it may use',
      'true',
    ])
  })

  it('takes requests in turn, whatever the number of their expressions', async () => {
    const fair = start()
    await fair.evaluate([holds], example, patientMs)
    const order: string[] = []
    const many = Array.from({ length: 500 }, (_, index) => bool(`object.spec.ports.all(p, p.port != ${index})`))
    await Promise.all([
      fair.evaluate(many, example, patientMs).then(() => order.push('many')),
      fair.evaluate([holds], example, patientMs).then(() => order.push('one')),
    ])
    expect(order).to.deep.equal(['one', 'many'])
  })

  it('says so when it has not started yet', async () => {
    expect(words(await start().evaluate([holds], example, 0))).to.deep.equal(['late: was asked while the evaluator was starting'])
  })

  it('answers what is open when it is closed', async () => {
    const closing = start(hanging)
    await closing.evaluate([holds], example, patientMs)
    const open = closing.evaluate([hangs], example, patientMs)
    await closing.close()
    expect(words(await open)).to.deep.equal(['late: was not reached within N ms, because others took the time'])
  })

  it('tries again, ever more slowly, when its thread cannot start', async () => {
    let spawned = 0
    const broken: SpawnPolicyWorker = (begin) => {
      spawned += 1
      return spawned === 1 ? new Worker('throw new Error("broken")', { eval: true }) : hanging(begin)
    }
    const recovering = start(broken)
    expect(words(await recovering.evaluate([holds], example, patientMs))).to.deep.equal(['true'])
    expect(recovering.replacements).to.equal(1)
  })
})
