import { expect } from 'chai'
import { formatAddress } from '../../../core/address.ts'
import { compilePolicy } from '../../../core/config/policy.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import { quotaOf } from '../../../core/quota.ts'
import { describeRefusal, type Refusal } from '../../../core/refusal.ts'
import type { Result } from '../../../core/result.ts'
import type { AllocationPolicySpec } from '../../../schemas/generated/types.ts'
import { namespaceOf, policies, policyObject, pools, type ServiceOptions, service } from './objects.ts'

const dual = ['10.96.0.1', 'fd96::1']
const preferDual: ServiceOptions = { clusterIPs: dual, spec: { ipFamilyPolicy: 'PreferDualStack' } }
const shop = namespaceOf('shop')

function ipamOf(quotas: Readonly<Record<string, AllocationPolicySpec>>, addresses = '10.0.0.0/24 fd00::/120'): Ipam {
  return createIpam(pools({ lan: addresses }), { poolPriority: 'highest', reserved: [], policies: policies(quotas) })
}

const quota = (ipv4?: number, ipv6?: number): AllocationPolicySpec => ({
  quota: { addresses: { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) } },
})
const sharing = (key: string, port: number, more: ServiceOptions = {}): ServiceOptions => ({
  ...more,
  annotations: { ...more.annotations, 'metallb.io/allow-shared-ip': key },
  spec: { ...more.spec, ports: [{ port, protocol: 'TCP' }] },
})
const asking = (text: string): ServiceOptions => ({ annotations: { 'metallb.io/loadBalancerIPs': text } })

function outcome(result: Result<{ readonly addresses: readonly Parameters<typeof formatAddress>[0][] }, Refusal>): string {
  return result.ok ? result.value.addresses.map(formatAddress).join(' ') : describeRefusal(result.error)
}

function allocate(ipam: Ipam, key: string, options: ServiceOptions = {}): string {
  return outcome(ipam.allocate(service(key, options), namespaceOf(key.split('/')[0] ?? '')))
}

const full = (used: number, allowed: number, family = 'IPv4', policy = 'few', namespace = 'shop'): string =>
  `namespace "${namespace}" has ${used} ${family} ${used === 1 ? 'address' : 'addresses'}, and AllocationPolicy "${policy}" allows it ${allowed}`

