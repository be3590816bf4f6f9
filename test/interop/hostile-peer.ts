// A BGP peer that means no good: `hostile-peer.ts MODE [NODE,…]`, in the namespace whose address the nodes have as a peer. Says `ready` when it is at work.
//   garbage  connects to each node with everything that is not BGP, one after the other, and answers in the same way; says `done` when it is through
//   silent   takes connections and opens a hundred to each node, and says nothing on any
//   deaf     brings the session up and keeps it alive, but never reads again
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const asn = 64_666
const port = 179
const marker = Buffer.alloc(16, 0xff)
const message = (type: number, body: readonly number[], length = 19 + body.length): Buffer =>
  Buffer.concat([marker, Buffer.from([length >> 8, length & 0xff, type, ...body])])
const keepalive = message(4, [])
const open = message(1, [4, asn >> 8, asn & 0xff, 0, 3, 10, 99, 0, 50, 0])

/** Bytes without end, the same in each run. */
function noise(length: number): Buffer {
  let state = 1
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}

const payloads: readonly Buffer[] = [
  noise(65_536),
  Buffer.from('GET / HTTP/1.1\r\nHost: bgp\r\n\r\n'),
  Buffer.alloc(4096),
  message(4, [], 18),
  message(1, [4], 0xffff),
  message(1, []),
  message(1, [3, asn >> 8, asn & 0xff, 0, 90, 10, 99, 0, 50, 0]),
  message(1, [4, asn >> 8, asn & 0xff, 0, 1, 10, 99, 0, 50, 0]),
  message(1, [4, 0, 1, 0, 90, 10, 99, 0, 50, 0]),
  // Optional parameters that end before they should.
  message(1, [4, asn >> 8, asn & 0xff, 0, 90, 10, 99, 0, 50, 255, 255, 255, 2]),
  message(2, [0, 0, 0, 0]),
  message(9, []),
  open.subarray(0, 25),
  // A session that comes up, and then an UPDATE whose lengths are lies.
  Buffer.concat([open, keepalive, message(2, [0xff, 0xff, 0xff, 0xff, 1, 2, 3])]),
  Buffer.concat([open, keepalive, noise(4096)]),
]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function dial(node: string): Socket {
  return connect({ host: node, port }).on('error', () => undefined)
}

function serve(greet: (socket: Socket) => void): Promise<unknown> {
  const server = createServer((socket) => greet(socket.on('error', () => undefined))).listen(port, '0.0.0.0')
  return once(server, 'listening')
}

async function garbage(nodes: readonly string[]): Promise<void> {
  await serve((socket) => socket.end(noise(65_536)))
  say('ready')
  for (const payload of payloads) {
    await Promise.all(
      nodes.map(async (node) => {
        const socket = dial(node)
        socket.write(payload)
        await Promise.race([once(socket, 'close'), sleep(500)])
        socket.destroy()
      }),
    )
  }
  say('done')
}

async function silent(nodes: readonly string[]): Promise<void> {
  await serve(() => undefined)
  for (const node of nodes) for (let count = 0; count < 100; count += 1) dial(node)
  say('ready')
}

async function deaf(): Promise<void> {
  await serve((socket) => {
    socket.once('data', () => {
      socket.pause()
      socket.write(Buffer.concat([open, keepalive]))
      const alive = setInterval(() => socket.write(keepalive), 500)
      socket.once('close', () => clearInterval(alive))
    })
  })
  say('ready')
}

const [, , mode = '', list = ''] = process.argv
const nodes = list.split(',').filter((node) => node !== '')
const modes: Readonly<Record<string, () => Promise<void>>> = { garbage: () => garbage(nodes), silent: () => silent(nodes), deaf }
const start = modes[mode]
if (start === undefined) throw new Error(`no mode "${mode}"`)
await start()
