// The lab itself: real nodes, side by side, through power cuts and killed makers, and nothing left afterwards.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { buildLabImages } from '../../images/lab.ts'
import { setup, type Toolchain } from '../../tools/setup.ts'
import { type Lab, type LabImages, openLab, upLab } from '../lab/lab.ts'
import { findNetnsFolder, type NetnsFolder } from '../lab/netns-folder.ts'
import { namespacePlace } from '../lab/network.ts'
import { machine } from '../lab/place.ts'
import { RouteWatch } from '../lab/route-watch.ts'
import { labNames, readState } from '../lab/state.ts'
import { sweep } from '../lab/sweep.ts'
import { UsageError } from '../lab/usage-error.ts'
import { until } from '../lab/wait.ts'
import { machineState, tracesOf } from './lab-traces.ts'

const cliFile = join(import.meta.dirname, '../lab/cli.ts')
const makerFile = join(import.meta.dirname, 'lab-maker.ts')
const cli = [process.execPath, cliFile]
const name = (suffix: string): string => `t${process.pid}-${suffix}`

/** Milliseconds after the record appears at which a maker is killed: from the first link to nodes that are nearly Ready. */
const makersDie = [0, 15, 40, 90, 180, 320, 600, 1500]
/** The same for who removes a lab. */
const removersDie = [0, 60]

/** A program of ours that is going to be killed. */
function start(argv: readonly string[]): { readonly output: () => string; readonly kill: () => Promise<void> } {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { output: () => output, kill }
}

