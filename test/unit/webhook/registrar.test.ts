import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import type { Fields } from '../../../core/shape.ts'
import { connectKube, type KubeClient } from '../../../kube/client.ts'
import { systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { refuseWith } from '../../../webhook/answer.ts'
import { Registrar } from '../../../webhook/io/registration.ts'
import { answerProbe, type Call } from '../../../webhook/probe.ts'
import { configurationName, type WebhookConfiguration } from '../../../webhook/registration.ts'
import { ownNamespace, requestFor } from '../admission/example.ts'
import {
  type Answer,
  answeringServer,
  configFor,
  json,
  line,
  list,
  type ScriptedServer,
  type SeenRequest,
  status,
} from '../kube/scripted-server.ts'

/** The two configurations as an API server keeps them, and its habit of calling a webhook only some time after it was registered. */
class Configurations {
  readonly current: Record<Call, WebhookConfiguration>
  readonly history: string[] = []
  /** Dry runs that pass without a call to the webhook. */
  deafFor = 0
  /** Writes that come too late. */
  conflicts = 0
  #version = 1
  readonly #watches = new Map<Call, ServerResponse>()
  #settled = Promise.withResolvers<void>()
  #wasEnforced = false

  constructor() {
    const empty = (call: Call): WebhookConfiguration => ({ metadata: { name: configurationName, uid: call, resourceVersion: '1' } })
    this.current = { mutating: empty('mutating'), validating: empty('validating') }
  }

  /** Both are enforced. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  answer(request: SeenRequest): Answer {
    if (request.path.endsWith('/ipaddresspools')) return this.#dryRun(request)
    const call: Call = request.path.includes('mutatingwebhookconfigurations') ? 'mutating' : 'validating'
    if (request.method === 'PATCH') return this.#patch(call, JSON.parse(request.body) as WebhookConfiguration)
    if (request.query['watch'] !== 'true') return list(this.#version, [this.current[call]])
    return (response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.flushHeaders()
      this.#watches.set(call, response)
    }
  }

  /** A write by whoever it is. */
  write(call: Call, change: Partial<WebhookConfiguration>): void {
    const { metadata } = this.current[call]
    this.#version++
    const annotations = { ...metadata.annotations, ...change.metadata?.annotations }
    this.current[call] = {
      ...this.current[call],
      ...change,
      metadata: { ...metadata, annotations, resourceVersion: String(this.#version) },
    }
    this.#watches.get(call)?.write(line('MODIFIED', this.current[call]))
    if (this.#isEnforced()) this.#settled.resolve()
    else this.#settled = this.#wasEnforced ? Promise.withResolvers<void>() : this.#settled
    this.#wasEnforced = this.#isEnforced()
  }

  #isEnforced(): boolean {
    return Object.values(this.current).every((configuration) => policyOf(configuration) === 'Fail')
  }

  #patch(call: Call, body: WebhookConfiguration): Answer {
    if (this.conflicts > 0) {
      this.conflicts--
      this.write(call, {})
    }
    if (body.metadata.resourceVersion !== this.current[call].metadata.resourceVersion)
      return status(409, 'Conflict', 'it has been modified')
    this.history.push(`${call} ${policyOf(body)}`)
    this.write(call, body)
    return json(this.current[call])
  }

  #dryRun(request: SeenRequest): Answer {
    expect(request.query['dryRun']).to.equal('All')
    const pool = JSON.parse(request.body) as Fields
    for (const call of ['mutating', 'validating'] as const) {
      const refusal = answerProbe(call, requestFor(pool)) ?? []
      if (refusal.length === 0) continue
      if (this.deafFor > 0) {
        this.deafFor--
        break
      }
      const { message = '' } = refuseWith(requestFor(pool), refusal).response.status ?? {}
      return status(422, 'Invalid', `admission webhook "${call}" denied the request: ${message}`)
    }
    return json(pool, 201)
  }
}

function policyOf({ webhooks }: WebhookConfiguration): string {
  return String((webhooks?.[0] as Fields | undefined)?.['failurePolicy'])
}

describe('the registrar', () => {
  let configurations: Configurations
  let server: ScriptedServer
  let client: KubeClient
  let registrar: Registrar
  let certificates: { readonly bundle: string; readonly authority: string } | undefined
  let isEnding: boolean
  /** How far the clock is ahead of the true one. */
  let ahead: number

  function newRegistrar(): Registrar {
    return new Registrar({
      client,
      facts: { namespace: ownNamespace, service: 'metallb-webhook-service', classes: {} },
      certificates: () => certificates,
      isEnding: () => isEnding,
      log: createLogger({ component: 'test', level: 'none' }),
      clock: { ...systemClock, now: () => systemClock.now() + ahead },
    })
  }

  beforeEach(async () => {
    configurations = new Configurations()
    server = await answeringServer((request) => configurations.answer(request))
    client = connectKube({ config: configFor(server.url) })
    certificates = { bundle: 'one', authority: 'one' }
    isEnding = false
    ahead = 0
    registrar = newRegistrar()
  })

  afterEach(async () => {
    await registrar.stop()
    client.close()
    await server.close()
  })

  it('registers with Ignore, proves the path, and only then enforces', async () => {
    configurations.deafFor = 3
    registrar.start()
    await configurations.settled
    expect(configurations.history.filter((entry) => entry.startsWith('mutating'))).to.deep.equal(['mutating Ignore', 'mutating Fail'])
    expect(configurations.history.filter((entry) => entry.startsWith('validating'))).to.deep.equal(['validating Ignore', 'validating Fail'])
    expect(configurations.deafFor).to.equal(0)
    expect(registrar.gap).to.equal(undefined)
  })

  describe('at a first installation, while the API server does not call anybody yet', () => {
    let other: Registrar
    beforeEach(async () => {
      configurations.deafFor = Number.POSITIVE_INFINITY
      registrar.start()
      while (configurations.history.length < 2) await soon()
      other = newRegistrar()
      other.start()
      while (other.gap?.startsWith('the webhook configurations') ?? false) await soon()
    })
    afterEach(() => other.stop())

    it('is ready at once when it has registered first, and later when it has not', async () => {
      expect([registrar.gap, other.gap]).to.deep.equal([undefined, 'it is not proven yet that the API server reaches the webhook'])
      configurations.deafFor = 0
      await configurations.settled
      while (other.gap !== undefined) await soon()
    })

    it('is ready when it has waited long enough for one that may be gone', () => {
      ahead = 10_001
      expect(other.gap).to.equal(undefined)
    })

    it('stays ready, whatever becomes of the registration', async () => {
      ahead = 10_001
      expect(other.gap).to.equal(undefined)
      ahead = 0
      configurations.write('mutating', { webhooks: [] })
      await soon()
      expect([registrar.gap, other.gap]).to.deep.equal([undefined, undefined])
    })
  })

  it('looks again after a conflict', async () => {
    configurations.conflicts = 2
    registrar.start()
    await configurations.settled
    expect(configurations.history).to.have.length(4)
  })

  it('begins anew when somebody empties a list', async () => {
    registrar.start()
    await configurations.settled
    configurations.write('mutating', { webhooks: [] })
    await configurations.settled
    expect(configurations.history.slice(4)).to.deep.equal(['mutating Ignore', 'mutating Fail'])
  })

  it('registers an authority that comes without a moment of Ignore, and tells when it is trusted', async () => {
    registrar.start()
    await configurations.settled
    expect(registrar.trusts('two')).to.equal(false)
    certificates = { bundle: 'onetwo', authority: 'one' }
    registrar.refresh()
    while (!registrar.trusts('two')) await soon()
    expect(configurations.history.slice(4).toSorted()).to.deep.equal(['mutating Fail', 'validating Fail'])
    expect(registrar.trusts('one')).to.equal(true)
  })

  it('begins anew with an authority that nobody trusts yet', async () => {
    registrar.start()
    await configurations.settled
    certificates = { bundle: 'two', authority: 'two' }
    registrar.refresh()
    while (configurations.history.length < 8) await soon()
    expect(configurations.history.slice(4).toSorted()).to.deep.equal([
      'mutating Fail',
      'mutating Ignore',
      'validating Fail',
      'validating Ignore',
    ])
    expect(JSON.stringify(configurations.current)).not.to.contain(Buffer.from('one').toString('base64'))
  })

  it('takes the entries away when its namespace goes', async () => {
    registrar.start()
    await configurations.settled
    isEnding = true
    registrar.refresh()
    const { current } = configurations
    while ((current.mutating.webhooks?.length ?? 0) + (current.validating.webhooks?.length ?? 0) > 0) await soon()
    expect(configurations.history.slice(4).toSorted()).to.deep.equal(['mutating undefined', 'validating undefined'])
  })

  it('is not registered while there is no authority', async () => {
    certificates = undefined
    registrar.start()
    while (server.requests.length < 4) await soon()
    expect(registrar.gap).to.equal('the webhook configurations do not hold our certificate authority yet')
    expect(configurations.history).to.deep.equal([])
  })
})

function soon(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
