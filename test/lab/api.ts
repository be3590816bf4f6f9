// Asks the API server of a lab as its administrator. Not kube/: the lab must not depend on what it tests.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { labFolder } from './state.ts'

export interface Api {
  /** The path with query. Rejects on every status outside 2xx, and after 5 s. */
  get(path: string): Promise<unknown>
  /** A merge patch. */
  patch(path: string, body: unknown): Promise<unknown>
  /** Lets go of its connections. */
  close(): void
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }]
  readonly users: readonly [{ readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }]
}

export function kubeconfigOf(lab: string): string {
  return join(labFolder(lab), 'kubeconfig')
}

export function connectApi(lab: string): Api {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfigOf(lab), 'utf8')) as Kubeconfig
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user
  const decode = (text: string): Buffer => Buffer.from(text, 'base64')
  const agent = new Agent({ keepAlive: true, ca: decode(ca), cert: decode(cert), key: decode(key) })

  const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }
      const sent = request(`${server}${path}`, { method, agent, headers, timeout: 5000 }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const status = response.statusCode ?? 0
          if (status < 200 || status > 299) reject(new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`))
          else resolve(text.startsWith('{') ? JSON.parse(text) : text)
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 5 s`)))
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })

  return { get: (path) => call('GET', path), patch: (path, body) => call('PATCH', path, body), close: () => agent.destroy() }
}
