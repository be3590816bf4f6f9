// The objects that docs/allocation.md shows are right, and get what it says.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parseDocument } from 'yaml'
import type { Service } from '../../../core/objects.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { Cluster } from './cluster.ts'

const text = readFileSync(new URL('../../../docs/allocation.md', import.meta.url), 'utf8')
const written = [...text.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, yaml = '']) => yaml.split('---\n'))

/** As the API server stores it. */
function stored(yaml: string, second: number): Service {
  const service = parseDocument(yaml).toJS() as Service
  const creationTimestamp = `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`
  const ports = (service.spec?.ports ?? []).map((port) => ({ protocol: 'TCP', ...port }))
  return {
    ...service,
    metadata: { ...service.metadata, uid: `uid-${second}`, creationTimestamp },
    spec: { externalTrafficPolicy: 'Cluster', ipFamilyPolicy: 'SingleStack', ...service.spec, ports },
  }
}

describe('The Services in the documentation of allocation', () => {
  it('get what it says, one after another', () => {
    const pools = written.filter((yaml) => yaml.includes('kind: IPAddressPool')).map((yaml) => parseDocument(yaml).toJS() as IPAddressPool)
    const cluster = new Cluster(pools)
    cluster.reconfigure()
    const services = written.filter((yaml) => yaml.includes('kind: Service'))
    expect([pools.length, services.length]).to.deep.equal([3, 7])
    for (const [second, yaml] of services.entries()) {
      const service = stored(yaml, second)
      cluster.put(service)
      const said = /# gets (.*)/.exec(yaml)?.[1]
      expect(cluster.held(`${service.metadata.namespace}/${service.metadata.name}`), yaml).to.equal(said)
    }
  })
})
