// The certificates of a lab's cluster: one authority, a certificate for each part of the control plane and for each node.
import { webcrypto } from 'node:crypto'
import { type Issued, issueAuthority, issueCertificate } from '../../certs/issue.ts'
import { apiServiceAddress, controlPlaneAddress, type NodePlan } from './topology.ts'

export interface Pki {
  readonly authority: Issued
  readonly apiserver: Issued
  /** The API server as a client of the kubelets. */
  readonly kubeletClient: Issued
  readonly admin: Issued
  readonly controllerManager: Issued
  readonly scheduler: Issued
  readonly proxy: Issued
  /** Signs the tokens of ServiceAccounts: PEM, PKCS #8 and SPKI. */
  readonly serviceAccount: { readonly key: string; readonly publicKey: string }
  readonly nodes: ReadonlyMap<string, { readonly client: Issued; readonly server: Issued }>
}

const hour = 3_600_000

/** @param uplinkAddress where kubectl on the machine reaches the API server */
export async function issuePki(nodes: readonly NodePlan[], uplinkAddress: string): Promise<Pki> {
  const notBefore = new Date(Date.now() - hour)
  const notAfter = new Date(Date.now() + 10 * 365 * 24 * hour)
  const authority = await issueAuthority({ commonName: 'lab', notBefore, notAfter })
  const client = (commonName: string, ...organizations: string[]): Promise<Issued> =>
    issueCertificate({ authority, subject: { commonName, organizations }, usage: 'client', notBefore, notAfter })
  const server = (commonName: string, dnsNames: readonly string[], addresses: readonly string[]): Promise<Issued> =>
    issueCertificate({ authority, subject: { commonName }, dnsNames, addresses, usage: 'server', notBefore, notAfter })

  const dnsNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost']
  return {
    authority,
    apiserver: await server('kube-apiserver', dnsNames, [apiServiceAddress, '127.0.0.1', controlPlaneAddress, uplinkAddress]),
    kubeletClient: await client('kube-apiserver-kubelet-client', 'system:masters'),
    admin: await client('admin', 'system:masters'),
    controllerManager: await client('system:kube-controller-manager'),
    scheduler: await client('system:kube-scheduler'),
    proxy: await client('system:kube-proxy'),
    serviceAccount: await makeServiceAccountKey(),
    nodes: new Map(
      await Promise.all(
        nodes.map(async ({ name, address, addressV6 }) => {
          const certificates = {
            client: await client(`system:node:${name}`, 'system:nodes'),
            server: await server(`system:node:${name}`, [name], [address, addressV6]),
          }
          return [name, certificates] as const
        }),
      ),
    ),
  }
}

async function makeServiceAccountKey(): Promise<Pki['serviceAccount']> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  return {
    key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)),
    publicKey: pem('PUBLIC KEY', await webcrypto.subtle.exportKey('spki', pair.publicKey)),
  }
}

function pem(label: string, der: ArrayBuffer): string {
  const body =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`, ''].join('\n')
}

/** A kubeconfig with everything inside (JSON is YAML). */
export function kubeconfig(server: string, authority: Issued, user: Issued): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'lab',
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
      clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': base64(authority.certificate) } }],
      users: [{ name: 'lab', user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) } }],
    },
    null,
    2,
  )}\n`
}
