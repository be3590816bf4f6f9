// The policies that docs/policies.md shows are right, and do what it says.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { judgeHere, withPolicies } from '../../../admission/policy/judge.ts'
import { review, reviewService } from '../../../admission/review.ts'
import { nothingToSay, type Verdict, warningText } from '../../../admission/verdict.ts'
import type { World } from '../../../admission/world.ts'
import type { Fields } from '../../../core/shape.ts'
import { holder, named, serviceWith } from '../../rules/table.ts'
import { poolObject } from '../core/objects.ts'
import { requestFor, worldOf } from './example.ts'

const text = readFileSync(new URL('../../../docs/policies.md', import.meta.url), 'utf8')
const documented = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => parse(yaml) as Fields)
const pools = ['lan', 'spare'].map((name, index) => poolObject(name, { addresses: [`10.0.${index}.0/24`] })) as unknown as readonly Fields[]

function worldWith(policy: number, services = 0): World {
  return worldOf(pools, {
    namespaces: { prod: {}, shop: { labels: { team: 'a', tenant: 'true' } } },
    services: Array.from({ length: services }, (_, index) => holder(`shop/s${index}`, `10.0.0.${index}`)),
    policies: documented.slice(policy, policy + 1),
  })
}

function said(object: Fields, namespace: string, world: World): string {
  const placed = { ...object, metadata: { ...(object['metadata'] as Fields), namespace } }
  const request = requestFor(placed)
  const verdict: Verdict = withPolicies(reviewService(request, world), judgeHere(request, world))
  return [...verdict.problems.map(warningText), ...verdict.warnings.map((warning) => `Warning: ${warning}`)].join('\n')
}

describe('the policies in the documentation', () => {
  it('are right', () => {
    expect(documented).to.have.length(4)
    for (const policy of documented) {
      const { warnings: _, ...verdict } = review(requestFor(policy), worldOf(pools))
      expect({ ...verdict, warnings: [] }).to.deep.equal(nothingToSay)
    }
  })

  const cases: Readonly<Record<string, readonly [object: Fields, namespace: string, world: World, said: string]>> = {
    'want a named pool in prod': [
      serviceWith(),
      'prod',
      worldWith(1),
      'spec: name a pool in metallb.io/address-pool: lan or spare (AllocationPolicy "prod", validation "named-pool") [PolicyViolated]',
    ],
    'are content with one': [serviceWith(named('lan')), 'prod', worldWith(1), ''],
    'count addresses': [
      serviceWith(),
      'shop',
      worldWith(2, 4),
      'spec.type: namespace "shop" has 4 IPv4 addresses, and AllocationPolicy "teams" allows it 4; delete a Service that holds one, let two share one (metallb.io/allow-shared-ip), or raise the quota [QuotaExceeded]',
    ],
    'warn of a port': [
      serviceWith({}, { spec: { ports: [{ port: 22 }] } }),
      'shop',
      worldWith(3),
      'Warning: spec: only ports 80 and 443 are open to the outside; ask the network team for others (AllocationPolicy "ports", validation "open-ports") [PolicyViolated]',
    ],
  }
  for (const [name, [object, namespace, world, expected]] of Object.entries(cases)) {
    it(name, () => {
      expect(said(object, namespace, world)).to.equal(expected)
      if (expected !== '') expect(text).to.contain(expected.replace(/^Warning: /, ''))
    })
  }
})