describe('A quota', () => {
  it('lets each namespace have so many addresses, and no more', () => {
    const ipam = ipamOf({ few: quota(2) })
    expect(allocate(ipam, 'shop/a')).to.equal('10.0.0.0')
    expect(allocate(ipam, 'shop/b')).to.equal('10.0.0.1')
    expect(allocate(ipam, 'shop/c')).to.equal(full(2, 2))
    expect(allocate(ipam, 'bank/a')).to.equal('10.0.0.2')
    ipam.release(service('shop/a').key)
    expect(allocate(ipam, 'shop/c')).to.equal('10.0.0.0')
    expect(ipam.heldIn('shop')).to.deep.equal({ IPv4: 2, IPv6: 0 })
  })

  it('of nothing closes a namespace', () => {
    expect(allocate(ipamOf({ few: quota(0) }), 'shop/a')).to.equal(full(0, 0))
  })

  it('counts each family by itself', () => {
    const ipam = ipamOf({ few: quota(1, 2) })
    expect(allocate(ipam, 'shop/a', { clusterIPs: dual })).to.equal('10.0.0.0 fd00::')
    expect(allocate(ipam, 'shop/b', { clusterIPs: dual })).to.equal(full(1, 1))
    expect(allocate(ipam, 'shop/b', { clusterIPs: ['fd96::1'] })).to.equal('fd00::1')
    expect(allocate(ipam, 'shop/c', { clusterIPs: ['fd96::1'] })).to.equal(full(2, 2, 'IPv6'))
  })

  it('leaves who prefers two families one', () => {
    const ipam = ipamOf({ few: quota(1) })
    expect(allocate(ipam, 'shop/a')).to.equal('10.0.0.0')
    expect(allocate(ipam, 'shop/b', preferDual)).to.equal('fd00::')
    expect(outcome(ipam.extend(service('shop/b', preferDual), shop))).to.equal(full(1, 1))
    ipam.release(service('shop/a').key)
    expect(outcome(ipam.extend(service('shop/b', preferDual), shop))).to.equal('10.0.0.0 fd00::')
    expect(allocate(ipamOf({ few: quota(0, 0) }), 'shop/a', preferDual)).to.equal(full(0, 0))
  })

  it('counts a shared address once, and lets others of the namespace join it', () => {
    const ipam = ipamOf({ few: quota(1) })
    expect(allocate(ipam, 'shop/a', sharing('x', 80))).to.equal('10.0.0.0')
    expect(allocate(ipam, 'shop/b', sharing('x', 443))).to.equal('10.0.0.0')
    expect(allocate(ipam, 'shop/c', sharing('x', 443))).to.equal(full(1, 1))
    ipam.release(service('shop/a').key)
    expect(ipam.heldIn('shop').IPv4).to.equal(1)
    ipam.release(service('shop/b').key)
    expect(ipam.heldIn('shop').IPv4).to.equal(0)
  })

  it('counts an address that another namespace shares', () => {
    const ipam = ipamOf({ few: { namespaces: ['shop'], ...quota(1) } })
    expect(allocate(ipam, 'bank/a', sharing('x', 80))).to.equal('10.0.0.0')
    expect(allocate(ipam, 'shop/a')).to.equal('10.0.0.1')
    expect(allocate(ipam, 'shop/b', sharing('x', 443))).to.equal(full(1, 1))
  })

  it('is held against an address that a Service asks for, and against a pool that it names', () => {
    const ipam = ipamOf({ few: quota(1) })
    expect(allocate(ipam, 'shop/a', asking('10.0.0.9'))).to.equal('10.0.0.9')
    expect(allocate(ipam, 'shop/b', asking('10.0.0.10'))).to.equal(full(1, 1))
    expect(allocate(ipam, 'shop/b', { annotations: { 'metallb.io/address-pool': 'lan' } })).to.equal(full(1, 1))
    expect(allocate(ipam, 'shop/b', { annotations: { 'metallb.io/address-pool': 'wan' } })).to.contain('unknown pool')
    expect(allocate(ipam, 'shop/b', asking('10.0.0.9'))).to.contain('in use by Service shop/a')
  })

  it('takes nobody an address when it shrinks, and lets its holder exchange it', () => {
    const ipam = ipamOf({ few: quota(1) })
    for (const [name, text] of [
      ['a', '10.0.0.1'],
      ['b', '10.0.0.2'],
    ] as const) {
      const held = service(`shop/${name}`, { held: [text] })
      expect(outcome(ipam.claim(held, held.held, shop))).to.equal(text)
    }
    expect(allocate(ipam, 'shop/c')).to.equal(full(2, 1))
    const moving = service('shop/a', { ...asking('10.0.0.7'), held: ['10.0.0.1'] })
    expect(outcome(ipam.probe(moving, shop))).to.equal('10.0.0.7')
    ipam.vacate(moving.key)
    expect(outcome(ipam.allocate(moving, shop))).to.equal('10.0.0.7')
    expect(ipam.heldIn('shop').IPv4, 'it still shows the old one').to.equal(3)
    ipam.settle(moving.key)
    expect(ipam.heldIn('shop').IPv4).to.equal(2)
  })

  it('counts what is being left until it is free', () => {
    const ipam = ipamOf({ few: quota(1) })
    allocate(ipam, 'shop/a')
    ipam.vacate(service('shop/a').key)
    expect(allocate(ipam, 'shop/b')).to.equal(full(1, 1))
    ipam.settle(service('shop/a').key)
    expect(allocate(ipam, 'shop/b')).to.equal('10.0.0.0')
  })

  it('counts what a status still shows, though no pool has it any more, and lets that be exchanged', () => {
    const ipam = ipamOf({ few: quota(1) })
    const stranded = service('shop/a', { held: ['192.0.2.1'] })
    ipam.shut(stranded, stranded.held)
    expect(ipam.heldIn('shop').IPv4).to.equal(1)
    expect(allocate(ipam, 'shop/b')).to.equal(full(1, 1))
    expect(allocate(ipam, 'shop/a')).to.equal('10.0.0.0')
    expect(ipam.settle(stranded.key)).to.equal(true)
    expect(ipam.heldIn('shop').IPv4).to.equal(1)
  })

  it('counts an address that two namespaces show in both, also where only one of them can have it', () => {
    const ipam = ipamOf({ few: quota(1) })
    allocate(ipam, 'bank/a')
    const double = service('shop/a', { held: ['10.0.0.0'] })
    ipam.shut(double, double.held)
    expect([ipam.heldIn('shop').IPv4, ipam.heldIn('bank').IPv4]).to.deep.equal([1, 1])
    expect(allocate(ipam, 'shop/b')).to.equal(full(1, 1))
  })

  it('is the smallest of those that are about the namespace', () => {
    const all = policies({
      b: quota(5, 1),
      a: { namespaces: ['shop'], ...quota(3) },
      c: quota(3, 2),
      d: { namespaces: ['bank'], ...quota(0) },
    })
    expect(quotaOf(shop, all)).to.deep.equal({ IPv4: { allowed: 3, policy: 'a' }, IPv6: { allowed: 1, policy: 'b' } })
  })
})

