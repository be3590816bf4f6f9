// The Services that docs/services.md shows are let pass, and get what it says.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { reviewService } from '../../../admission/review.ts'
import { annotations } from '../../../core/annotations.ts'
import type { Service } from '../../../core/objects.ts'
import type { Fields } from '../../../core/shape.ts'
import type { IPAddressPoolSpec } from '../../../schemas/generated/types.ts'
import { Cluster } from '../controller/cluster.ts'
import { poolObject, serviceObject } from '../core/objects.ts'
import { requestFor, worldOf } from './example.ts'

const text = readFileSync(new URL('../../../docs/services.md', import.meta.url), 'utf8')
const documents = [...text.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, yaml = '']) => yaml.split('---\n'))
const clusterIPs: Readonly<Record<string, string>> = { IPv4: '10.96.0.1', IPv6: 'fd96::1' }

interface Documented {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Fields & { readonly ipFamilies?: readonly string[] }
}

const objects = documents.map((yaml) => ({
  object: parse(yaml) as Documented,
  gets: /^# gets ([0-9a-f.: ]+)/m.exec(yaml)?.[1]?.trim(),
}))
const pools = objects
  .filter(({ object }) => object.kind === 'IPAddressPool')
  .map(({ object }) => poolObject(object.metadata.name, object.spec as Partial<IPAddressPoolSpec>))

function stored({ metadata: { name, annotations: written = {} }, spec }: Documented): Service {
  const families = spec.ipFamilies ?? ['IPv4']
  return serviceObject(`default/${name}`, { annotations: written, clusterIPs: families.map((family) => clusterIPs[family] ?? ''), spec })
}

describe('the page on Services', () => {
  const cluster = new Cluster(pools)
  cluster.reconfigure()
  for (const { object, gets } of objects.filter(({ object: { kind } }) => kind === 'Service')) {
    it(`shows what ${object.metadata.name} gets`, () => {
      const world = worldOf(pools as unknown as readonly Fields[], { services: [...cluster.services.values()] })
      const service = stored(object)
      expect(reviewService(requestFor(service as unknown as Fields), world).problems).to.deep.equal([])
      cluster.put(service)
      expect(cluster.held(`default/${object.metadata.name}`)).to.equal(gets)
    })
  }

  it('quotes an Event as it is', () => {
    const quoted = /IPAllocated {2}(Assigned IP .*)$/m.exec(text)?.[1] ?? 'nothing'
    expect(cluster.events.some((event) => event.endsWith(quoted))).to.equal(true)
  })

  it('names every annotation of a Service', () => {
    const { addressPool, addressPoolSource, loadBalancerIPs, addressCount, hostPart, allowSharedIP, allocatedFromPool } = annotations
    for (const name of [addressPool, addressPoolSource, loadBalancerIPs, addressCount, hostPart, allowSharedIP, allocatedFromPool])
      expect(text).to.include(`| \`${name}\` |`)
  })
})
