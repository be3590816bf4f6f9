// The pool that docs/pools.md shows is right, and does what the page says.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { review, reviewService } from '../../../admission/review.ts'
import { nothingToSay } from '../../../admission/verdict.ts'
import type { World } from '../../../admission/world.ts'
import { formatAddress } from '../../../core/address.ts'
import { formatReleases, parseReleases } from '../../../core/release-record.ts'
import type { Fields } from '../../../core/shape.ts'
import { asking, holder, serviceWith } from '../../rules/table.ts'
import { namespaceOf, service } from '../core/objects.ts'
import { requestFor, worldOf } from './example.ts'

const text = readFileSync(new URL('../../../docs/pools.md', import.meta.url), 'utf8')
const documented = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => parse(yaml) as Fields)

function worldWith(released: string, inUse: readonly number[] = []): World {
  const services = inUse.map((octet) => holder(`shop/s${octet}`, `192.168.1.${octet}`))
  return worldOf(documented, { released: { lan: `${released}\n` }, services })
}

function given(key: string, world: World): string {
  const found = world.ipam().probe(service(key), namespaceOf('shop'))
  return found.ok ? found.value.addresses.map(formatAddress).join() : found.error.reason
}

describe('the pool in the documentation', () => {
  it('is right', () => {
    expect(documented).to.have.length(1)
    for (const pool of documented) expect(review(requestFor(pool), worldOf([])).problems).to.deep.equal(nothingToSay.problems)
  })

  it('is held as the page says, in these words', () => {
    const now = '2026-01-01T00:00:00Z'
    const world = worldWith(`${now} 192.168.1.240 shop/web`)
    expect(given('shop/web', world)).to.equal('192.168.1.240')
    expect(given('shop/other', world)).to.equal('192.168.1.241')
    const other = serviceWith(asking('192.168.1.240'))
    const named = { ...other, metadata: { ...(other['metadata'] as Fields), name: 'other' } }
    const { problems } = reviewService(requestFor(named), world)
    const [said] = problems.map(({ field, message, code }) => `${field}: ${message} [${code}]`)
    expect(text).to.include(said?.replace('2026-01-01T00:10:00Z', '2026-01-31T12:10:00Z'))
  })

  it('hands out last what was released last', () => {
    const inUse = [242, 243, 244, 245, 246, 247, 248, 249, 250]
    const record = '2025-12-31T12:00:00Z 192.168.1.241\n2025-12-31T12:00:01Z 192.168.1.240'
    expect(given('shop/other', worldWith(record, inUse))).to.equal('192.168.1.241')
    expect(given('shop/other', worldWith(record, inUse.slice(1)))).to.equal('192.168.1.242')
  })

  it('is written down in lines as shown', () => {
    const [line = ''] = /^\S+Z 192\.168\.1\.240 shop\/web$/m.exec(text) ?? []
    const releases = parseReleases({ lan: line }).map((release) => ({ ...release, pool: 'lan' }))
    expect(formatReleases(releases)).to.deep.equal({ lan: `${line}\n` })
  })
})
