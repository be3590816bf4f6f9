// What the Secret of the certificates holds: its entries as PEM, and what plan.ts wants to know about them.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import type { Secret } from '../../core/objects.ts'
import { instant } from '../../core/time.ts'
import type { Flaw, HeldAuthority, HeldLeaf, Holdings, Period } from '../plan.ts'

/** The first four are MetalLB's. */
const entries = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key', 'next-ca.crt', 'next-ca.key', 'previous-ca.crt'] as const
type Entry = (typeof entries)[number]

/** PEM of each entry; empty when there is none. */
export type Texts = Readonly<Record<Entry, string>>

export const noTexts: Texts = Object.fromEntries(entries.map((entry) => [entry, ''])) as Texts

export function textsOf(secret: Secret): Texts {
  return Object.fromEntries(entries.map((entry) => [entry, Buffer.from(secret.data?.[entry] ?? '', 'base64').toString('utf8')])) as Texts
}

/** Entries that are not ours stay. */
export function dataWith(data: Secret['data'], texts: Texts): Readonly<Record<string, string>> {
  const others = Object.entries(data ?? {}).filter(([name]) => !entries.some((entry) => entry === name))
  const ours = entries.flatMap((entry) => (texts[entry] === '' ? [] : [[entry, Buffer.from(texts[entry]).toString('base64')] as const]))
  return Object.fromEntries([...others, ...ours])
}

export function inspect(texts: Texts): Holdings {
  const next = inspectAuthority(texts, 'next-ca')
  return {
    authority: inspectAuthority(texts, 'ca'),
    leaf: inspectLeaf(texts),
    next: 'flaw' in next ? undefined : next,
    hasPrevious: texts['previous-ca.crt'] !== '',
  }
}

/** PEM of every authority that the API server shall trust, in an order that does not depend on their roles: a switch changes nothing in it. */
export function bundleOf(texts: Texts): string {
  const { next } = inspect(texts)
  const trusted = [texts['ca.crt'], next === undefined ? '' : texts['next-ca.crt'], texts['previous-ca.crt']]
  return [...new Set(trusted.flatMap(certificatesIn))].toSorted().join('')
}

/** The authority that has signed `tls.crt`, as it stands in the bundle. */
export function authorityOf(texts: Texts): string {
  return certificatesIn(texts['ca.crt'])[0] ?? ''
}

/** One text per certificate, spelt in one way. Whatever cannot be read is not among them. */
function certificatesIn(pem: string): readonly string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).flatMap((text) => {
    const certificate = readable(text, (value) => new X509Certificate(value))
    return 'flaw' in certificate ? [] : [`${certificate.value.toString().trim()}\n`]
  })
}

function inspectAuthority(texts: Texts, name: 'ca' | 'next-ca'): HeldAuthority | Flaw {
  const certificate = read(texts, `${name}.crt`, (text) => new X509Certificate(text))
  if ('flaw' in certificate) return certificate
  if (!certificate.value.ca) return { flaw: `${name}.crt is not the certificate of an authority` }
  const key = read(texts, `${name}.key`, createPrivateKey)
  if ('flaw' in key) return { ...periodOf(certificate.value), keyFlaw: key.flaw }
  const fits = createPublicKey(key.value).equals(certificate.value.publicKey)
  return { ...periodOf(certificate.value), keyFlaw: fits ? undefined : `${name}.key does not belong to ${name}.crt` }
}

function inspectLeaf(texts: Texts): HeldLeaf | Flaw {
  const certificate = read(texts, 'tls.crt', (text) => new X509Certificate(text))
  if ('flaw' in certificate) return certificate
  const key = read(texts, 'tls.key', createPrivateKey)
  if ('flaw' in key) return key
  if (!certificate.value.checkPrivateKey(key.value)) return { flaw: 'tls.key does not belong to tls.crt' }
  const authority = read(texts, 'ca.crt', (text) => new X509Certificate(text))
  return {
    ...periodOf(certificate.value),
    dnsNames: (certificate.value.subjectAltName ?? '').split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : [])),
    signedByAuthority:
      !('flaw' in authority) && certificate.value.checkIssued(authority.value) && certificate.value.verify(authority.value.publicKey),
  }
}

function periodOf(certificate: X509Certificate): Period {
  return { notBefore: instant(certificate.validFromDate.getTime()), notAfter: instant(certificate.validToDate.getTime()) }
}

function read<T>(texts: Texts, entry: Entry, parse: (text: string) => T): { readonly value: T } | Flaw {
  if (texts[entry] === '') return { flaw: `the Secret lacks ${entry}` }
  const result = readable(texts[entry], parse)
  return 'flaw' in result ? { flaw: `${entry} cannot be read: ${result.flaw}` } : result
}

function readable<T>(text: string, parse: (text: string) => T): { readonly value: T } | Flaw {
  try {
    return { value: parse(text) }
  } catch (error) {
    return { flaw: error instanceof Error ? error.message : String(error) }
  }
}
