import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { evaluateExpression } from '../../../../admission/cel/evaluate.ts'
import { compileExpression } from '../../../../admission/cel/expression.ts'
import { example } from './example.ts'

/** The value, `error: …`, or `line:column: …` of what does not compile. */
function outcome(source: string, expects: 'bool' | 'string' = 'bool'): boolean | string {
  const compiled = compileExpression(source, expects)
  if (!compiled.ok) return compiled.error.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n')
  const result = evaluateExpression(compiled.value, example)
  return result.ok ? result.value : `error: ${result.error}`
}

const holds = [
  'object.spec.ports.all(p, p.port > 5)',
  'oldObject == null',
  'oldObject == null || oldObject.spec.type == object.spec.type',
  'request.operation == "CREATE" ? oldObject == null : true',
  '"app" in object.metadata.labels && object.metadata.labels.app == "web"',
  'object.metadata.labels["app.kubernetes.io/name"] == "web"',
  '!has(object.spec.loadBalancerIP) || isIP(object.spec.loadBalancerIP)',
  'object.spec.ports.exists(p, p.targetPort == "http") && object.spec.ports.exists(p, p.targetPort == 8443)',
  'type(object.spec.ports[0].targetPort) == string && type(object.spec.ports[1].targetPort) == int',
  'object.spec.ports.map(p, p.port).sum() == 523',
  'object.spec.ports.filter(p, p.port > 100).size() == 1',
  'object.spec.loadBalancerSourceRanges.all(r, isCIDR(r))',
  'cidr("10.0.0.0/7").containsCIDR(object.spec.loadBalancerSourceRanges[0])',
  'object.spec.?loadBalancerIP.orValue("none") == "none"',
  'object.spec.?loadBalancerIP.optMap(a, a + "/32").orValue("none") == "none"',
  'pools.exists(p, p.name == "public" && p.ipv4.available > 5)',
  'pools.all(p, p.addresses.all(a, cidr(a).masked() == cidr(a)))',
  '"developers" in request.userInfo.groups',
  'usage.ipv4 + size(object.spec.ports) <= 5',
  'namespaceObject.metadata.labels.team in ["a", "b"]',
  'cel.bind(spec, object.spec, spec.type == "LoadBalancer" && spec.ports.size() == 2)',
  'type(ip("::1")) == net.IP && ip.isCanonical("::1")',
  '"%s has %d ports".format([object.metadata.name, object.spec.ports.size()]) == "web has 2 ports"',
  'has(object.spec.ports[0].name) && !has(object.spec.ports[0].appProtocol)',
  'has(pools.filter(p, p.name == "public")[0].labels.tier)',
  '!has({}.a) && has({"a": 1}.a)',
  'object.spec.ports.all(i, p, p.port > i)',
  'object.metadata.labels.exists(k, v, k == "app" && v == "web")',
  'object.metadata.labels.transformMap(k, v, k.startsWith("app"), v + "!").app == "web!"',
  'object.spec.ports.transformList(i, p, "%d:%d".format([i, p.port])) == ["0:80", "1:443"]',
  '[].all(e, e > 0)',
]

const refused: Readonly<Record<string, string>> = {
  'object.spec.prts.size() > 0': '1:13: ServiceSpec has no field "prts"; did you mean "ports"?',
  'object.spec.type == "LoadBalancer" &&\n  object.spec.ports.all(p, p.prot == "TCP")':
    '2:30: ServicePort has no field "prot"; it has: name, protocol, appProtocol, port, targetPort, nodePort',
  'has(object.spec.ports[0].nam)': '1:26: ServicePort has no field "nam"; did you mean "name"?',
  'has(object)': '1:5: has() takes a field, as in has(object.spec.ports)',
  'object.spec.ports.exists(i, p, p.prt == i)': '1:34: ServicePort has no field "prt"; did you mean "port"?',
  'obect.spec == null': '1:1: there is no variable "obect"; did you mean "object"?',
  'object.metadata.name': '1:1: it gives a string, and a bool is needed',
  'object.metadata.name.lowerASCII() == "web"': '1:1: there is no function string.lowerASCII(); did you mean "lowerAscii"?',
  'object.spec.ports.size() == "2"': '1:1: no such overload: int == string: the types do not fit together',
  'object.metadata.name.matches("(a")': '1:30: the pattern is not RE2: missing closing ): `(a`',
  'object.metadata.name.matches("(?=a)")': '1:30: the pattern is not RE2: invalid or unsupported Perl syntax: `(?=`',
  'cidr("10.0.0.0/08").prefixLength() == 8': '1:6: cidr(): "10.0.0.0/08" is no CIDR: the prefix length "08" has a leading zero (write "8")',
  'ip("::ffff:1.2.3.4").family() == 6':
    '1:4: ip(): "::ffff:1.2.3.4" is no IP address: it is an IPv4 address dressed as IPv6 (write "1.2.3.4")',
  '"abc': '1:1: unterminated string',
  '1 +': '1:4: unexpected token: the end',
  '': '1:1: unexpected token: the end',
}

/** The examples of docs/cel.md, by the comment above each. */
const documented = readFileSync(new URL('../../../../docs/cel.md', import.meta.url), 'utf8')
  .split('```cel\n')[1]
  ?.split('```')[0]
  ?.split('\n\n')
  .map((text) => [text.split('\n')[0] ?? '', text] as const)

describe('an expression of a policy', () => {
  for (const source of holds) it(`holds: ${source}`, () => expect(outcome(source)).to.equal(true))
  for (const [source, fault] of Object.entries(refused)) it(`is refused: ${source}`, () => expect(outcome(source)).to.equal(fault))

  for (const [title, source] of documented ?? []) {
    it(`is documented: ${title}`, () => expect(outcome(source, title.includes('message') ? 'string' : 'bool')).to.not.match(/^\d+:|^error/))
  }

  it('may give a message', () => expect(outcome('"not " + object.metadata.name', 'string')).to.equal('not web'))

  it('fails with the place when a field is absent', () => {
    expect(outcome('object.spec.loadBalancerIP == "x"')).to.equal(
      'error: there is no field "loadBalancerIP" (ask with has() first) (line 1, column 13)',
    )
  })
})
