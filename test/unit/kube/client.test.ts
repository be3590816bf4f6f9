import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isIPv6 } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { expect } from 'chai'
import { issueAuthority, issueCertificate } from '../../../certs/issue.ts'
import { ApiError, connectKube, resources } from '../../../kube/client.ts'
import { pathOf } from '../../../kube/resources.ts'
import {
  type Answer,
  answeringServer,
  configFor,
  json,
  list,
  reset,
  scriptedServer,
  service,
  silence,
  status,
  stream,
} from './scripted-server.ts'

/** The error of a promise that has to fail. */
async function failure(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('it should have failed')
}

async function withScript<T>(script: readonly Answer[], use: (url: string) => Promise<T>): Promise<T> {
  const server = await scriptedServer(script)
  try {
    return await use(server.url)
  } finally {
    await server.close()
  }
}

const forbidden =
  'services is forbidden: User "system:serviceaccount:metallb-system:controller" cannot list resource "services" in API group "" at the cluster scope'
const forbiddenLocally =
  'secrets "metallb-webhook-cert" is forbidden: User "system:serviceaccount:metallb-system:webhook" cannot update resource "secrets" in API group "" in the namespace "metallb-system"'

describe('The client', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  const errors: Readonly<
    Record<string, { readonly answer: Answer; readonly message: string; readonly status: number; readonly reason: string }>
  > = {
    "passes the server's words on": {
      answer: status(404, 'NotFound', 'services "web" not found'),
      message: 'GET /api/v1/namespaces/shop/services/web: 404 NotFound: services "web" not found',
      status: 404,
      reason: 'NotFound',
    },
    'names the missing permission and the ClusterRole that has to grant it': {
      answer: status(403, 'Forbidden', forbidden),
      message: `GET /api/v1/namespaces/shop/services/web: 403 Forbidden: ${forbidden}; grant it: a ClusterRole bound to ServiceAccount metallb-system/controller needs apiGroups [""], resources ["services"], verbs ["list"]`,
      status: 403,
      reason: 'Forbidden',
    },
    'names the namespace of a missing permission': {
      answer: status(403, 'Forbidden', forbiddenLocally),
      message: `GET /api/v1/namespaces/shop/services/web: 403 Forbidden: ${forbiddenLocally}; grant it: a Role of namespace "metallb-system" or a ClusterRole bound to ServiceAccount metallb-system/webhook needs apiGroups [""], resources ["secrets"], verbs ["update"]`,
      status: 403,
      reason: 'Forbidden',
    },
    'adds no permission to a refusal of another kind': {
      answer: status(403, 'Forbidden', 'exceeded quota'),
      message: 'GET /api/v1/namespaces/shop/services/web: 403 Forbidden: exceeded quota',
      status: 403,
      reason: 'Forbidden',
    },
    'puts the page of a proxy in one line': {
      answer: (response) => void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>\n  Bad Gateway\n</html>\n'),
      message: 'GET /api/v1/namespaces/shop/services/web: 502: <html> Bad Gateway </html>',
      status: 502,
      reason: '',
    },
    'says so when there is no explanation': {
      answer: (response) => void response.writeHead(500).end(),
      message: 'GET /api/v1/namespaces/shop/services/web: 500: no explanation',
      status: 500,
      reason: '',
    },
  }
  for (const [name, { answer, ...expected }] of Object.entries(errors)) {
    it(name, () =>
      withScript([answer], async (url) => {
        const {
          message,
          status: code,
          reason,
        } = await failure(connectKube({ config: configFor(url) }).get(resources.services, 'web', 'shop'))
        expect({ message, status: code, reason }).to.deep.equal(expected)
      }),
    )
  }

  it('gives up at the deadline, also in the middle of a body', () =>
    withScript([silence, (response) => void response.writeHead(200).write('{"half":')], async (url) => {
      const client = connectKube({ config: configFor(url) })
      for (let i = 0; i < 2; i++) {
        const error = await failure(client.get(resources.nodes, 'n1', undefined, { deadlineMs: 50 }))
        expect(error).to.include({ status: 0, reason: 'Timeout' })
        expect(error.message).to.equal(`GET /api/v1/nodes/n1: no answer from ${url}: no complete answer for 50 ms`)
      }
    }))

  it('says what the network said', async () => {
    const server = await scriptedServer([reset])
    const client = connectKube({ config: configFor(server.url) })
    expect((await failure(client.get(resources.nodes, 'n1'))).message).to.match(
      /^GET \/api\/v1\/nodes\/n1: no answer from http:\S+: .*(ECONNRESET|hang up)/,
    )
    await server.close()
    expect(await failure(client.get(resources.nodes, 'n1'))).to.include({ status: 0, reason: 'Unreachable' })
  })

  it('fails when the caller aborts', () =>
    withScript([silence], async (url) => {
      const stop = new AbortController()
      const request = failure(connectKube({ config: configFor(url) }).get(resources.nodes, 'n1', undefined, { signal: stop.signal }))
      setImmediate(() => stop.abort(new Error('enough')))
      expect(await request).to.include({ status: 0, reason: 'Aborted' })
    }))

  it('does not take more than it can hold', () =>
    withScript([(response) => void response.writeHead(200).end(Buffer.alloc(17 * 1024 * 1024, ' '))], async (url) => {
      const { message } = await failure(connectKube({ config: configFor(url) }).get(resources.nodes, 'n1'))
      expect(message).to.match(/the answer has more than 16777216 bytes$/)
    }))

  it('reads again when the connection that it kept was closed', async () => {
    let requests = 0
    const server = await answeringServer(() => (++requests === 2 ? reset : json({ metadata: { name: 'n1' } })))
    const client = connectKube({ config: configFor(server.url) })
    await client.get(resources.nodes, 'n1')
    await client.get(resources.nodes, 'n1')
    expect(requests).to.equal(3)
    await server.close()
  })

  it('writes once only, whatever happens to the connection', async () => {
    let requests = 0
    const server = await answeringServer(() => (++requests === 2 ? reset : json({ metadata: { name: 'n1' } })))
    const client = connectKube({ config: configFor(server.url) })
    await client.get(resources.nodes, 'n1')
    expect((await failure(client.create(resources.services, service('web', 1)))).reason).to.equal('Unreachable')
    expect(requests).to.equal(2)
    await server.close()
  })

  it('sends each verb as the API wants it', async () => {
    const server = await answeringServer(() => json({}))
    const client = connectKube({ config: configFor(server.url), userAgent: 'metallb-test/1' })
    const web = service('web', 7)
    await client.create(resources.services, web, { dryRun: true })
    await client.replace(resources.services, web, { subresource: 'status' })
    await client.patch(resources.services, 'web', { namespace: 'shop', patch: 'merge', body: { big: 2n ** 62n } })
    await client.patch(resources.services, 'web', { namespace: 'shop', patch: 'json', body: [] })
    await client.patch(resources.mutatingWebhookConfigurations, 'm', { patch: 'apply', body: {}, fieldManager: 'metallb', force: true })
    await client.remove(resources.services, 'web', { namespace: 'shop', preconditions: { uid: 'u' } })
    await client.list(resources.ipAddressPools, { metadataOnly: true })
    expect(
      server.requests.map(({ method, path, query, headers, body }) =>
        [method, path, new URLSearchParams(query).toString(), headers['content-type'] ?? headers.accept, body.slice(0, 41)]
          .join(' ')
          .trim(),
      ),
    ).to.deep.equal([
      'POST /api/v1/namespaces/shop/services dryRun=All application/json {"apiVersion":"v1","kind":"Service","meta',
      'PUT /api/v1/namespaces/shop/services/web/status  application/json {"apiVersion":"v1","kind":"Service","meta',
      'PATCH /api/v1/namespaces/shop/services/web  application/merge-patch+json {"big":4611686018427387904}',
      'PATCH /api/v1/namespaces/shop/services/web  application/json-patch+json []',
      'PATCH /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/m fieldManager=metallb&force=true application/apply-patch+yaml {}',
      'DELETE /api/v1/namespaces/shop/services/web  application/json {"apiVersion":"v1","kind":"DeleteOptions"',
      'GET /apis/metallb.io/v1beta1/ipaddresspools limit=500 application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    ])
    expect(server.requests[0]?.headers['user-agent']).to.equal('metallb-test/1')
    await server.close()
  })

  it('reads numbers beyond 2^53 exactly', () =>
    withScript([(response) => void response.writeHead(200).end('{"status":{"free":9223372036854775807}}')], async (url) => {
      const pool = await connectKube({ config: configFor(url) }).get(resources.ipAddressPools, 'p', 'metallb-system')
      expect(pool).to.deep.equal({ status: { free: 9223372036854775807n } })
    }))

  it('lists a kind without objects', () =>
    withScript([json({ kind: 'ServiceList', metadata: { resourceVersion: '3' }, items: null })], async (url) => {
      expect(await connectKube({ config: configFor(url) }).list(resources.services)).to.deep.equal({ items: [], resourceVersion: '3' })
    }))

  it('throws from a watch that breaks, ends with one that ends', () =>
    withScript([stream(['{"a":1}\n']), stream(['{"a":1}\n{"b'])], async (url) => {
      const client = connectKube({ config: configFor(url) })
      const options = { resourceVersion: '1', timeoutSeconds: 300, idleMs: 5000, signal: new AbortController().signal }
      const read = async (): Promise<number> => {
        let lines = 0
        for await (const _ of await client.watch(resources.services, options)) lines++
        return lines
      }
      expect(await read()).to.equal(1)
      expect((await failure(read())).message).to.match(/the connection ended inside an event$/)
    }))

  it('sends the token of the kubeconfig', () =>
    withScript([list(1, [])], async () => {
      const server = await scriptedServer([list(1, [])])
      await connectKube({ config: configFor(server.url, { token: 'secret' }) }).list(resources.services)
      expect(server.requests[0]?.headers.authorization).to.equal('Bearer secret')
      await server.close()
    }))

  it('refuses plain HTTP to a server whose certificate counts', async () => {
    const config = new KubeConfig()
    config.loadFromClusterAndUser({ name: 'c', server: 'http://127.0.0.1:1', skipTLSVerify: false }, { name: 'u' })
    expect((await failure(connectKube({ config }).get(resources.nodes, 'n1'))).message).to.match(/HTTP protocol is not allowed/)
  })

  it('says in one line when a kubeconfig names no server', () => {
    const config = new KubeConfig()
    config.loadFromClusterAndUser({ name: 'c', server: 'https://undefined:undefined', skipTLSVerify: false }, { name: 'u' })
    expect(() => connectKube({ config })).to.throw(
      'kubeconfig context "loaded-context" names no API server (server: https://undefined:undefined)',
    )
  })

  for (const host of ['127.0.0.1', '::1']) {
    it(`trusts the cluster's authority and nobody else's at ${host}`, async () => {
      const now = Date.now()
      const dates = { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 3_600_000) }
      const authority = await issueAuthority({ commonName: 'test-ca', ...dates })
      const stranger = await issueAuthority({ commonName: 'other-ca', ...dates })
      const leaf = await issueCertificate({ authority, subject: { commonName: 'api' }, addresses: [host], usage: 'server', ...dates })
      const server = createServer({ cert: leaf.certificate, key: leaf.key }, (_request, response) =>
        response.end('{"metadata":{"name":"n1"}}'),
      )
      await new Promise<void>((resolve) => {
        server.listen(0, host, resolve)
      })
      const { port } = server.address() as AddressInfo
      const clientFor = (ca: string) => {
        const config = new KubeConfig()
        const caData = Buffer.from(ca).toString('base64')
        const name = isIPv6(host) ? `[${host}]` : host
        config.loadFromClusterAndUser({ name: 'c', server: `https://${name}:${port}`, caData, skipTLSVerify: false }, { name: 'u' })
        return connectKube({ config })
      }
      const trusting = clientFor(authority.certificate)
      expect(await trusting.get(resources.nodes, 'n1')).to.deep.equal({ metadata: { name: 'n1' } })
      expect((await failure(clientFor(stranger.certificate).get(resources.nodes, 'n1'))).message).to.match(
        /no answer from https.*certificate/,
      )
      trusting.close()
      server.close()
    })
  }
})

