// A BGP peer that misbehaves in the way that its first argument names; its second is our address. It says on standard error what it sees.
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { Framing } from '../../speaker/bgp/framing.ts'
import { encodeKeepalive, encodeMessage, MessageType } from '../../speaker/bgp/header.ts'
import { decodeNotification } from '../../speaker/bgp/notification-message.ts'
import { encodeOpen } from '../../speaker/bgp/open.ts'
import { decode, Reader } from '../../speaker/bytes.ts'

const [role = '', target = ''] = process.argv.slice(2)

const say = (words: string): void => {
  process.stderr.write(`${words}\n`)
}

const capabilities = { families: ['IPv4'], routeRefresh: true, extendedMessage: false, fourOctetAs: undefined } as const
const open = (as: number): Uint8Array => encodeOpen({ as, holdTime: 90, routerId: 0x0a090002, capabilities })
const update = (body: readonly number[]): Uint8Array =>
  encodeMessage(MessageType.Update, body.length, (writer) => writer.put(Uint8Array.from(body)))

/** What each role sends when the connection is there. */
const openings: Readonly<Record<string, readonly Uint8Array[]>> = {
  garbage: [new TextEncoder().encode('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n')],
  longOpen: [Uint8Array.of(...Array<number>(16).fill(0xff), 0xff, 0xff, 1)],
  oldOpen: [open(65002).with(19, 3)],
  otherAs: [open(65003)],
  silentAfterOpen: [open(65002), encodeKeepalive()],
  earlyUpdate: [open(65002), update([0, 0, 0, 0])],
  brokenUpdate: [open(65002), encodeKeepalive(), update([0, 0, 0, 9])],
  stranger: [],
  halfOpen: [open(65002), encodeKeepalive()],
  lateReader: [open(65002), encodeKeepalive()],
}

/** Routes by prefix, with the first community of each. */
const table = new Map<string, string>()

function note(body: Uint8Array): void {
  decode(new Reader(body), (reader) => {
    reader.skip(reader.u16())
    const attributes = reader.sub(reader.u16())
    let community = ''
    while (attributes.remaining > 0) {
      attributes.skip(1)
      const type = attributes.u8()
      const value = attributes.sub(attributes.u8())
      if (type === 8) community = `${value.u16()}:${value.u16()}`
    }
    while (reader.remaining > 0) {
      const length = reader.u8()
      table.set(reader.take(Math.ceil(length / 8)).toHex(), community)
    }
  })
}

function behave(socket: Socket): void {
  const framing = new Framing()
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    for (const frame of framing.push(chunk)) {
      if (!frame.ok) say('not BGP')
      else if (frame.value.header.type === MessageType.Notification) {
        const { code, subcode } = decodeNotification(frame.value.body)
        say(`NOTIFICATION ${code}/${subcode}`)
      } else if (frame.value.header.type === MessageType.Keepalive) {
        say('established')
        if (role === 'lateReader') hold(socket)
      } else if (frame.value.header.type === MessageType.Update) note(frame.value.body)
    }
    const last = [...new Set(table.values())]
    if (last.length === 1 && table.size > 0) say(`${table.size} routes, the last with community ${last[0]}`)
  })
  for (const message of openings[role] ?? []) socket.write(message)
}

let isHeld = false

/** Reads no more, until it is told to; its own KEEPALIVEs go on. */
function hold(socket: Socket): void {
  if (isHeld) return
  isHeld = true
  socket.pause()
  const beat = setInterval(() => socket.write(encodeKeepalive()), 1000)
  socket.once('close', () => clearInterval(beat))
  createInterface({ input: process.stdin }).on('line', () => socket.resume())
}

/** Until somebody is there. */
function knock(): void {
  const socket = connect(179, target)
  socket.once('connect', () => behave(socket))
  socket.once('error', () => setTimeout(knock, 100))
}

if (role === 'stranger') knock()
else {
  // Connects, and never says a word on it.
  if (role === 'halfOpen') connect(179, target).on('error', () => undefined)
  createServer(behave).listen(179)
}
