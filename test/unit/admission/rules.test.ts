// Every table of test/rules, run through the reviews of both calls.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { guard } from '../../../admission/guard/guard.ts'
import { judgeHere, withPolicies } from '../../../admission/policy/judge.ts'
import type { AdmissionRequest } from '../../../admission/request.ts'
import { review, reviewService } from '../../../admission/review.ts'
import { asWarnings, type Verdict } from '../../../admission/verdict.ts'
import type { World } from '../../../admission/world.ts'
import { problemCodes } from '../../../core/problem.ts'
import type { Fields } from '../../../core/shape.ts'
import type { RuleCase, RuleTable } from '../../rules/table.ts'
import { poolObject } from '../core/objects.ts'
import { deletionOf, requestFor, worldOf } from './example.ts'

const folder = new URL('../../rules/', import.meta.url)
const files = readdirSync(folder).filter((file) => file !== 'table.ts')
const tables = await Promise.all(
  files.map(async (file) => {
    const { table } = (await import(new URL(file, folder).href)) as { readonly table: RuleTable }
    return { file, table }
  }),
)

function judge(request: AdmissionRequest, world: World): Verdict {
  if (request.kind === 'Service') return withPolicies(reviewService(request, world), judgeHere(request, world))
  const [verdict, cost] = [review(request, world), guard(request, world)]
  return { ...verdict, problems: [...verdict.problems, ...cost.problems], warnings: [...verdict.warnings, ...cost.warnings] }
}

interface Said {
  readonly refused?: string
  readonly warned?: string
}

function saidOf({ pools = {}, defaultPool, annotated = {}, object, old, ...surroundings }: RuleCase, code: string): Said {
  const stored = Object.entries(pools).map(([name, spec]) =>
    poolObject(name, typeof spec === 'string' ? { addresses: spec.split(' ') } : spec, {
      annotations: { ...annotated[name], ...(name === defaultPool ? { 'metallb.io/is-default-pool': 'true' } : {}) },
    }),
  )
  const request = object === undefined ? deletionOf(old ?? {}) : requestFor(object, old)
  const world = worldOf(stored as unknown as readonly Fields[], surroundings)
  const verdict = judge(request, world)
  const mark = ` [${code}]`
  const underCode = (texts: readonly string[]): string =>
    texts.flatMap((text) => (text.endsWith(mark) ? [text.slice(0, -mark.length)] : [])).join('\n')
  const refused = underCode(asWarnings({ ...verdict, warnings: [] }).warnings)
  const warned = underCode(verdict.warnings)
  return { ...(refused === '' ? {} : { refused }), ...(warned === '' ? {} : { warned }) }
}

describe('the codes', () => {
  it('have a table each, from which docs/errors.md has its example', () => {
    const shown = tables.filter(({ table }) =>
      Object.values(table.cases).some(({ refused, warned }) => refused !== undefined || warned !== undefined),
    )
    // The probe asks whether the API server reaches the webhook: no user sees its answer.
    const codes = Object.keys(problemCodes).filter((code) => code !== 'WebhookProbe')
    expect(shown.map(({ table }) => table.code)).to.have.members(codes)
  })

  it('are all shown by kubectl in the tests of real clusters', () => {
    const golden = new URL('../../cluster/golden/', import.meta.url)
    const texts = readdirSync(golden).map((file) => readFileSync(new URL(file, golden), 'utf8'))
    const unseen = Object.keys(problemCodes).filter((code) => !texts.some((text) => text.includes(`[${code}]`)))
    // kubectl finds unknown fields before it asks; in a cluster with both families every Service can have both.
    expect(unseen).to.have.members(['WebhookProbe', 'UnknownField', 'DualStackImpossible'])
  })
})

describe('the rule', () => {
  for (const { file, table } of tables) {
    describe(table.code, () => {
      it('has its name', () => {
        expect(file).to.equal(`${table.code.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase()}.ts`)
      })
      for (const [name, ruleCase] of Object.entries(table.cases)) {
        const { refused, warned } = ruleCase
        const wanted = { ...(refused === undefined ? {} : { refused }), ...(warned === undefined ? {} : { warned }) }
        it(name, () => expect(saidOf(ruleCase, table.code)).to.deep.equal(wanted))
      }
    })
  }
})
