import { expect } from 'chai'
import fc from 'fast-check'
import {
  type CertificateStep,
  type HeldAuthority,
  type HeldLeaf,
  type Holdings,
  lifetimes,
  periodsFrom,
  planCertificates,
  type Surroundings,
  servingFlaw,
} from '../../../certs/plan.ts'
import { type Instant, instant, millis } from '../../../core/time.ts'

const day = 86_400_000
const hour = 3_600_000
const now = instant(Date.UTC(2026, 10, 21))
const inDays = (days: number): Instant => instant(now + days * day)

const authority: HeldAuthority = { notBefore: inDays(-100), notAfter: inDays(3_000), keyFlaw: undefined }
const leaf: HeldLeaf = {
  notBefore: inDays(-100),
  notAfter: inDays(265),
  dnsNames: ['webhook.lb.svc', 'webhook.lb.svc.cluster.local'],
  signedByAuthority: true,
}
const good: Holdings = { authority, leaf, next: undefined, hasPrevious: false }
const alone: Surroundings = { names: ['webhook.lb.svc'], served: undefined, nextTrustedFor: undefined }
const serving: Surroundings = { ...alone, served: good }
const trustedFor = (seconds: number): Surroundings => ({ ...serving, nextTrustedFor: millis(seconds * 1000) })

const fresh: HeldAuthority = { notBefore: inDays(-1), notAfter: inDays(3_649), keyFlaw: undefined }
const keyless: HeldAuthority = { ...authority, keyFlaw: 'the Secret lacks ca.key' }
const oldAuthority: HeldAuthority = { ...authority, notAfter: inDays(89) }
const expiredLeaf: HeldLeaf = { ...leaf, notAfter: inDays(0) }
const switched: HeldLeaf = { ...leaf, notBefore: instant(now - lifetimes.backdate), notAfter: inDays(365) }
const empty: Holdings = {
  authority: { flaw: 'the Secret lacks ca.crt' },
  leaf: { flaw: 'the Secret lacks tls.crt' },
  next: undefined,
  hasPrevious: false,
}

/** `keep` carries the days, or a text. */
const table: Readonly<
  Record<string, readonly [held: Holdings, surroundings: Surroundings, action: CertificateStep['action'], why?: string]>
> = {
  'keeps a good set': [good, alone, 'keep'],
  'keeps a set with more names than needed': [{ ...good, leaf: { ...leaf, dnsNames: [...leaf.dnsNames, 'extra'] } }, alone, 'keep'],
  'keeps a leaf one day before its last 90': [{ ...good, leaf: { ...leaf, notAfter: inDays(91) } }, alone, 'keep'],

  'fills an empty Secret': [empty, alone, 'make', 'the Secret lacks ca.crt'],
  'puts back what it serves into an emptied Secret': [empty, serving, 'restore', 'the Secret lacks ca.crt'],
  'puts back a damaged leaf': [
    { ...good, leaf: { flaw: 'tls.crt cannot be read: no start line' } },
    serving,
    'restore',
    'tls.crt cannot be read: no start line',
  ],
  'puts back what another authority has signed': [
    { ...good, leaf: { ...leaf, signedByAuthority: false } },
    serving,
    'restore',
    'tls.crt is not signed by ca.crt',
  ],
  'does not put back what has expired': [
    { ...good, leaf: expiredLeaf },
    { ...alone, served: { ...good, leaf: expiredLeaf } },
    'renew',
    'tls.crt has expired',
  ],
  'signs a damaged leaf anew when it has served nothing yet': [
    { ...good, leaf: { flaw: 'tls.key does not belong to tls.crt' } },
    alone,
    'renew',
    'tls.key does not belong to tls.crt',
  ],
  'signs a leaf for another name anew': [
    { ...good, leaf: { ...leaf, dnsNames: ['webhook.other.svc'] } },
    alone,
    'renew',
    'tls.crt is not for webhook.lb.svc',
  ],
  'signs a leaf of the future anew': [{ ...good, leaf: { ...leaf, notBefore: inDays(1) } }, alone, 'renew', 'tls.crt is not valid yet'],
  'makes everything anew when leaf and key of the authority are damaged': [
    { ...good, authority: keyless, leaf: expiredLeaf },
    alone,
    'make',
    'tls.crt has expired',
  ],
  'makes everything anew when the authority has expired': [
    { ...good, authority: { ...authority, notAfter: inDays(-1) } },
    alone,
    'make',
    'ca.crt has expired',
  ],
  'does not wait for trust when nothing else can be served': [{ ...empty, next: fresh }, alone, 'switch', 'the Secret lacks ca.crt'],
  'does not switch to an authority that cannot sign': [
    { ...empty, next: { ...fresh, keyFlaw: 'rubbish' } },
    alone,
    'make',
    'the Secret lacks ca.crt',
  ],

  'signs a leaf in its last 90 days anew': [
    { ...good, leaf: { ...leaf, notAfter: inDays(90) } },
    serving,
    'renew',
    'tls.crt expires within 90 days',
  ],
  'announces an authority when the present one is in its last 90 days': [
    { ...good, authority: oldAuthority },
    serving,
    'announce',
    'ca.crt expires within 90 days',
  ],
  'announces an authority when the key of the present one is gone': [
    { ...good, authority: keyless },
    serving,
    'announce',
    'the Secret lacks ca.key',
  ],
  'announces an authority before it looks at a leaf that ends with it': [
    { ...good, authority: oldAuthority, leaf: { ...leaf, notAfter: inDays(89) } },
    serving,
    'announce',
    'ca.crt expires within 90 days',
  ],
  'announces another one in place of one that cannot sign': [
    { ...good, authority: oldAuthority, next: { ...fresh, keyFlaw: 'gone' } },
    serving,
    'announce',
    'ca.crt expires within 90 days',
  ],
  'waits while the API does not trust the next authority': [{ ...good, authority: oldAuthority, next: fresh }, serving, 'keep'],
  'waits until API servers have learnt of it': [{ ...good, authority: oldAuthority, next: fresh }, trustedFor(29), 'keep'],
  'switches then': [{ ...good, authority: oldAuthority, next: fresh }, trustedFor(30), 'switch', 'the API server trusts next-ca.crt'],
  'finishes a rotation that somebody has begun': [{ ...good, next: fresh }, trustedFor(30), 'switch', 'the API server trusts next-ca.crt'],
  'ignores a next authority that cannot sign while the present one is good': [
    { ...good, next: { ...fresh, keyFlaw: 'gone' } },
    serving,
    'keep',
  ],
  'keeps the former authority trusted for an hour': [
    { authority: fresh, leaf: switched, next: undefined, hasPrevious: true },
    serving,
    'keep',
  ],
  'retires it then': [{ ...good, hasPrevious: true }, serving, 'retire', 'nothing is served any more that previous-ca.crt has signed'],
  'retires it before the next rotation': [
    { ...good, authority: oldAuthority, hasPrevious: true },
    serving,
    'retire',
    'nothing is served any more that previous-ca.crt has signed',
  ],
}

