// A host on the wire that plays no protocol: sends the frames that its standard input names (hexadecimal, one a line), prints every ARP frame it sees.
import { createInterface } from 'node:readline'
import { listInterfaces } from '../../speaker/io/interfaces.ts'
import { receive, send } from '../../speaker/io/libc.ts'
import { openPacketSocket } from '../../speaker/io/packet-socket.ts'

const [, , name] = process.argv
const listed = listInterfaces()
const own = listed.ok ? listed.value.find((candidate) => candidate.name === name) : undefined
if (own === undefined) throw new Error(`no interface ${name ?? ''}`)
const opened = openPacketSocket(own.index)
if (!opened.ok) throw new Error(`${opened.error.call}: ${opened.error.code}`)

const frame = Buffer.alloc(2048)
setInterval(() => {
  for (let length = receive(opened.value, frame, 0, null); length >= 0; length = receive(opened.value, frame, 0, null)) {
    process.stdout.write(`${frame.toString('hex', 0, length)}\n`)
  }
}, 5)
process.stdout.write('ready\n')

for await (const line of createInterface({ input: process.stdin })) {
  const sent = send(opened.value, Buffer.from(line, 'hex'))
  if (sent < 0) throw new Error(`send: ${sent}`)
}
process.exit(0)
