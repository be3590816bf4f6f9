import { expect } from 'chai'
import fc from 'fast-check'
import { systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { Admission } from '../../../webhook/io/admission.ts'
import { metrics, scrapeCacheAges } from '../../../webhook/io/metrics.ts'
import type { Call } from '../../../webhook/probe.ts'
import { evaluator, ownNamespace, pool, stored, worldOf } from '../admission/example.ts'

type Fields = Readonly<Record<string, unknown>>

const world = worldOf([stored('first', ['192.168.1.0/24'], 1)])

describe("the webhook's metrics", () => {
  let isConfirmed: boolean
  let log: Fields[]
  const admission = new Admission({
    worlds: {
      cached: () => world,
      confirmed: () => (isConfirmed ? Promise.resolve(world) : Promise.reject(new Error('away'))),
      confirmedIn: () => Promise.resolve(world),
    },
    evaluator,
    metrics,
    clock: systemClock,
    log: createLogger({ component: 'webhook', level: 'info', destination: { write: (line) => log.push(JSON.parse(line) as Fields) } }),
  })

  beforeEach(() => {
    isConfirmed = true
    log = []
    metrics.registry.resetMetrics()
  })

  function ask(call: Call, object: Fields, changes: Fields = {}): Promise<{ readonly body: string }> {
    const [group, version] = String(object['apiVersion']).split('/')
    const kind = { group, version, kind: object['kind'] }
    const { name } = object['metadata'] as { readonly name: string }
    const request = {
      uid: 'u',
      kind,
      name,
      namespace: ownNamespace,
      operation: 'CREATE',
      userInfo: { username: 'alice' },
      object,
      ...changes,
    }
    return admission.answer(call, JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }))
  }

  /** Series with a value, without their `metallb_admission_`. */
  async function series(name: string): Promise<readonly string[]> {
    const text = await metrics.registry.getSingleMetricAsString(`metallb_admission_${name}`)
    return text.split('\n').flatMap((line) => (line.startsWith('#') || line.endsWith(' 0') ? [] : [line.replace('metallb_admission_', '')]))
  }

  it('count what was allowed, and what was refused by its first code', async () => {
    await ask('validating', pool('second', { addresses: ['10.0.0.0/24'] }))
    await ask('validating', pool('third', { addresses: ['192.168.1.7/32', '10.0.0.9-10.0.0.1'] }), { dryRun: true })
    expect(await series('requests_total')).to.deep.equal([
      'requests_total{kind="IPAddressPool",operation="CREATE",allowed="true",code=""} 1',
      'requests_total{kind="IPAddressPool",operation="CREATE",allowed="false",code="RangeReversed"} 1',
    ])
    expect(log).to.have.length(1)
    expect(log[0]).to.include({
      event: 'admissionRefused',
      kind: 'IPAddressPool',
      namespace: ownNamespace,
      name: 'third',
      user: 'alice',
      dryRun: true,
    })
    expect(log[0]?.['codes']).to.deep.equal(['RangeReversed', 'PoolOverlap'])
  })

  it('count what could not be judged', async () => {
    isConfirmed = false
    await ask('mutating', pool('second', { addresses: ['10.0.0.0/24'] }))
    expect(await series('requests_total')).to.deep.equal([
      'requests_total{kind="IPAddressPool",operation="CREATE",allowed="false",code="NotJudged"} 1',
    ])
    expect(log.map(({ event }) => event)).to.deep.equal(['confirmationFailed'])
  })

  it('count a warning once, although both calls find it', async () => {
    for (const call of ['mutating', 'validating'] as const) await ask(call, pool('second', { addresses: ['10.0.0.5/24'] }))
    expect((await series('warnings_total')).filter((line) => line.includes('RangeHostBits'))).to.have.length(1)
    expect((await series('warnings_total')).every((line) => line.endsWith(' 1'))).to.equal(true)
  })

  it('get no series from what a stranger sends', async () => {
    const text = fc.string({ maxLength: 20 })
    const apiVersion = fc.tuple(text, text).map((parts) => parts.join('/'))
    const operation = fc.oneof(text, fc.constantFrom('CREATE', 'DELETE', 'CONNECT'))
    const stranger = fc.record({ apiVersion, kind: text, name: text, operation })
    await ask('validating', { apiVersion: 'v1/v1', kind: 'Widget', metadata: { name: 'a' } })
    await fc.assert(
      fc.asyncProperty(stranger, async ({ name, ...sent }) => {
        const { kind, operation: asked } = sent
        await ask(
          'validating',
          { apiVersion: sent.apiVersion, kind, metadata: { name } },
          { operation: asked, userInfo: { username: name } },
        )
        await admission.answer('mutating', `${kind}${name}`)
        expect(await series('requests_total')).to.deep.equal([])
        expect(await series('warnings_total')).to.deep.equal([])
      }),
    )
    expect(new Set((await series('errors_total')).map((line) => line.replace(/ \d+$/, '')))).to.deep.equal(
      new Set(['errors_total{status="400"}', 'errors_total{status="404"}']),
    )
  })

  it('count what only a later version knows, which is let through with a warning', async () => {
    const later = { apiVersion: 'metallb.io/v2', kind: 'Wonder', metadata: { name: 'first' } }
    expect((await ask('mutating', later)).body).to.match(/"allowed":true\}/)
    expect((await ask('validating', later)).body).to.match(
      /"allowed":true,"warnings":\["this version of MetalLB's webhook does not know metallb.io\/v2 Wonder: only its schema was checked"\]/,
    )
    expect(await series('requests_total')).to.deep.equal(['requests_total{kind="other",operation="CREATE",allowed="true",code=""} 2'])
  })

  it('tell the age of each cache that has been filled', async () => {
    scrapeCacheAges(() => ({ pools: 1.5, nodes: Number.POSITIVE_INFINITY }))
    expect(await series('cache_age_seconds')).to.deep.equal(['cache_age_seconds{cache="pools"} 1.5'])
  })
})
