// Makes certificates: ECDSA P-256 with SHA-256, PEM in and out (RFC 5280).
import 'reflect-metadata' // @peculiar/x509 finds it missing otherwise
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface Issued {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface AuthorityRequest {
  /** Unique per generation: a bundle with two authorities of one name confuses some clients. */
  readonly commonName: string
  readonly organization?: string
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface CertificateRequest {
  readonly authority: Issued
  readonly subject: { readonly commonName: string; readonly organizations?: readonly string[] }
  readonly dnsNames?: readonly string[]
  /** IPv4 and IPv6 as text. */
  readonly addresses?: readonly string[]
  readonly usage: 'server' | 'client' | 'both'
  readonly notBefore: Date
  readonly notAfter: Date
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const purposes: Readonly<Record<CertificateRequest['usage'], ExtendedKeyUsage[]>> = {
  server: [ExtendedKeyUsage.serverAuth],
  client: [ExtendedKeyUsage.clientAuth],
  both: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
}

/** A self-signed authority that signs leaves only. Rejects when the platform lacks the algorithm. */
export async function issueAuthority(request: AuthorityRequest): Promise<Issued> {
  const keys = await newKeys()
  const name = jsonName(request.commonName, request.organization === undefined ? [] : [request.organization])
  const certificate = await X509CertificateGenerator.create({
    ...validity(request),
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: pem(certificate), key: await exportKey(keys) }
}

/** A leaf. Rejects when the authority is not readable PEM. */
export async function issueCertificate(request: CertificateRequest): Promise<Issued> {
  const keys = await newKeys()
  const authority = new X509Certificate(request.authority.certificate)
  const names = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ]
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(purposes[request.usage]),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(authority.publicKey),
  ]
  if (names.length > 0) extensions.push(new SubjectAlternativeNameExtension(names))
  const certificate = await X509CertificateGenerator.create({
    ...validity(request),
    subject: jsonName(request.subject.commonName, request.subject.organizations ?? []),
    issuer: authority.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importKey(request.authority.key),
    signingAlgorithm: algorithm,
    extensions,
  })
  return { certificate: pem(certificate), key: await exportKey(keys) }
}

/** WebCrypto's pair, extractable. */
async function newKeys() {
  return await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function importKey(text: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(text), algorithm, false, ['sign'])
}

async function exportKey(keys: { readonly privateKey: CryptoKey }): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), PemConverter.PrivateKeyTag)}\n`
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

/** As a structure, so that no character of a name needs escaping. */
function jsonName(commonName: string, organizations: readonly string[]): JsonName {
  return [...organizations.map((organization) => ({ O: [organization] })), { CN: [commonName] }]
}

/** Certificates know no milliseconds; 63 positive bits of serial number are unique enough for any authority. */
function validity({ notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date }): {
  notBefore: Date
  notAfter: Date
  serialNumber: string
} {
  const serial = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n
  return { notBefore, notAfter, serialNumber: ((serial >> 1n) | 1n).toString(16).padStart(16, '0') }
}
