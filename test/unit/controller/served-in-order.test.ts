import { expect } from 'chai'
import fc from 'fast-check'
import type { Service } from '../../../core/objects.ts'
import { policyObject, poolObject } from '../core/objects.ts'
import { sorted } from './history/naive-addresses.ts'
import { isOurs, keyOf, Rules, shownOf, type World } from './history/naive-rules.ts'
import { Stage } from './history/stage.ts'
import { perform, type Step, someKey, somePools, someWish } from './history/steps.ts'

const judge = { sent: () => undefined }

/** What makes room, without moving anybody. */
const relief: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: someKey.map((key): Step => ({ verb: 'remove', key })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(['n1', '10.7.0.1/32'], ['n2', '10.8.0.1-10.8.0.2', 'fd08::1/128'], ['n3', 'fd07::/127'])
      .map(([name = '', ...addresses]): Step => ({ verb: 'pools', pools: [poolObject(name, { addresses })], names: [name] })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ verb: 'policies', policies: [] }) },
)
const quota = fc.constantFrom([], [policyObject('few', { quota: { addresses: { ipv4: 2, ipv6: 1 } } })])
const wishes = fc.array(
  someWish.map((wish): Step => ({ verb: 'put', ...wish })),
  { maxLength: 30, size: 'max' },
)

/** Oldest first: by creation time, then by UID. */
function byAge(a: Service, b: Service): number {
  const age = ({ metadata }: Service): string => `${metadata.creationTimestamp} ${metadata.uid}`
  return age(a) < age(b) ? -1 : 1
}

/** What everybody has when the oldest whom anything can be given gets it, then the oldest of the others, and so on. */
function servedInOrder(world: World): Readonly<Record<string, string>> {
  const rules = new Rules(world)
  const held = new Map(world.services.map((service) => [keyOf(service), shownOf(service)]))
  const line = world.services.filter((service) => isOurs(service) && service.metadata.deletionTimestamp === undefined).toSorted(byAge)
  const better = (service: Service): readonly string[] | undefined => {
    const now = held.get(keyOf(service)) ?? []
    const verdict = now.length === 0 ? rules.find(service) : rules.findMore(service, now)
    return verdict !== undefined && 'addresses' in verdict ? sorted(verdict.addresses) : undefined
  }
  for (;;) {
    const next = line.find((service) => better(service) !== undefined)
    const addresses = next === undefined ? undefined : better(next)
    if (next === undefined || addresses === undefined) break
    held.set(keyOf(next), addresses)
    rules.add(next, addresses)
  }
  return Object.fromEntries([...held].map(([key, addresses]) => [key, addresses.join(' ')]))
}

describe('When an address becomes free', () => {
  it('it goes to the oldest who can use it, and what is left to the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        somePools,
        quota,
        wishes,
        fc.array(relief, { minLength: 1, maxLength: 6 }),
        async (pools, policies, steps, reliefs) => {
          const stage = new Stage(judge)
          for (const name of ['shop', 'bank', 'lab']) stage.putNamespace(name, {})
          stage.putPolicies(policies)
          await stage.begin()
          for (const step of [pools, ...steps]) await perform(stage, step)
          await stage.rest()
          for (const step of reliefs) {
            await perform(stage, step)
            const expected = servedInOrder(stage.world)
            const story = stage.story.length
            await stage.rest()
            const shown = Object.fromEntries(stage.world.services.map((service) => [keyOf(service), shownOf(service).join(' ')]))
            expect(shown, [...stage.story.slice(0, story), '...'].join('\n')).to.deep.equal(expected)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
