import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { type CertificateKeeper, type Certificates, inspect, keepCertificates } from '../../../certs/rotate.ts'
import type { Secret } from '../../../core/objects.ts'
import { connectKube } from '../../../kube/client.ts'
import { createLogger } from '../../../kube/logger.ts'
import {
  type Answer,
  answeringServer,
  configFor,
  json,
  line,
  type ScriptedServer,
  type SeenRequest,
  status,
} from '../kube/scripted-server.ts'

const name = 'metallb-webhook-service.metallb-system.svc'

/** Holds one Secret the way the API server does, with watches. */
class SecretStore {
  secret: Secret | undefined
  conflicts = 0
  readonly #watches = new Set<(secret: Secret, type: 'ADDED' | 'MODIFIED' | 'DELETED') => void>()
  #version = 0

  constructor() {
    this.secret = this.#versioned({})
  }

  readonly answer = (request: SeenRequest): Answer => {
    if (request.method === 'PUT') return this.#put(JSON.parse(request.body) as Secret)
    if (request.query['watch'] !== 'true') {
      const items = this.secret === undefined ? [] : [this.secret]
      return json({ apiVersion: 'v1', kind: 'SecretList', metadata: { resourceVersion: String(this.#version) }, items })
    }
    return (response) => {
      response.writeHead(200)
      response.flushHeaders()
      this.#watches.add((secret, type) => response.write(line(type, secret)))
    }
  }

  set(data: Readonly<Record<string, string>>): void {
    this.#tell(this.secret === undefined ? 'ADDED' : 'MODIFIED', this.#versioned(data))
  }

  remove(): void {
    this.#tell('DELETED', this.#versioned({}))
    this.secret = undefined
  }

  #put(sent: Secret): Answer {
    if (sent.metadata.resourceVersion !== this.secret?.metadata.resourceVersion) {
      this.conflicts++
      return status(409, 'Conflict', 'the object has been modified')
    }
    this.set(sent.data ?? {})
    return json(this.secret)
  }

  #versioned(data: Readonly<Record<string, string>>): Secret {
    this.#version++
    return {
      metadata: { name: 'metallb-webhook-cert', namespace: 'metallb-system', uid: 'u', resourceVersion: String(this.#version) },
      data,
    }
  }

  #tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', secret: Secret): void {
    this.secret = secret
    for (const watch of this.#watches) watch(secret, type)
  }
}

describe('The certificate keeper', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  let store: SecretStore
  let server: ScriptedServer
  let logs: Record<string, unknown>[]
  let keepers: CertificateKeeper[]
  beforeEach(async () => {
    store = new SecretStore()
    server = await answeringServer((request) => store.answer(request))
    logs = []
    keepers = []
  })
  afterEach(async () => {
    for (const keeper of keepers) await keeper.stop()
    await server.close()
  })

  function keep(): CertificateKeeper {
    const log = createLogger({ component: 'test', level: 'info', destination: { write: (text) => void logs.push(JSON.parse(text)) } })
    const client = connectKube({ config: configFor(server.url) })
    const keeper = keepCertificates({ client, namespace: 'metallb-system', secretName: 'metallb-webhook-cert', dnsNames: [name], log })
    keepers.push(keeper)
    return keeper
  }

  /** The next set that is not the one given. */
  async function newSet(keeper: CertificateKeeper, but?: Certificates): Promise<Certificates> {
    for (;;) {
      const current = keeper.current()
      if (current !== undefined && current.cert !== but?.cert) return current
      await brief()
    }
  }

  const text = (entry: string): string => Buffer.from(store.secret?.data?.[entry] ?? '', 'base64').toString()

  it('fills the empty Secret and serves what is in it', async () => {
    const { ca, cert, key } = await newSet(keep())
    expect([ca, cert, key]).to.deep.equal(['ca.crt', 'tls.crt', 'tls.key'].map(text))
    expect(inspect({ 'ca.crt': ca, 'ca.key': text('ca.key'), 'tls.crt': cert, 'tls.key': key })).to.deep.include({
      state: 'readable',
      dnsNames: [name],
      leafKeyFits: true,
      authorityKeyFits: true,
      signedByAuthority: true,
    })
  })

  it('lets one of several replicas win, and all serve the same', async () => {
    const sets = await Promise.all([keep(), keep(), keep()].map((keeper) => newSet(keeper)))
    expect(new Set(sets.map(({ cert }) => cert)).size).to.equal(1)
    expect(server.requests.filter(({ method }) => method === 'PUT').length - store.conflicts).to.equal(1)
  })

  it('adopts a good set without writing', async () => {
    const first = await newSet(keep())
    const writes = (): number => server.requests.filter(({ method }) => method === 'PUT').length
    const before = writes()
    expect((await newSet(keep())).cert).to.equal(first.cert)
    expect(writes()).to.equal(before)
  })

  const damages: Readonly<Record<string, { readonly damage: () => void; readonly why: RegExp }>> = {
    'is emptied': { damage: () => store.set({}), why: /^the Secret lacks ca.crt, ca.key, tls.crt, tls.key$/ },
    'holds rubbish': {
      damage: () => store.set({ ...store.secret?.data, 'tls.crt': Buffer.from('rubbish').toString('base64') }),
      why: /^tls.crt cannot be read: /,
    },
    'holds a key of something else': {
      damage: () => store.set({ ...store.secret?.data, 'tls.key': store.secret?.data?.['ca.key'] ?? '' }),
      why: /^tls.key does not belong to tls.crt$/,
    },
  }
  for (const [name, { damage, why }] of Object.entries(damages)) {
    it(`makes a whole new generation when the Secret ${name}`, async () => {
      const keeper = keep()
      const first = await newSet(keeper)
      const heard: string[] = []
      keeper.onChange(({ cert }) => heard.push(cert))
      damage()
      const second = await newSet(keeper, first)
      expect(heard).to.deep.equal([second.cert])
      expect(logs.filter(({ event }) => event === 'certificateNeeded').at(-1)?.['reason']).to.match(why)
      const [before, after] = [first, second].map(({ ca }) => new X509Certificate(ca).subject)
      expect(before).to.not.equal(after)
    })
  }

  it('says once that the Secret is absent, serves on, and goes on when it is back', async () => {
    const keeper = keep()
    const first = await newSet(keeper)
    store.remove()
    while (!logs.some(({ event }) => event === 'secretAbsent')) await brief()
    expect(keeper.current()).to.equal(first)
    store.set({})
    await newSet(keeper, first)
    const absences = logs.filter(({ event }) => event === 'secretAbsent')
    expect(absences).to.have.length(1)
    expect(absences[0]?.['reason']).to.match(/metallb-system\/metallb-webhook-cert does not exist/)
  })
})

function brief(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 2)
  })
}
