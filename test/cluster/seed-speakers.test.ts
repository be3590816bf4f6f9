// The speakers and network policies of the seeds beside our own, on a real cluster.
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { announcer, arpAnswers, eventually, objectFile } from '../../demo/stage.ts'
import { overlay } from './product-lab.ts'
import { own, SeedStage } from './seed-stage.ts'

const overlayOf = (name: string): string => fileURLToPath(new URL(`../seeds/overlays/${name}`, import.meta.url))

interface Summary {
  readonly ipv4Unicast?: { readonly peers: Readonly<Record<string, { readonly state: string }>> }
}

describe('the speakers of the seeds', () => {
  let seeds: SeedStage
  const address = '192.168.64.200'

  before(async function () {
    this.timeout(180_000)
    seeds = await SeedStage.open()
    await seeds.extendLan()
    await seeds.startPods('web', { app: 'web' })
    await seeds.apply('002:139', '002:148')
    expect(await seeds.expose('web')).to.equal(address)
    await seeds.must(['label', 'node', 'n3', 'metallb.io/speaker=enabled'])
  })

  after(async function () {
    this.timeout(120_000)
    await seeds.must(['delete', '-f', objectFile('bgp.yaml'), '--ignore-not-found'])
    await seeds.close([])
    await seeds.must(['label', 'node', 'n3', 'metallb.io/speaker-'])
    await roll(overlay)
  })

  async function roll(kustomization: string): Promise<void> {
    await seeds.must(['apply', '-k', kustomization])
    await seeds.must(['rollout', 'status', 'daemonset/speaker', '-n', own, '--timeout=90s'])
  }

  const logs = (): Promise<string> => seeds.must(['logs', '-n', own, '-l', 'component=speaker', '--tail=-1'])

  it('001:474 beside the network policies of the text everything works (this network enforces none)', async () => {
    await seeds.apply('001:478', '001:513')
    try {
      expect(await seeds.refused(['apply', '-f', objectFile('wrong-range.yaml')])).to.contain('[RangeReversed]')
      expect(await announcer(seeds.stage, await seeds.expose('second'))).to.match(/^n\d$/)
    } finally {
      await seeds.must(['delete', 'networkpolicies', '-n', own, 'metallb-controller-policy', 'metallb-speaker-policy'])
    }
  })

  it('001:993 the optimized one runs on labelled nodes alone, and says once that it knows nothing of FRR', async () => {
    await roll(overlayOf('optimized'))
    const sameNodes = { spec: { nodeSelectors: [{ matchLabels: { 'metallb.io/speaker': 'enabled' } }] } }
    await seeds.must(['patch', 'l2advertisement', 'default', '-n', own, '--type=merge', '-p', JSON.stringify(sameNodes)])
    expect(await announcer(seeds.stage, address)).to.equal('n3')
    const lines = (await logs()).split('\n').filter((line) => line.includes('FRR'))
    expect(lines).to.have.lengthOf(1)
    expect(lines[0]).to.contain('FRR_CONFIG_FILE,FRR_LOGGING_LEVEL')
  })

  it('001:581 the hardened one is Ready without a capability: it withholds layer 2 with that reason, and opens its own sessions', async () => {
    await roll(overlayOf('hardened'))
    const user = ['exec', '-n', own, 'daemonset/speaker', '--', '/usr/bin/node', '--print', 'process.getuid()']
    expect(await seeds.must(user)).to.equal('65534\n')
    expect(await arpAnswers(seeds.stage, address, 2)).to.deep.equal([])
    const text = await logs()
    expect(text).to.contain('layer 2 is withheld on this node, no arp is answered: socket failed with EPERM')
    expect(text).to.contain('port 179 cannot be opened: sessions are opened from this side only')
    await seeds.must(['apply', '-f', objectFile('bgp.yaml')])
    await eventually('a session with every node', 30_000, async () => {
      const { stdout } = await seeds.stage.lab.exec('frr', ['vtysh', '-c', 'show bgp summary json'])
      const peers = (JSON.parse(stdout) as Summary).ipv4Unicast?.peers ?? {}
      const up = Object.values(peers).filter(({ state }) => state === 'Established')
      return up.length === seeds.stage.lab.nodes.length ? { value: true, seen: '' } : { seen: stdout }
    })
  })
})
