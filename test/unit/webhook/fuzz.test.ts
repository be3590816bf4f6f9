// AdmissionReviews as nobody writes them by hand: every right and wrong object that the tests know, in the worlds that they know, changed at random places.
import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import type { World } from '../../../admission/world.ts'
import type { Fields } from '../../../core/shape.ts'
import { systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { Admission } from '../../../webhook/io/admission.ts'
import { metrics } from '../../../webhook/io/metrics.ts'
import { corpus } from '../../corpus/corpus.ts'
import type { RuleTable } from '../../rules/table.ts'
import { deletionOf, evaluator, requestFor, reviewTextOf, stored, worldOf } from '../admission/example.ts'
import { poolObject } from '../core/objects.ts'

/** Reviews per run; a run elsewhere may take more or fewer. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 100_000)

interface Seed {
  readonly text: string
  readonly world: World
}

const folder = new URL('../../rules/', import.meta.url)
const tables = await Promise.all(
  readdirSync(folder)
    .filter((file) => file !== 'table.ts')
    .map(async (file) => ((await import(new URL(file, folder).href)) as { readonly table: RuleTable }).table),
)

const ofRules = tables.flatMap(({ cases }) =>
  Object.values(cases).map(({ pools = {}, annotated = {}, object, old, ...surroundings }): Seed => {
    const objects = Object.entries(pools).map(([name, spec]) =>
      poolObject(name, typeof spec === 'string' ? { addresses: spec.split(' ') } : spec, { annotations: annotated[name] ?? {} }),
    )
    const request = object === undefined ? deletionOf(old ?? {}) : requestFor(object, old)
    return { text: reviewTextOf(request), world: worldOf(objects as unknown as readonly Fields[], surroundings) }
  }),
)
const plain = worldOf([stored('lan', ['192.168.1.0/24', 'fd00::/64'], 1)])
const ofCorpus = Object.values(corpus).map(({ object, before }): Seed => {
  return { text: reviewTextOf(requestFor(object as unknown as Fields, before as unknown as Fields)), world: plain }
})
const seeds = [...ofRules, ...ofCorpus]

/** What parsers stumble over. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  '0',
  'a'.repeat(5000),
  '\u0000\ud800',
  '__proto__',
  'constructor',
  '010.1.1.1',
  '::ffff:1.2.3.4/128',
  '0.0.0.0-255.255.255.255',
  '::/0',
  '10.0.0.1-10.0.0.1-10.0.0.1',
  '1.2.3.4,1.2.3.4,1.2.3.4',
  '((((a+)+)+)+)$',
  [],
  {},
  [null],
  { '': '' },
  Array.from({ length: 2000 }, () => '10.0.0.0/24'),
  Array.from({ length: 60 }).reduce<unknown>((inner) => [inner], 1),
  Array.from({ length: 60 }).reduce<unknown>((inner) => ({ matchLabels: inner }), 1),
]

type Change =
  | { readonly verb: 'replace'; readonly at: number; readonly by: unknown }
  | { readonly verb: 'remove'; readonly at: number }
  | { readonly verb: 'rename'; readonly at: number; readonly to: string }
  | { readonly verb: 'swap'; readonly at: number; readonly with: number }

const place = fc.nat(1_000_000)
const odd = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...oddities) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) })
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('replace' as const), at: place, by: odd }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('remove' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('rename' as const), at: place, to: fc.string({ maxLength: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('swap' as const), at: place, with: place }) },
)

/** Every container of the tree with each of its keys. */
function placesIn(root: unknown): readonly (readonly [Record<string, unknown>, string])[] {
  const found: (readonly [Record<string, unknown>, string])[] = []
  const open = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue
    for (const key of Object.keys(value)) {
      found.push([value as Record<string, unknown>, key])
      const inner = (value as Record<string, unknown>)[key]
      if (inner !== undefined && inner !== null) open.push(inner)
    }
  }
  return found
}

function apply(root: unknown, what: Change): void {
  const places = placesIn(root)
  const chosen = places[what.at % Math.max(1, places.length)]
  if (chosen === undefined) return
  const [owner, key] = chosen
  switch (what.verb) {
    case 'replace':
      owner[key] = structuredClone(what.by)
      break
    case 'remove':
      delete owner[key]
      break
    case 'rename': {
      // The length of a list is no place for a value.
      if (Array.isArray(owner)) return
      const value = owner[key]
      delete owner[key]
      Object.defineProperty(owner, what.to, { value, enumerable: true, configurable: true, writable: true })
      break
    }
    case 'swap': {
      const other = places[what.with % places.length]
      if (other === undefined) return
      // A text, so that nothing comes to hold itself; not by String, which an object that got a field "toString" does not bear.
      const value: unknown = other[0][other[1]]
      owner[key] = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    }
  }
}

describe('The webhook, asked for what nobody would write,', () => {
  it(`answers ${runs} changed AdmissionReviews, in both calls, each with an answer that can be read`, async function () {
    this.timeout(300_000)
    let world = plain
    let slowest = { tookMs: 0, text: '' }
    const admission = new Admission({
      worlds: {
        cached: () => world,
        confirmed: () => Promise.resolve(world),
        confirmedIn: () => Promise.resolve(world),
      },
      evaluator,
      metrics,
      clock: systemClock,
      log: createLogger({ component: 'webhook', level: 'none' }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('mutating' as const, 'validating' as const),
        async (seed, changes, call) => {
          const review: unknown = JSON.parse(seed.text)
          for (const what of changes) apply(review, what)
          world = seed.world
          const text = JSON.stringify(review)
          const before = performance.now()
          const { status, body } = await admission.answer(call, text)
          const tookMs = performance.now() - before
          if (tookMs > slowest.tookMs) slowest = { tookMs, text }
          expect(status, body).to.be.oneOf([200, 400, 404])
          const answer = JSON.parse(body) as { readonly kind: string; readonly response?: { readonly allowed: unknown } }
          expect(answer.kind).to.equal(status === 200 ? 'AdmissionReview' : 'Status')
          if (status === 200) expect(answer.response?.allowed).to.be.a('boolean')
        },
      ),
      { numRuns: runs },
    )
    if (this.test !== undefined) this.test.title += ` [slowest ${slowest.tookMs.toFixed(1)} ms]`
  })
})