/** When a plan that keeps looks again. */
const checks: Readonly<Record<string, readonly [held: Holdings, surroundings: Surroundings, at: Instant]>> = {
  'when the leaf needs renewal': [good, alone, inDays(265 - 90)],
  'when the authority does, if that is earlier': [{ ...good, authority: { ...authority, notAfter: inDays(200) } }, alone, inDays(110)],
  'when the former authority can go': [
    { authority: fresh, leaf: switched, next: undefined, hasPrevious: true },
    alone,
    instant(now + hour),
  ],
  'at once while the API does not trust the next authority': [{ ...good, next: fresh }, alone, now],
  'when API servers will have learnt of it': [{ ...good, next: fresh }, trustedFor(10), instant(now + 20_000)],
}

describe('The certificate plan', () => {
  for (const [name, [held, surroundings, action, why]] of Object.entries(table)) {
    it(name, () => {
      const step = planCertificates(held, surroundings, now)
      expect([step.action, 'why' in step ? step.why : undefined]).to.deep.equal([action, why])
    })
  }
  for (const [name, [held, surroundings, at]] of Object.entries(checks)) {
    it(`looks again ${name}`, () => {
      expect(planCertificates(held, surroundings, now)).to.deep.equal({ action: 'keep', nextCheck: at })
    })
  }

  it('lets no leaf outlive its authority', () => {
    expect(periodsFrom(now, { ...authority, notAfter: inDays(100) }).leaf.notAfter).to.equal(inDays(100))
    expect(periodsFrom(now).leaf).to.deep.equal({ notBefore: now - lifetimes.backdate, notAfter: inDays(365) })
    expect(periodsFrom(now).authority.notAfter).to.equal(inDays(3_650))
  })

  it('comes to rest, serves all the time, and never serves what the API server does not trust', () => {
    const anyAuthority = fc.record({ days: fc.integer({ min: 1, max: 3_650 }), key: fc.boolean() })
    const world = fc.record({
      authority: anyAuthority,
      next: fc.option(anyAuthority),
      leafDays: fc.integer({ min: 1, max: 365 }),
      hasPrevious: fc.boolean(),
    })
    const asAuthority = ({ days, key }: { readonly days: number; readonly key: boolean }): HeldAuthority => ({
      notBefore: inDays(-1),
      notAfter: inDays(days),
      keyFlaw: key ? undefined : 'gone',
    })
    fc.assert(
      fc.property(world, ({ authority: present, next, leafDays, hasPrevious }) => {
        let held: Holdings = {
          authority: asAuthority(present),
          leaf: { ...leaf, notAfter: inDays(leafDays) },
          next: next === null ? undefined : asAuthority(next),
          hasPrevious,
        }
        let at = now
        let trusted: Instant | undefined
        for (let writes = 0; ; ) {
          const nextTrustedFor = trusted === undefined ? undefined : millis(at - trusted)
          const step = planCertificates(held, { names: alone.names, served: held, nextTrustedFor }, at)
          expect(servingFlaw(held, alone.names, at)).to.equal(undefined)
          if (step.action === 'switch') expect(nextTrustedFor).to.be.at.least(lifetimes.settle)
          if (step.action === 'keep' && step.nextCheck > at + hour) return
          if (step.action === 'keep') {
            // The registrar has done its part.
            trusted ??= at
            at = instant(Math.max(step.nextCheck, at + 1))
          } else {
            held = written(held, step, at)
            if (step.action !== 'retire') trusted = undefined
            writes++
          }
          expect(writes).to.be.at.most(7)
        }
      }),
    )
  })
})

/** The Secret after a step, as rotate.ts writes it. */
function written(held: Holdings, { action }: CertificateStep, at: Instant): Holdings {
  const made = (over: HeldAuthority): HeldLeaf => ({ ...leaf, ...periodsFrom(at, over).leaf })
  const issued: HeldAuthority = { ...periodsFrom(at).authority, keyFlaw: undefined }
  if (action === 'retire') return { ...held, hasPrevious: false }
  if (action === 'announce') return { ...held, next: issued }
  if (action === 'switch' && held.next !== undefined)
    return { authority: held.next, leaf: made(held.next), next: undefined, hasPrevious: true }
  if (action === 'renew' && !('flaw' in held.authority)) return { ...held, leaf: made(held.authority) }
  throw new Error(`${action} is not for a set that can be served`)
}
