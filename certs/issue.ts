// Makes certificates: ECDSA P-256, PEM in and out.

export interface Issued {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface AuthorityRequest {
  /** Unique per generation: two authorities of one name in a bundle confuse some clients. */
  readonly commonName: string
  readonly organization?: string
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface CertificateRequest {
  readonly authority: Issued
  readonly subject: { readonly commonName: string; readonly organizations?: readonly string[] }
  readonly dnsNames?: readonly string[]
  readonly addresses?: readonly string[]
  readonly usage: 'server' | 'client' | 'both'
  readonly notBefore: Date
  readonly notAfter: Date
}

export function issueAuthority(_request: AuthorityRequest): Promise<Issued> {
  throw new Error('written next')
}

export function issueCertificate(_request: CertificateRequest): Promise<Issued> {
  throw new Error('written next')
}
