import { expect } from 'chai'
import fc from 'fast-check'
import { Invariants } from './history/invariants.ts'
import { Stage } from './history/stage.ts'
import { perform, type Step, someSteps } from './history/steps.ts'

/** Of all histories together: `HISTORY_STEPS=5000000` for a long run. */
const fewestSteps = Number(process.env['HISTORY_STEPS'] ?? 100_000)
/** The same histories each time; `HISTORY_SEED` plays others, and the seed of a failure plays it again. */
const seed = Number(process.env['HISTORY_SEED'] ?? 1)
const longest = 80

/** @returns how many steps it took, coming to rest included */
async function play(history: readonly Step[]): Promise<number> {
  const invariants = new Invariants()
  const stage = new Stage(invariants)
  stage.putNamespace('shop', {})
  stage.putNamespace('bank', { tier: 'gold' })
  stage.putNamespace('lab', {}, 'p1')
  try {
    await stage.begin()
    for (const step of [...history, { verb: 'rest' } as const]) {
      await perform(stage, step)
      if (step.verb === 'rest') invariants.atRest(stage)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${reason}\n  ${stage.story.join('\n  ')}\n`, { cause: error })
  }
  return stage.steps
}

describe('The controller, whatever happens to it,', () => {
  it(`gives nobody what another has, takes nobody what he may keep, and comes to rest with every Service right (seed ${seed})`, async () => {
    let steps = 0
    await fc.assert(
      fc.asyncProperty(someSteps(longest), async (history) => {
        steps += await play(history)
      }),
      { numRuns: Math.ceil(fewestSteps / 45), seed },
    )
    expect(steps).to.be.at.least(fewestSteps)
  }).timeout(3_600_000)
})
