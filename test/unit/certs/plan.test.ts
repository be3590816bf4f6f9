import { expect } from 'chai'
import { type Holdings, lifetimes, periodsFrom, planCertificates } from '../../../certs/plan.ts'
import { instant } from '../../../core/time.ts'

const day = 86_400_000
const now = instant(Date.UTC(2026, 10, 21))
const inDays = (days: number) => instant(now + days * day)

type Readable = Extract<Holdings, { readonly state: 'readable' }>

const good: Readable = {
  state: 'readable',
  authority: { notBefore: inDays(-100), notAfter: inDays(3_000) },
  leaf: { notBefore: inDays(-100), notAfter: inDays(265) },
  dnsNames: ['webhook.lb.svc', 'webhook.lb.svc.cluster.local'],
  leafKeyFits: true,
  authorityKeyFits: true,
  signedByAuthority: true,
}

const table: Readonly<Record<string, { readonly held: Holdings; readonly why?: string }>> = {
  'keeps a good set': { held: good },
  'keeps a set with more names than needed': { held: { ...good, dnsNames: [...good.dnsNames, 'extra'] } },
  'fills an empty Secret': { held: { state: 'empty', missing: ['ca.crt', 'tls.key'] }, why: 'the Secret lacks ca.crt, tls.key' },
  'replaces what it cannot read': {
    held: { state: 'unreadable', entry: 'tls.crt', why: 'no start line' },
    why: 'tls.crt cannot be read: no start line',
  },
  'replaces a leaf with the wrong key': { held: { ...good, leafKeyFits: false }, why: 'tls.key does not belong to tls.crt' },
  'replaces an authority with the wrong key': { held: { ...good, authorityKeyFits: false }, why: 'ca.key does not belong to ca.crt' },
  'replaces a leaf of another authority': { held: { ...good, signedByAuthority: false }, why: 'tls.crt is not signed by ca.crt' },
  'replaces a leaf for another name': { held: { ...good, dnsNames: ['webhook.other.svc'] }, why: 'tls.crt is not for webhook.lb.svc' },
  'replaces a leaf in its last 90 days': {
    held: { ...good, leaf: { ...good.leaf, notAfter: inDays(90) } },
    why: 'tls.crt expires within 90 days',
  },
  'keeps a leaf one day before that': { held: { ...good, leaf: { ...good.leaf, notAfter: inDays(91) } } },
  'replaces an expired leaf': { held: { ...good, leaf: { ...good.leaf, notAfter: inDays(0) } }, why: 'tls.crt has expired' },
  'replaces a leaf of the future': { held: { ...good, leaf: { ...good.leaf, notBefore: inDays(1) } }, why: 'tls.crt is not valid yet' },
  'replaces an authority in its last 90 days': {
    held: { ...good, authority: { ...good.authority, notAfter: inDays(89) } },
    why: 'ca.crt expires within 90 days',
  },
  'replaces an expired authority': { held: { ...good, authority: { ...good.authority, notAfter: inDays(-1) } }, why: 'ca.crt has expired' },
}

describe('The certificate plan', () => {
  for (const [name, { held, why }] of Object.entries(table)) {
    it(name, () => {
      const plan = planCertificates(held, ['webhook.lb.svc'], now)
      expect(plan.action === 'make' ? plan.why : undefined).to.equal(why)
    })
  }

  it('looks again when the first of the two needs renewal', () => {
    const plan = planCertificates(good, ['webhook.lb.svc'], now)
    expect(plan).to.deep.equal({ action: 'keep', nextCheck: inDays(265 - 90) })
  })

  it('keeps what it has just made', () => {
    const made: Holdings = { ...good, ...periodsFrom(now) }
    expect(planCertificates(made, ['webhook.lb.svc'], now)).to.deep.equal({ action: 'keep', nextCheck: inDays(365 - 90) })
    expect(made.leaf.notBefore).to.equal(now - lifetimes.backdate)
    expect(made.authority.notAfter).to.equal(inDays(3_650))
  })
})