describe('In a Pod the client', () => {
  const saved = { ...process.env }
  afterEach(() => {
    process.env = { ...saved }
  })

  for (const host of ['127.0.0.1', '::1']) {
    it(`finds the API server of its environment at ${host} and shows the token of its ServiceAccount`, async () => {
      const dates = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) }
      const authority = await issueAuthority({ commonName: 'cluster', ...dates })
      const leaf = await issueCertificate({ authority, subject: { commonName: 'api' }, addresses: [host], usage: 'server', ...dates })
      const shown: (string | undefined)[] = []
      const server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
        shown.push(request.headers.authorization)
        response.end('{"metadata":{"name":"n1"}}')
      })
      await new Promise<void>((resolve) => {
        server.listen(0, host, resolve)
      })
      const root = mkdtempSync(join(tmpdir(), 'pod-'))
      const account = join(root, 'var/run/secrets/kubernetes.io/serviceaccount')
      mkdirSync(account, { recursive: true })
      for (const [file, text] of Object.entries({ token: 'of-the-account', 'ca.crt': authority.certificate, namespace: 'metallb-system' }))
        writeFileSync(join(account, file), text)
      process.env['KUBERNETES_SERVICE_HOST'] = host
      process.env['KUBERNETES_SERVICE_PORT'] = String((server.address() as AddressInfo).port)
      const config = new KubeConfig()
      config.loadFromCluster(root)
      const client = connectKube({ config })
      expect(await client.get(resources.nodes, 'n1')).to.deep.equal({ metadata: { name: 'n1' } })
      expect(shown).to.deep.equal(['Bearer of-the-account'])
      client.close()
      server.close()
      rmSync(root, { recursive: true })
    })
  }

  it('says in one line that there is no cluster', () => {
    process.env['KUBECONFIG'] = ''
    process.env['HOME'] = '/nonexistent'
    expect(() => connectKube()).to.throw('no cluster to talk to: set KUBECONFIG, or run in a Pod whose ServiceAccount token is mounted')
  })
})

describe('A path of the API', () => {
  it('follows group, version, namespace, name and subresource', () => {
    expect(pathOf(resources.services)).to.equal('/api/v1/services')
    expect(pathOf(resources.services, 'shop', 'web', 'status')).to.equal('/api/v1/namespaces/shop/services/web/status')
    expect(pathOf(resources.leases, 'kube-system', 'a')).to.equal('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/a')
    expect(pathOf(resources.nodes, 'ignored', 'n1')).to.equal('/api/v1/nodes/n1')
    expect(pathOf(resources.nodes, undefined, '../secrets')).to.equal('/api/v1/nodes/..%2Fsecrets')
  })

  it('never becomes the collection when a name is missing', () => {
    expect(() => pathOf(resources.services, 'shop', '')).to.throw(TypeError)
    expect(() => pathOf(resources.services, '', 'web')).to.throw(TypeError)
    expect(() => pathOf(resources.services, undefined, 'web')).to.throw(TypeError)
  })
})
