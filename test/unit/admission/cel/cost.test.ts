import { expect } from 'chai'
import { compileExpression } from '../../../../admission/cel/expression.ts'
import { Budget } from '../../../../admission/cel/failure.ts'
import { fromJson } from '../../../../admission/cel/values.ts'

const many = <T>(length: number, make: (index: number) => T): readonly T[] => Array.from({ length }, (_, index) => make(index))
const text = (length: number, index: number): string => `${index}`.padStart(length, 'a')

/** As large as the estimate takes them to be. */
const largest: Readonly<Record<string, unknown>> = {
  object: {
    metadata: {
      name: text(63, 1),
      labels: Object.fromEntries(many(32, (index) => [text(128, index), text(256, index)])),
      annotations: Object.fromEntries(many(64, (index) => [text(128, index), text(256, index)])),
    },
    spec: {
      ports: many(100, (index) => ({ name: text(63, index), port: index, targetPort: text(32, index), protocol: 'SCTP' })),
      loadBalancerSourceRanges: many(64, (index) => `10.${index}.0.0/16`),
    },
  },
  pools: many(250, (index) => ({
    name: text(63, index),
    labels: Object.fromEntries(many(32, (label) => [text(128, label), text(256, label)])),
    addresses: many(4, (item) => `10.${index}.${item}.0/24`),
    ipv4: { total: 1, used: 1, available: 1 },
  })),
  usage: { ipv4: 1, ipv6: 1 },
}

const expressions = [
  'object.spec.ports.all(p, object.spec.ports.exists_one(q, q.name == p.name))',
  'pools.all(p, p.ipv4.available >= 0)',
  'pools.all(p, p.addresses.all(a, cidr(a).masked() == cidr(a)))',
  'pools.all(p, p.name.matches("^a+[0-9]+$"))',
  'pools.map(p, p.name).join(",").size() > 0',
  'pools.map(p, p.labels).size() > 0',
  'object.metadata.labels.all(k, object.metadata.labels[k].matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))',
  'object.metadata.name.split("").all(c, c.matches("[a-z0-9]"))',
  'object.spec.loadBalancerSourceRanges.all(r, ["10.0.0.0/8", "fd00::/8"].exists(c, cidr(c).containsCIDR(r)))',
  'sets.equivalent(object.spec.loadBalancerSourceRanges, object.spec.loadBalancerSourceRanges)',
  'object.spec.ports.map(p, p.name).distinct().size() == 100',
  'object.spec.ports.map(p, p.name).sort() == object.spec.ports.map(p, p.name)',
  'object.spec.ports.map(p, p.name).isSorted()',
  'object.metadata.name.replace("a", object.metadata.name).size() > 0',
  'object.metadata.annotations == object.metadata.annotations',
  'object == object',
  'object.metadata.name.findAll("a|a*b").size() > 0',
  '"%s".format([object.metadata.annotations]).size() > 0',
  '[object.spec.ports, object.spec.ports].flatten().size() == 200',
  'object.metadata.name in object.spec.ports.map(p, p.name)',
  'cel.bind(names, object.spec.ports.map(p, p.name + p.name), names + names == names)',
  'lists.range(100).all(a, lists.range(100).all(b, a + b >= 0))',
  '{"a": object.spec.ports, "b": object.spec.ports}.all(k, k.size() == 1)',
]

describe('the estimated cost', () => {
  for (const source of expressions) {
    it(`is not exceeded by ${source}`, () => {
      const compiled = compileExpression(source, 'bool')
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
      const budget = new Budget(1e9)
      try {
        compiled.value.step({ variable: (name) => fromJson(largest[name]), locals: [], budget, at: 0 })
      } finally {
        expect(1e9 - budget.left).to.be.at.most(compiled.value.cost)
      }
    })
  }
})
