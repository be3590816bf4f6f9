// What the texts of the seeds tell, played with their own documents: pools, Services, addresses, and packets where the speaker brings them.
import { expect } from 'chai'
import type { EndpointSlice } from '../../core/objects.ts'
import { announcer, curl, eventually } from '../../demo/stage.ts'
import { own, SeedStage } from './seed-stage.ts'

const namespaces = ['production', 'development']

describe('the stories of the seeds', () => {
  let seeds: SeedStage

  before(async function () {
    this.timeout(180_000)
    seeds = await SeedStage.open()
    await seeds.extendLan()
    await seeds.startPods('web', { app: 'web' })
    for (const namespace of namespaces) await seeds.must(['create', 'namespace', namespace])
  })

  afterEach(() => seeds.strike(namespaces))

  after(() => seeds.close(namespaces))

  const namesOf = (first: number, last: number): readonly string[] =>
    Array.from({ length: last - first + 1 }, (_, index) => `web-${first + index}`)

  /** A client on the LAN reaches the pods. */
  async function reaches(address: string): Promise<string> {
    return eventually(`an answer from ${address}`, 10_000, async () => {
      const { code, stdout, stderr } = await curl(seeds.stage, address)
      return code === 0 ? { value: stdout, seen: stdout } : { seen: stderr }
    })
  }

  async function inNamespace(namespace: string): Promise<string> {
    await seeds.createService('web', namespace)
    return seeds.addressesOf('web', namespace)
  }

  it('000:737 the primary pool serves eleven Services, the twelfth overflows to the backup pool, and clients reach both', async () => {
    await seeds.apply('000:285', '000:744', '000:759')
    const first = await Promise.all(namesOf(1, 11).map((name) => seeds.expose(name)))
    expect(first).to.have.members(Array.from({ length: 11 }, (_, index) => `192.168.1.${100 + index}`))
    expect(await seeds.expose('web-12')).to.equal('192.168.2.100')
    expect(await reaches('192.168.1.100')).to.contain('pod web-')
    expect(await reaches('192.168.2.100')).to.contain('pod web-')
  })

  it('000:737 says at admission which pool is used after which', async () => {
    await seeds.apply('000:285', '000:744')
    const { stderr } = await seeds.applyShown('000:759')
    expect(stderr).to.contain('"backup-pool" (50) is used after "primary-pool" (100)')
  })

  it('002:139 a default pool never defeats priorities, and serves when nothing else does', async () => {
    await seeds.apply('000:285', '000:759', '002:139')
    await seeds.must(['annotate', 'ipaddresspool', 'default-pool', '-n', own, 'metallb.io/is-default-pool=true'])
    expect(await seeds.expose('web-1')).to.equal('192.168.2.100')
    expect(await seeds.annotationsOf('web-1')).not.to.have.property('metallb.io/address-pool')
    await seeds.must(['delete', 'service', 'web-1'])
    await seeds.must(['delete', 'ipaddresspool', 'backup-pool', '-n', own])
    expect(await seeds.expose('web-2')).to.equal('192.168.64.200')
    expect(await seeds.annotationsOf('web-2')).to.include({
      'metallb.io/address-pool': 'default-pool',
      'metallb.io/address-pool-source': 'default',
    })
  })

  it('000:771 reliable nodes announce, and the control plane never does', async () => {
    await seeds.apply('000:744', '000:776')
    const addresses = await Promise.all(namesOf(1, 3).map((name) => seeds.expose(name)))
    for (const address of addresses) expect(await announcer(seeds.stage, address)).to.be.oneOf(['n2', 'n3'])
  })

  it('000:652 two Services share an address, and clients reach it', async () => {
    await seeds.apply('000:285', '000:657', '000:670', '000:689')
    for (const name of ['web-http', 'web-https']) expect(await seeds.addressesOf(name)).to.equal('192.168.1.200')
    expect(await reaches('192.168.1.200')).to.contain('pod web-')
  })

  it('000:500 pools of namespaces serve those alone', async () => {
    await seeds.apply('000:285', '000:509', '000:526')
    expect(await inNamespace('production')).to.equal('192.168.50.0')
    expect(await inNamespace('development')).to.equal('192.168.60.0')
    expect(await seeds.createService('web')).to.contain('[ServicePending]')
    const foreign = ['annotate', 'service', 'web', 'metallb.io/address-pool=production-only-pool']
    expect(await seeds.refused(foreign)).to.contain('[NamespaceNotAllowed]')
  })

  it('000:438 pools that select namespaces by label serve nobody while there is none, whatever a Service asks for', async () => {
    await seeds.apply('000:285', '000:441', '000:463', '000:484')
    expect(await seeds.createService('web', 'production')).to.contain('[ServicePending]')
    const wish = ['annotate', 'service', 'web', '-n', 'production', 'metallb.io/address-pool=public-pool']
    expect(await seeds.refused(wish)).to.contain('[NamespaceNotAllowed]')
    await seeds.must(['label', 'namespace', 'production', 'exposure=public'])
    expect(await seeds.addressesOf('web', 'production')).to.equal('203.0.113.10')
    await seeds.must(['label', 'namespace', 'production', 'exposure-'])
  })

  it('000:642 a pool that is nowhere is refused with the nearest name', async () => {
    await seeds.apply('000:285', '000:744')
    const { stderr } = await seeds.applyShown('000:636')
    expect(stderr).to.contain('there is no pool "premium-pool"; did you mean "primary-pool"? [PoolUnknown]')
  })

  it('000:960 a test pool is expanded by editing it, which a second pool is told', async () => {
    await seeds.apply('000:285', '000:967')
    const { stderr } = await seeds.applyShown('000:981')
    expect(stderr).to.contain('overlaps with already defined CIDR')
    expect(stderr).to.contain('edit the addresses of pool "new-pool-test"')
    const expansion = { spec: { addresses: ['192.168.5.10-192.168.5.100'], autoAssign: true } }
    await seeds.must(['patch', 'ipaddresspool', 'new-pool-test', '-n', own, '--type=merge', '-p', JSON.stringify(expansion)])
    expect(await seeds.expose('web')).to.equal('192.168.5.10')
  })

  it('000:923 a quota of Kubernetes refuses the sixth Service, which reserves nothing', async () => {
    await seeds.apply('000:285', '000:928', '002:139')
    const names = namesOf(1, 5)
    for (const name of names) await seeds.createService(name, 'development')
    const five = await Promise.all(names.map((name) => seeds.addressesOf(name, 'development')))
    expect(five).to.have.members(Array.from({ length: 5 }, (_, index) => `192.168.64.${200 + index}`))
    const sixth = ['create', 'service', 'loadbalancer', 'web-6', '--tcp=80:8080', '-n', 'development']
    expect(await seeds.refused(sixth)).to.contain('exceeded quota: loadbalancer-quota')
    expect(await seeds.expose('web')).to.equal('192.168.64.205')
    await seeds.must(['delete', 'resourcequota', 'loadbalancer-quota', '-n', 'development'])
  })

  it('001:419 Services of the classes internal and external get addresses of their pools, and clients reach them under their own', async () => {
    await seeds.apply('000:285', '001:423', '001:440', '001:454', '001:821', '001:853')
    await seeds.startPods('frontend', { app: 'web-frontend', tier: 'frontend' })
    expect(await seeds.addressesOf('internal-app')).to.equal('10.0.3.100')
    expect(await seeds.addressesOf('web-frontend-lb')).to.equal('192.168.1.100')
    expect(await seeds.addressesOf('api-gateway-lb')).to.equal('10.0.3.101')
    expect(await reaches('192.168.1.100'), 'externalTrafficPolicy: Local').to.contain('client 10.99.0.50')
  })

  it('001:884 a Service that names a pool gets it without the label that the pool selects, but not from another namespace', async () => {
    await seeds.apply('000:285', '001:423')
    const { stderr } = await seeds.applyShown('001:884')
    expect(stderr).to.contain('it is served because it names the pool [ServiceNotSelected]')
    expect(await seeds.addressesOf('postgresql-primary-lb')).to.equal('10.0.3.110')
    await seeds.createService('web', 'production')
    const wish = ['annotate', 'service', 'web', '-n', 'production', 'metallb.io/address-pool=internal-pool']
    expect(await seeds.refused(wish)).to.contain('[NamespaceNotAllowed]')
  })

  it('001:224 of two documents without --- between them kubectl keeps the last, and the pool that nothing announces is warned about', async () => {
    const { stderr } = await seeds.applyShown('001:224')
    expect(stderr).to.contain('selects pool "layer2-pool" yet')
    const { stdout } = await seeds.applyShown('001:236')
    expect(stdout).to.equal('ipaddresspool.metallb.io/bgp-pool-production created\n')
  })

  it('002:131 the first steps end with an address', async () => {
    for (const selector of ['app=metallb', 'app.kubernetes.io/name=metallb'])
      await seeds.must(['wait', '-n', own, '--for=condition=ready', 'pod', `--selector=${selector}`, '--timeout=90s'])
    await seeds.apply('002:139', '002:148')
    expect(await seeds.must(['get', 'ipaddresspool', '-n', own])).to.contain('default-pool')
    expect(await seeds.must(['get', 'l2advertisement', '-n', own])).to.contain('default')
    await seeds.must(['create', 'deployment', 'nginx-lb-test', '--image=nginx'])
    await seeds.must(['expose', 'deployment', 'nginx-lb-test', '--type=LoadBalancer', '--port=80'])
    expect(await seeds.addressesOf('nginx-lb-test')).to.equal('192.168.64.200')
    await seeds.must(['delete', 'deployment', 'nginx-lb-test'])
  })

  it('000:865 the log of the speakers tells of each gain and loss of an address, with "arp"', async () => {
    await seeds.apply('002:139', '002:148')
    const address = await seeds.expose('web')
    await announcer(seeds.stage, address)
    await seeds.must(['delete', 'service', 'web'])
    await eventually('two lines in the logs', 10_000, async () => {
      const text = await seeds.must(['logs', '-n', own, '-l', 'component=speaker', '--tail=-1', '--since=1m'])
      const lines = text.split('\n').filter((line) => /arp/i.test(line) && line.includes(`"${address}"`))
      const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      const events = records.map(({ event }) => event)
      for (const record of records) expect(record).to.include.keys('ts', 'level', 'caller', 'msg')
      return events.slice(-2).join() === 'arpAddressGained,arpAddressLost' ? { value: true, seen: '' } : { seen: text }
    })
  })

  it('001:636 the metrics that dashboards and alerts ask for are there, behind the ports of the Services', async () => {
    await seeds.apply('002:139', '002:148')
    const address = await seeds.expose('web')
    await announcer(seeds.stage, address)
    const lease = await seeds.must(['get', 'lease', 'metallb-controller', '-n', own, '-o', 'jsonpath={.spec.holderIdentity}'])
    const text = await seeds.must(['get', '--raw', `/api/v1/namespaces/${own}/pods/${lease}:7472/proxy/metrics`])
    const valueOf = (name: string): string | undefined => new RegExp(`^${name}\\{pool="default-pool"\\} (.*)$`, 'm').exec(text)?.[1]
    for (const name of [
      'metallb_allocator_addresses_in_use_total',
      'metallb_allocator_addresses_in_use',
      'metallb_ip_addresses_in_use_total',
      'metallb_allocator_addresses_allocated_total',
    ])
      expect(valueOf(name), name).to.equal('1')
    for (const name of ['metallb_allocator_addresses_total', 'metallb_ip_addresses_total']) expect(valueOf(name), name).to.equal('51')
    const scraped: string[] = []
    for (const component of ['controller', 'speaker']) {
      const selector = `kubernetes.io/service-name=metallb-${component}`
      const list = await seeds.must(['get', 'endpointslices', '-n', own, '-l', selector, '-o', 'json'])
      for (const { endpoints, ports } of (JSON.parse(list) as { readonly items: readonly Slice[] }).items) {
        expect(ports.map(({ name, port }) => `${name} ${port}`)).to.have.members(['metrics 7472', 'monitoring 7472'])
        for (const { addresses } of endpoints) {
          const { stdout } = await seeds.stage.lab.exec('n1', [
            'curl',
            '--silent',
            '--max-time',
            '5',
            `http://${addresses[0]}:7472/metrics`,
          ])
          expect(stdout, `${component} at ${addresses[0]}`).to.contain('# TYPE metallb_')
          scraped.push(stdout)
        }
      }
    }
    expect(scraped.join('\n')).to.match(new RegExp(`^metallb_layer2_requests_received\\{ip="${address}"\\} [1-9]`, 'm'))
    expect(scraped.join('\n')).to.contain('# TYPE metallb_bgp_session_up gauge')
  })
})

interface Slice extends EndpointSlice {
  readonly endpoints: readonly { readonly addresses: readonly string[] }[]
  readonly ports: readonly { readonly name: string; readonly port: number }[]
}