describe('the lab', function () {
  this.timeout(90_000)
  let clean: unknown
  /** Known when no other lab is there: those use the same folder. */
  let netnsBefore: NetnsFolder | undefined
  let toolchain: Toolchain
  let labImages: LabImages['labImages']
  let lab: Lab
  let uplink: string | undefined
  const beside = name('beside')

  before('starts one lab as a library and another as a command, at once', async () => {
    clean = await machineState()
    if (labNames().length === 0) netnsBefore = findNetnsFolder()
    toolchain = await setup(() => undefined)
    labImages = await buildLabImages(toolchain.cache, () => undefined)
    const command = machine.run([...cli, 'up', '--bare', '--nodes', '1', '--name', beside], { limitMs: 80_000 })
    const made = upLab(
      {
        name: name('a'),
        bare: true,
        nodes: [{}, { labels: { 'topology.kubernetes.io/zone': 'b' }, interfaces: [{ name: 'eth1', bridge: 'storage' }] }],
      },
      toolchain,
      { labImages },
    )
    const [{ code, stdout, stderr }] = await Promise.all([command, made])
    lab = await made
    uplink = readState(lab.name)?.uplink.link
    expect(code, stderr).to.equal(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).to.have.lengthOf(1)
    expect(JSON.parse(lines[0] ?? '')).to.have.all.keys('name', 'kubeconfig', 'nodes', 'clients', 'routers')
  })

  after('ends what a failed test left', async () => {
    for (const one of [name('a'), beside, name('cut')]) if (readState(one) !== undefined) await openLab(one).down()
  })

  it('has nodes that are Ready, with their roles, labels and interfaces', async () => {
    const { stdout } = await lab.kubectl(['get', 'nodes', '--no-headers', '-L', 'topology.kubernetes.io/zone'])
    expect(stdout.replaceAll(/ +/g, ' ').split('\n')).to.satisfy((lines: string[]) => {
      expect(lines[0]).to.match(/^n1 Ready control-plane /)
      expect(lines[1]).to.match(/^n2 Ready worker .* b$/)
      return true
    })
    expect((await lab.exec('n2', ['ip', '-brief', 'link', 'show', 'eth1'])).stdout).to.match(/UP/)
  })

  it('runs commands in its places and says which there are', async () => {
    expect((await lab.exec('n2', ['hostname'])).stdout).to.equal('n2\n')
    expect((await lab.exec('client', ['ndisc6', '-1', '-r', '1', 'fd10:99::12', 'eth0'])).code).to.equal(0)
    expect(() => lab.place('n3')).to.throw(UsageError, /no "n3", only n1, n2, client, outside, frr, bird/)
    expect(() => openLab(name('none'))).to.throw(UsageError)
  })

  it('has routers that answer for themselves, and a client whose packets take the first one there and back', async () => {
    expect(lab.routers).to.deep.equal([
      { name: 'frr', kind: 'frr', address: '10.99.0.2', asn: 64_512 },
      { name: 'bird', kind: 'bird', address: '10.99.0.3', asn: 64_513 },
    ])
    expect((await lab.exec('frr', ['vtysh', '-c', 'show bgp summary'])).stdout).to.contain('No BGP neighbors')
    expect((await lab.exec('bird', ['birdc', 'show', 'protocols'])).stdout).to.match(/nodes4 +BGP .*Passive/)
    // kubelet knows nobody, but answers.
    for (const node of ['10.99.0.12', '[fd10:99::12]']) {
      const { code, stderr } = await lab.exec('outside', ['curl', '-sSk', '--max-time', '2', `https://${node}:10250/`])
      expect(code, stderr).to.equal(0)
    }
  })

  it('watches the routes of a router, of both families', async () => {
    const watch = await RouteWatch.open(namespacePlace(lab.name, 'bird'))
    try {
      const since = performance.now()
      await lab.exec('bird', ['ip', 'route', 'add', '10.97.0.1', 'nexthop', 'via', '10.99.0.11', 'nexthop', 'via', '10.99.0.12'])
      const { at } = await watch.whenNextHops('10.97.0.1', (hops) => hops.join() === '10.99.0.11,10.99.0.12', { limitMs: 2000 })
      // The one clock is the machine's, the other this process's.
      expect(at).to.be.within(since - 5, performance.now() + 5)
      await lab.exec('bird', ['ip', '-6', 'route', 'add', 'fd10:97::1', 'nexthop', 'via', 'fd10:99::11', 'nexthop', 'via', 'fd10:99::12'])
      await lab.exec('bird', ['ip', '-6', 'route', 'del', 'fd10:97::1', 'via', 'fd10:99::11'])
      await watch.whenNextHops('fd10:97::1', (hops) => hops.join() === 'fd10:99::12', { limitMs: 2000 })
      await lab.exec('bird', ['ip', 'route', 'del', '10.97.0.1'])
      await watch.whenNextHops('10.97.0.1', (hops) => hops.length === 0, { limitMs: 2000 })
    } finally {
      await watch.close()
    }
  })

  it('runs beside another with the same addresses, which outlives the command that made it', async () => {
    expect(await sweep()).not.to.include(beside)
    const other = openLab(beside)
    const { stdout } = await other.kubectl(['get', 'nodes', '--no-headers', '-o', 'name'])
    expect(stdout).to.equal('node/n1\n')
    expect((await other.exec('client', ['arping', '-c', '1', '-w', '1', '10.99.0.12'])).code).not.to.equal(0)
    expect((await lab.exec('client', ['arping', '-c', '1', '-w', '1', '10.99.0.12'])).code).to.equal(0)
  })

  it('cuts the power of a node and gives it back', async () => {
    const arping = ['arping', '-c', '1', '-w', '1', '10.99.0.12']
    await lab.killNode('n2')
    expect(lab.nodes[1]?.pid).to.equal(0)
    expect((await lab.exec('client', arping)).code).not.to.equal(0)
    await lab.startNode('n2')
    const { code, stdout } = await lab.exec('client', arping)
    expect(code).to.equal(0)
    expect(stdout).to.contain('02:00:0a:63:00:0c')
  })

  it('cuts the power of a router and gives it back, and starts its program again when that ends', async () => {
    await lab.killNode('bird')
    expect(() => lab.place('bird')).to.throw(UsageError, /bird is off/)
    await lab.startNode('bird')
    await lab.exec('bird', ['sh', '-c', 'kill -KILL "$(cat /run/bird.pid)"'])
    await until('BIRD', async () => (await lab.exec('bird', ['birdc', 'show', 'status'])).stdout.includes('up and running') || undefined, {
      limitMs: 5000,
    })
  })

  it('takes SIGKILL to the one process of a node for a power cut', async () => {
    process.kill(lab.nodes[1]?.pid ?? 0, 'SIGKILL')
    await until(
      'n2 to be silent',
      async () => (await lab.exec('client', ['arping', '-c', '1', '-w', '1', '10.99.0.12'])).code !== 0 || undefined,
      {
        limitMs: 5000,
      },
    )
    expect(lab.nodes[1]?.pid).to.equal(0)
    await lab.startNode('n2')
    expect((await lab.exec('n2', ['hostname'])).stdout).to.equal('n2\n')
  })

  for (const delay of makersDie) {
    it(`is swept when its maker is killed ${delay} ms after it began`, async () => {
      const cut = name('cut')
      const maker = start([makerFile, cut, JSON.stringify(toolchain), JSON.stringify({ labImages })])
      await until('the record', () => readState(cut), { limitMs: 20_000, everyMs: 1, evidence: maker.output })
      const link = readState(cut)?.uplink.link
      await sleep(delay)
      await maker.kill()
      expect(await sweep()).to.include(cut)
      expect(await tracesOf(cut, link)).to.deep.equal([])
    })
  }

  for (const delay of removersDie) {
    it(`is swept when its remover is killed ${delay} ms after it began`, async () => {
      if (readState(beside) === undefined) {
        const up = await machine.run([...cli, 'up', '--bare', '--nodes', '1', '--name', beside])
        expect(up.code, up.stderr).to.equal(0)
      }
      const link = readState(beside)?.uplink.link
      const remover = start([cliFile, 'down', '--name', beside])
      await until('the removal', () => readState(beside)?.phase === 'removing' || undefined, {
        limitMs: 20_000,
        everyMs: 1,
        evidence: remover.output,
      })
      await sleep(delay)
      await remover.kill()
      await sweep()
      expect(await tracesOf(beside, link)).to.deep.equal([])
    })
  }

  it('was not disturbed by any of that', async () => {
    expect((await lab.kubectl(['get', '--raw', '/readyz'])).stdout).to.equal('ok')
  })

  it('leaves nothing', async () => {
    await lab.down()
    expect(await tracesOf(lab.name, uplink)).to.deep.equal([])
    expect(await machineState()).to.deep.equal(clean)
    if (netnsBefore !== undefined && labNames().length === 0) expect(findNetnsFolder()).to.equal(netnsBefore)
  })
})
