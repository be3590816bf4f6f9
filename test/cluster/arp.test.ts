// ARP on a real wire, without a cluster: a node in one network namespace, a host in another, and a cable between them.

import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { parseAddress } from '../../core/address.ts'
import { type ArpFrame, ArpOperation, arpFrameLength, broadcast, decodeArp, encodeArp, mac } from '../../speaker/l2/arp.ts'
import type { Command, Counts } from './arp-node.ts'

const run = promisify(execFile)
const nodeSpace = `mlb-arp-${process.pid}-node`
const hostSpace = `mlb-arp-${process.pid}-host`
const nodeMac = mac(0x0200_0000_000b)
const hostMac = mac(0x0200_0000_0032)
const hostAddress = '10.98.0.50'
const ours = '10.98.0.200'
const foreign = '10.98.0.201'

function ipv4(text: string): number {
  const address = parseAddress(text)
  if (!address.ok || address.value.family !== 'IPv4') throw new Error(text)
  return address.value.value
}

/** Asks until the answer is the wanted one; mocha's time limit ends a wait for nothing. */
async function eventually(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempts = 1; !(await ask()); attempts += 1) {
    if (attempts % 100 === 0) process.stderr.write(`still waiting: ${what}\n`)
    await delay(50)
  }
}

class Program {
  readonly child: ChildProcessWithoutNullStreams
  /** Every line of its output. */
  readonly lines: string[] = []

  constructor(space: string, file: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const script = join(import.meta.dirname, file)
    this.child = spawn('ip', ['netns', 'exec', space, process.execPath, script, ...argv], { env: { ...process.env, ...env } })
    createInterface({ input: this.child.stdout }).on('line', (line) => this.lines.push(line))
    this.child.stderr.pipe(process.stderr)
  }

  write(line: string): void {
    this.child.stdin.write(`${line}\n`)
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** The first line from `from` on that is wanted. */
  async line(wanted: (line: string) => boolean, from = 0): Promise<string> {
    let found: string | undefined
    await eventually('a line', () => {
      found = this.lines.slice(from).find(wanted)
      if (found === undefined && this.ended) throw new Error(`ended with ${this.child.exitCode}: ${this.lines.slice(-5).join('\n')}`)
      return found !== undefined
    })
    return found ?? ''
  }

  async end(): Promise<void> {
    if (this.ended) return
    const exit = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await exit
  }
}

class Node extends Program {
  async command(command: Command, answer: string = 'done'): Promise<string> {
    const from = this.lines.length
    this.write(JSON.stringify(command))
    return this.line((line) => (JSON.parse(line) as { readonly type?: string }).type === answer, from)
  }

  async counts(address = ours): Promise<Counts> {
    return JSON.parse(await this.command({ type: 'count', address }, 'counts')) as Counts
  }

