// BIRD in both roles.
import { existsSync } from 'node:fs'
import type { BareHost } from './bare-host.ts'
import { ControlSocket } from './control-socket.ts'
import { type End, receiverEnd, senderEnd } from './link.ts'
import { lines } from './prefixes.ts'
import type { ReceiverKind, SenderKind } from './router.ts'

const control = '/run/bird/bird.ctl'
const config = '/run/bird/bird.conf'

function common(own: End, other: End, options: string): string {
  return `
router id ${own.address};
protocol device {}
protocol bgp peer_session {
  local ${own.address} as ${own.asn};
  neighbor ${other.address} as ${other.asn};
  ${options}
}
`
}

/** An answer's last line begins with four digits and a blank; those before it with digits and a hyphen, or with a blank. */
function isComplete(answer: string): boolean {
  return answer.endsWith('\n') && /(?:^|\n)\d{4} [^\n]*\n$/.test(answer)
}

async function startBird(host: BareHost, text: string): Promise<ControlSocket> {
  host.write(config, text)
  const daemon = host.run(['bird', '-f', '-c', config, '-s', control, '-P', '/run/bird/bird.pid'])
  const path = host.path(control)
  await daemon.until('its control socket', () => existsSync(path) || undefined)
  const socket = await ControlSocket.open(path, isComplete)
  // Answered when the configuration is read.
  await socket.ask('show status\n')
  return socket
}

async function must(socket: ControlSocket, question: string): Promise<void> {
  const answer = await socket.ask(`${question}\n`)
  // 8xxx are errors of the moment, 9xxx those of the question.
  if (/^[89]\d{3}[ -]/m.test(answer)) throw new Error(`BIRD to "${question}": ${answer}`)
}

export const birdReceiver: ReceiverKind = {
  name: 'BIRD',
  start: async (host) => {
    const socket = await startBird(host, common(receiverEnd, senderEnd, 'passive; ipv4 { import all; export none; };'))
    return {
      held: async () => Number(/Routes:\s+(\d+) imported/.exec(await socket.ask('show protocols all peer_session\n'))?.[1] ?? 0),
      close: () => socket.close(),
    }
  },
}

export const birdSender: SenderKind = {
  name: 'BIRD',
  start: async (host, routes) => {
    const options = 'disabled; connect delay time 1; error wait time 1, 2; ipv4 { import none; export all; };'
    const statics = lines(routes, (address) => `  route ${address}/32 blackhole;`)
    const text = `${common(senderEnd, receiverEnd, options)}protocol static own_routes {\n  ipv4;\n${statics}}\n`
    const socket = await startBird(host, text)
    return {
      programs: ['bird'],
      open: () => must(socket, 'enable peer_session'),
      withdraw: () => must(socket, 'disable own_routes'),
      close: () => socket.close(),
    }
  },
}
