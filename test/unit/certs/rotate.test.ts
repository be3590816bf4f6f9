import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { issueAuthority, issueCertificate } from '../../../certs/issue.ts'
import { type CertificateKeeper, type Certificates, keepCertificates } from '../../../certs/rotate.ts'
import { connectKube, type KubeClient } from '../../../kube/client.ts'
import { type Clock, systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { answeringServer, configFor, type ScriptedServer, status } from '../kube/scripted-server.ts'
import { SecretStore } from './secret-store.ts'

const name = 'metallb-webhook-service.metallb-system.svc'
const day = 86_400_000

describe('The certificate keeper', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  let store: SecretStore
  let server: ScriptedServer
  let logs: Record<string, unknown>[]
  let keepers: CertificateKeeper[]
  let clients: KubeClient[]
  /** How far the clock is ahead of the true one. */
  let ahead: number
  /** What the API server trusts. */
  let trusted: string
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    wall: () => systemClock.wall() + ahead,
    sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal),
  }
  beforeEach(async () => {
    store = new SecretStore()
    server = await answeringServer((request) => store.answer(request))
    logs = []
    keepers = []
    clients = []
    ahead = 0
    trusted = ''
  })
  afterEach(async () => {
    for (const keeper of keepers) await keeper.stop()
    for (const client of clients) client.close()
    await server.close()
  })

  function keep(options: { readonly rotates?: boolean } = {}): CertificateKeeper {
    const log = createLogger({ component: 'test', level: 'info', destination: { write: (text) => void logs.push(JSON.parse(text)) } })
    const client = connectKube({ config: configFor(server.url) })
    const keeper = keepCertificates({
      client,
      namespace: 'metallb-system',
      secretName: 'metallb-webhook-cert',
      labels: { app: 'metallb' },
      dnsNames: [name],
      rotates: options.rotates ?? true,
      isTrusted: (authority) => trusted.includes(authority.trim()),
      log,
      clock,
    })
    clients.push(client)
    keepers.push(keeper)
    return keeper
  }

  async function firstSets(...those: readonly CertificateKeeper[]): Promise<readonly Certificates[]> {
    await until(() => those.every((keeper) => keeper.current() !== undefined))
    return those.flatMap((keeper) => keeper.current() ?? [])
  }

  const steps = (): readonly unknown[] => logs.flatMap(({ event, action }) => (event === 'certificateStep' ? [action] : []))

  async function setOf(authorityDays: number, leafDays: number): Promise<Readonly<Record<string, string>>> {
    const notBefore = new Date(Date.now() - 60_000)
    const inDays = (days: number): Date => new Date(Date.now() + days * day)
    const authority = await issueAuthority({ commonName: 'given', notBefore, notAfter: inDays(authorityDays) })
    const leaf = await issueCertificate({
      authority,
      subject: { commonName: name },
      dnsNames: [name],
      usage: 'server',
      notBefore,
      notAfter: inDays(leafDays),
    })
    return { 'ca.crt': authority.certificate, 'ca.key': authority.key, 'tls.crt': leaf.certificate, 'tls.key': leaf.key }
  }

  it('fills the empty Secret and serves what is in it', async () => {
    const [set] = await firstSets(keep())
    expect([set?.bundle, set?.authority, set?.cert, set?.key]).to.deep.equal(
      ['ca.crt', 'ca.crt', 'tls.crt', 'tls.key'].map((entry) => store.text(entry)),
    )
    const leaf = new X509Certificate(set?.cert ?? '')
    expect(leaf.verify(new X509Certificate(set?.authority ?? '').publicKey)).to.equal(true)
    expect(set?.expires).to.equal(leaf.validToDate.getTime())
    expect(Math.round(((set?.authorityExpires ?? 0) - Date.now()) / day)).to.equal(3_650)
  })

  it('lets one of several replicas win, and all serve the same', async () => {
    const sets = await firstSets(keep(), keep(), keep())
    expect(new Set(sets.map(({ cert }) => cert)).size).to.equal(1)
    expect(store.writes).to.equal(1)
  })

  it('adopts a good set without writing', async () => {
    const [first] = await firstSets(keep())
    const [second] = await firstSets(keep())
    expect(second).to.deep.equal(first)
    expect(store.writes).to.equal(1)
  })

  const rubbish = Buffer.from('rubbish').toString('base64')
  const damages: Readonly<Record<string, () => void>> = {
    'is emptied': () => store.set({}),
    'holds rubbish': () => store.set({ ...store.secret?.data, 'tls.crt': rubbish }),
    'holds a damaged authority': () => store.set({ ...store.secret?.data, 'ca.crt': rubbish }),
    'holds a key of something else': () => store.set({ ...store.secret?.data, 'tls.key': store.secret?.data?.['ca.key'] ?? '' }),
  }
  for (const [damaged, damage] of Object.entries(damages)) {
    it(`puts back what it serves when the Secret ${damaged}: nobody has to trust anything new, and one replica writes`, async () => {
      const replicas = [keep(), keep(), keep()]
      const before = await firstSets(...replicas)
      const data = store.secret?.data
      const heard: unknown[] = []
      for (const replica of replicas) replica.onChange((changed) => heard.push(changed))
      damage()
      await until(() => store.writes === 2)
      expect(store.secret?.data).to.deep.equal(data)
      expect(replicas.map((replica) => replica.current())).to.deep.equal(before)
      expect(heard).to.deep.equal([])
    })
  }

  it('creates the deleted Secret again with what it serves, but not at once: whoever uninstalls us deletes it too', async () => {
    const replicas = [keep(), keep()]
    await firstSets(...replicas)
    const before = store.secret
    store.remove()
    await until(() => server.requests.length > 4)
    for (let look = 0; look < 10; look++) await brief()
    expect(store.secret).to.equal(undefined)
    ahead += 6_000
    await until(() => store.secret !== undefined)
    expect(store.secret?.data).to.deep.equal(before?.data)
    expect(store.secret?.metadata.labels).to.deep.equal(before?.metadata.labels)
    expect(store.secret?.metadata.annotations).to.deep.equal(before?.metadata.annotations)
    expect(store.writes).to.equal(2)
  })

  it('says once that it may not create the Secret, serves on, and goes on when it is back', async () => {
    const keeper = keep()
    const [first] = await firstSets(keeper)
    store.refusal = status(403, 'Forbidden', 'secrets is forbidden')
    store.remove()
    await brief()
    ahead += 6_000
    const refusals = (): number => server.requests.filter(({ method }) => method === 'POST').length
    await until(() => refusals() > 3)
    expect(keeper.current()).to.equal(first)
    expect(logs.filter(({ event }) => event === 'certificateNotWritten')).to.have.length(1)
    store.set({})
    await until(() => store.text('tls.crt') === first?.cert)
  })

  it('signs a leaf that ends anew, by the same authority', async () => {
    store.setTexts(await setOf(3_000, 80))
    const replicas = [keep(), keep()]
    const [before] = await firstSets(...replicas)
    await until(() => replicas.every((replica) => replica.current()?.cert !== before?.cert))
    const [after, other] = await firstSets(...replicas)
    expect(after).to.deep.equal(other)
    expect(after?.bundle).to.equal(before?.bundle)
    expect([steps().includes('renew'), store.writes]).to.deep.equal([true, 1])
  })

  it('introduces a new authority in three writes, whatever the number of replicas, and serves by it only when it is trusted', async () => {
    const replicas = [keep(), keep(), keep()]
    const [before] = await firstSets(...replicas)
    const old = store.text('ca.crt')
    store.without('ca.key')
    await until(() => replicas.every((replica) => replica.current()?.bundle !== before?.bundle))
    const next = store.text('next-ca.crt')
    for (const { bundle, cert } of await firstSets(...replicas)) {
      expect(bundle).to.equal([old, next].toSorted().join(''))
      expect(cert).to.equal(before?.cert)
    }
    const announced = await firstSets(...replicas)
    ahead += 3_600_000
    for (let look = 0; look < 10; look++) await brief()
    expect(store.writes, 'nobody trusts it yet').to.equal(2)

    trusted = next
    for (let look = 0; look < 10; look++) await brief()
    expect(store.writes, 'it is trusted for too short a time').to.equal(2)
    ahead += 31_000
    await until(() => replicas.every((replica) => replica.current()?.cert !== before?.cert))
    for (const [index, { bundle, authority }] of (await firstSets(...replicas)).entries()) {
      expect(bundle, 'a switch changes nothing in what is trusted').to.equal(announced[index]?.bundle)
      expect(authority).to.equal(next)
    }
    expect([store.text('ca.crt'), store.text('previous-ca.crt'), store.text('next-ca.crt')]).to.deep.equal([next, old, ''])

    ahead += 3_700_000
    await until(() => replicas.every((replica) => replica.current()?.bundle === next))
    expect(store.text('previous-ca.crt')).to.equal('')
    expect(store.writes).to.equal(4)
    expect(new Set(steps())).to.deep.equal(new Set(['make', 'announce', 'switch', 'retire']))
  })

  it('goes on with a rotation that another replica has begun and did not end', async () => {
    const first = keep()
    await firstSets(first)
    store.without('ca.key')
    await until(() => store.text('next-ca.crt') !== '')
    await first.stop()
    trusted = store.text('next-ca.crt')
    const second = keep()
    await firstSets(second)
    ahead += 31_000
    await until(() => second.current()?.authority === trusted)
    expect(steps()).to.deep.equal(['make', 'announce', 'switch'])
  })

  it('only reads when somebody else renews, and says once what is wrong', async () => {
    const keeper = keep({ rotates: false })
    await until(() => logs.some(({ event }) => event === 'certificateNotOurs'))
    const { 'ca.key': _, ...given } = await setOf(3_000, 80)
    store.setTexts(given)
    const [set] = await firstSets(keeper)
    expect(set?.cert).to.equal(given['tls.crt'])
    for (let look = 0; look < 10; look++) await brief()
    expect(store.writes).to.equal(0)
    expect(logs.filter(({ event }) => event === 'certificateNotOurs').map(({ msg }) => String(msg).replace(/;.*/, ''))).to.deep.equal([
      'the Secret lacks ca.crt',
      'the Secret lacks ca.key',
    ])
  })
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await brief()
}

function brief(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 2)
  })
}