  logged(event: string): number {
    return this.lines.filter((line) => (JSON.parse(line) as { readonly event?: string }).event === event).length
  }
}

describe('ARP on a wire', function () {
  this.timeout(60_000)
  let node: Node
  let wire: Program

  const ip = async (...argv: readonly string[]): Promise<void> => void (await run('ip', argv))
  const addCable = async (name: string): Promise<void> => {
    await ip(
      'link',
      'add',
      name,
      'netns',
      nodeSpace,
      'address',
      '02:00:00:00:00:0b',
      'type',
      'veth',
      'peer',
      'name',
      name,
      'netns',
      hostSpace,
    )
    await ip('-n', hostSpace, 'link', 'set', name, 'address', '02:00:00:00:00:32')
    await ip('-n', hostSpace, 'link', 'set', name, 'up')
    await ip('-n', nodeSpace, 'link', 'set', name, 'up')
  }

  before(async () => {
    await ip('netns', 'add', nodeSpace)
    await ip('netns', 'add', hostSpace)
    await addCable('eth0')
    await ip('-n', hostSpace, 'address', 'add', `${hostAddress}/24`, 'dev', 'eth0')
    wire = new Program(hostSpace, 'arp-wire.ts', ['eth0'])
    await wire.line((line) => line === 'ready')
  })

  after(async () => {
    await wire?.end()
    for (const space of [nodeSpace, hostSpace]) await ip('netns', 'delete', space).catch(() => undefined)
  })

  beforeEach(async () => {
    node = new Node(nodeSpace, 'arp-node.ts', [], { FENCE_MS: '2500' })
    await node.line((line) => line.includes('"ready"'))
  })

  afterEach(() => node.end())

  interface Asked {
    readonly answers: number
    readonly extra: number
    readonly macs: readonly string[]
  }

  async function arping(address: string, count = 3): Promise<Asked> {
    const argv = ['netns', 'exec', hostSpace, 'arping', '-c', String(count), '-W', '0.1', '-i', 'eth0', address]
    const { stdout } = await run('ip', argv).catch((error: { readonly stdout?: string; readonly message: string }) => {
      // It ends with 1 when nobody answered.
      if (error.stdout?.includes('packets transmitted') === true) return { stdout: error.stdout }
      throw new Error(error.message)
    })
    const received = /(\d+) packets received/.exec(stdout)?.[1]
    const extra = /\((\d+) extra\)/.exec(stdout)?.[1]
    const macs = [...stdout.matchAll(/bytes from ([0-9a-f:]{17})/g)].map((match) => match[1] ?? '')
    return { answers: Number(received), extra: Number(extra), macs: [...new Set(macs)] }
  }

  function question(changes: Partial<ArpFrame> = {}, length = arpFrameLength): string {
    const frame = new Uint8Array(arpFrameLength)
    const ends = { senderMac: hostMac, senderAddress: ipv4(hostAddress), targetMac: mac(0), targetAddress: ipv4(ours) }
    encodeArp({ destination: broadcast, source: hostMac, operation: ArpOperation.Request, ...ends, ...changes }, frame)
    return Buffer.from(frame.subarray(0, length)).toString('hex')
  }

  /** What the node put on the wire since `from`. */
  function seen(from: number): readonly ArpFrame[] {
    return wire.lines.slice(from).flatMap((line) => {
      const decoded = decodeArp(Buffer.from(line, 'hex'))
      return decoded.ok && decoded.value.source === nodeMac ? [decoded.value] : []
    })
  }

  const answers = (from: number): readonly ArpFrame[] => seen(from).filter((frame) => frame.destination !== broadcast)

  async function announce(): Promise<void> {
    await node.command({ type: 'announce', address: ours })
    await eventually('the first answer', async () => (await arping(ours, 1)).answers === 1)
  }

  it('answers each question exactly once, with the hardware address of the interface', async () => {
    await announce()
    const before = await node.counts()
    expect(await arping(ours, 5)).to.deep.equal({ answers: 5, extra: 0, macs: ['02:00:00:00:00:0b'] })
    const after = await node.counts()
    expect(after.requestsReceived - before.requestsReceived).to.equal(5)
    expect(after.responsesSent - before.responsesSent).to.equal(5)
  })

  it('is silent for an address of somebody else, for one that it lost, and for one of another interface', async () => {
    await announce()
    expect((await arping(foreign)).answers).to.equal(0)
    await node.command({ type: 'withdraw', address: ours })
    await eventually('silence', async () => (await arping(ours, 1)).answers === 0)
    expect((await arping(ours)).answers).to.equal(0)
    await node.command({ type: 'announce', address: ours, interfaces: ['eth1'] })
    await eventually(
      'the question was counted',
      async () => (await arping(ours, 1)) && ((await node.counts()).ignored['otherInterface'] ?? 0) > 0,
    )
    expect((await arping(ours)).answers).to.equal(0)
  })

  it('sends the reply to the one who asked alone', async () => {
    await announce()
    const from = wire.lines.length
    wire.write(question())
    await eventually('the reply', () => answers(from).length > 0)
    wire.write(question({ targetAddress: ipv4(foreign) }))
    await eventually('the next question was heard', async () => ((await node.counts()).ignored['notAnnounced'] ?? 0) > 0)
    expect(answers(from)).to.deep.equal([
      {
        destination: hostMac,
        source: nodeMac,
        operation: ArpOperation.Reply,
        senderMac: nodeMac,
        senderAddress: ipv4(ours),
        targetMac: hostMac,
        targetAddress: ipv4(hostAddress),
      },
    ])
  })

  it('ignores and counts what is not a question for it', async () => {
    await announce()
    const from = wire.lines.length
    const vlanTagged = question().replace(/^(.{24})/, '$181000007')
    const frames: readonly (readonly [reason: string, frame: string])[] = [
      ['truncated', question({}, 41)],
      ['truncated', question({}, 20)],
      ['notEthernetIPv4', question().replace('00010800', '00060800')],
      ['notRequest', question({ operation: ArpOperation.Reply })],
      ['otherHost', question({ destination: mac(0x0200_0000_0099) })],
      ['otherHost', vlanTagged],
      ['badSender', question({ senderMac: broadcast })],
      ['notAnnounced', question({ targetAddress: ipv4(foreign) })],
    ]
    const before = (await node.counts()).ignored
    for (const [, frame] of frames) wire.write(frame)
    const expected = { ...before }
    for (const [reason] of frames) expected[reason] = (expected[reason] ?? 0) + 1
    await eventually('all are counted', async () => {
      const { ignored } = await node.counts()
      return Object.values(ignored).reduce((sum, count) => sum + count) >= Object.values(expected).reduce((sum, count) => sum + count)
    })
    expect((await node.counts()).ignored).to.deep.equal(expected)
    expect(answers(from)).to.deep.equal([])
  })

  it('speaks unasked five times after a gain, each time a request and a reply to everybody', async () => {
    const from = wire.lines.length
    await node.command({ type: 'announce', address: ours })
    await eventually('all rounds', async () => (await node.counts()).gratuitousSent === 10 && seen(from).length >= 10)
    const address = ipv4(ours)
    const frame = {
      destination: broadcast,
      source: nodeMac,
      senderMac: nodeMac,
      senderAddress: address,
      targetMac: broadcast,
      targetAddress: address,
    }
    const round = [
      { ...frame, operation: ArpOperation.Request },
      { ...frame, operation: ArpOperation.Reply },
    ]
    expect(seen(from)).to.deep.equal([...round, ...round, ...round, ...round, ...round])
  })

  it('starts a dead worker again, which answers as before', async () => {
    await announce()
    const { responsesSent } = await node.counts()
    await node.command({ type: 'killWorker' })
    await eventually('the restart', async () => (await node.counts()).restarts === 1)
    await eventually('an answer', async () => (await arping(ours, 1)).answers === 1)
    expect(await arping(ours)).to.deep.equal({ answers: 3, extra: 0, macs: ['02:00:00:00:00:0b'] })
    expect((await node.counts()).responsesSent, 'counters survive').to.be.at.least(responsesSent + 4)
    expect(node.logged('packetWorkerDied')).to.equal(1)
  })

  it('goes on while the main thread is busy, and stops when it is silent for too long', async () => {
    await announce()
    await node.command({ type: 'block', ms: 6000 }, 'blocked')
    expect((await arping(ours)).answers, 'busy').to.equal(3)
    await eventually('silence', async () => (await arping(ours, 1)).answers === 0)
    await node.line((line) => line.includes('"done"'))
    await eventually('answers again', async () => (await arping(ours, 1)).answers === 1)
    expect([node.logged('arpFenced'), node.logged('arpUnfenced')]).to.deep.equal([1, 1])
  })

  it('finds an interface that comes, leaves one that goes, and announces on it when it is back', async () => {
    await announce()
    await ip('-n', nodeSpace, 'link', 'set', 'eth0', 'down')
    await eventually('the loss', () => node.logged('arpInterfaceLost') === 1)
    const from = wire.lines.length
    await ip('-n', nodeSpace, 'link', 'set', 'eth0', 'up')
    await eventually('gratuitous frames', () => seen(from).length > 0)
    expect((await arping(ours)).answers).to.equal(3)
    await addCable('eth1')
    await eventually('the new one', () => node.logged('arpInterfaceFound') === 3)
    await ip('-n', nodeSpace, 'link', 'delete', 'eth1')
    await eventually('its end', () => node.logged('arpInterfaceLost') === 2)
    expect((await arping(ours)).answers).to.equal(3)
  })

  it('takes a changed hardware address at once', async () => {
    await announce()
    try {
      await ip('-n', nodeSpace, 'link', 'set', 'eth0', 'address', '02:00:00:00:00:bb')
      await eventually('the new address', async () => (await arping(ours, 1)).macs[0] === '02:00:00:00:00:bb')
    } finally {
      await ip('-n', nodeSpace, 'link', 'set', 'eth0', 'address', '02:00:00:00:00:0b')
    }
  })

  it('is silent once it was told to stop, and no thread keeps the process', async () => {
    await announce()
    await node.command({ type: 'stop' }, 'stopped')
    expect((await arping(ours)).answers).to.equal(0)
    await eventually('the end of the process', () => node.ended)
    expect(node.child.exitCode).to.equal(0)
  })

  it('ends at once when main exits without a word to the worker', async () => {
    await announce()
    node.write(JSON.stringify({ type: 'exit' } satisfies Command))
    await eventually('the end of the process', () => node.ended)
    expect(node.child.exitCode).to.equal(3)
  })
})
