// A certificate authority with a certificate for the admission server.
import { issueAuthority, issueCertificate } from '../../../certs/issue.ts'
import type { TlsIdentity } from '../../../webhook/io/server.ts'

export const serverName = 'metallb-webhook-service.metallb-system.svc'

export interface Authority {
  /** PEM. */
  readonly ca: string
  readonly identity: TlsIdentity
}

/** Valid from a minute ago, for an hour. */
export async function makeAuthority(commonName: string): Promise<Authority> {
  const notBefore = new Date(Date.now() - 60_000)
  const notAfter = new Date(Date.now() + 3_600_000)
  const authority = await issueAuthority({ commonName, notBefore, notAfter })
  const leaf = await issueCertificate({
    authority,
    subject: { commonName: serverName },
    dnsNames: [serverName],
    usage: 'server',
    notBefore,
    notAfter,
  })
  return { ca: authority.certificate, identity: { cert: leaf.certificate, key: leaf.key } }
}