describe('A policy', () => {
  const compiled = (spec: unknown) => compilePolicy(policyObject('rules', spec as AllocationPolicySpec))
  const problems = (spec: unknown): readonly string[] => compiled(spec).problems.map(({ code, field }) => `${code} ${field}`)

  it('reads every field', () => {
    const { policy } = compiled({
      namespaces: ['shop'],
      validations: [{ name: 'a', expression: 'true', message: 'b', messageExpression: 'c', action: 'Audit' }, { expression: 'false' }],
      quota: { addresses: { ipv4: 3n } },
      defaultPool: 'lan',
    })
    expect(policy?.validations).to.deep.equal([
      { index: 0, name: 'a', expression: 'true', message: 'b', messageExpression: 'c', action: 'Audit' },
      { index: 1, expression: 'false', action: 'Deny' },
    ])
    expect(policy).to.deep.include({ name: 'rules', quota: { IPv4: 3 }, defaultPool: 'lan' })
  })

  const wrong: Readonly<Record<string, readonly [unknown, readonly string[], boolean]>> = {
    'a selector that cannot be read: it would select everything': [
      { namespaceSelectors: [{ matchLabels: { '?': 'a' } }] },
      ['SelectorInvalid spec.namespaceSelectors[0].matchLabels[?]'],
      false,
    ],
    'a namespace that is no text': [{ namespaces: [1] }, ['WrongType spec.namespaces[0]'], false],
    'a namespace twice, which changes nothing': [{ namespaces: ['a', 'a'] }, ['DuplicateEntry spec.namespaces[1]'], true],
    'a quota for some Services': [
      { ...quota(1), serviceSelectors: [{ matchLabels: { a: 'b' } }] },
      ['Contradiction spec.serviceSelectors'],
      false,
    ],
    'a quota of nothing': [{ quota: { addresses: {} } }, ['MissingField spec.quota.addresses'], false],
    'a name of two validations': [
      {
        validations: [
          { name: 'a', expression: 'true' },
          { name: 'a', expression: 'true' },
        ],
      },
      ['DuplicateEntry spec.validations[1].name'],
      true,
    ],
  }
  for (const [name, [spec, expected, isUsed]] of Object.entries(wrong)) {
    it(`has a problem with ${name}`, () => {
      expect(problems(spec)).to.deep.equal(expected)
      expect(compiled(spec).policy !== undefined).to.equal(isUsed)
    })
  }

  it('never throws', () => {
    for (const spec of [
      undefined,
      null,
      7,
      [],
      { namespaces: 7, validations: [7, null], quota: [], defaultPool: {} },
      { quota: { addresses: { ipv4: -1, ipv6: 1.5 } } },
    ])
      expect(compiled(spec).policy?.quota).to.deep.equal({})
  })
})
