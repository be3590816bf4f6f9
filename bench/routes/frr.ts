// FRR in both roles: zebra, so that next hops resolve, and bgpd, which puts nothing into the kernel.
import { existsSync } from 'node:fs'
import type { BareHost } from './bare-host.ts'
import { ControlSocket } from './control-socket.ts'
import { type End, receiverEnd, senderEnd } from './link.ts'
import { lines } from './prefixes.ts'
import type { ReceiverKind, SenderKind } from './router.ts'

const folder = '/run/frr'

function common(own: End, other: End, { options, routes }: { readonly options: readonly string[]; readonly routes: string }): string {
  const neighbor = (words: string): string => ` neighbor ${other.address} ${words}\n`
  return `frr defaults traditional
router bgp ${own.asn}
 bgp router-id ${own.address}
 no bgp ebgp-requires-policy
 no bgp network import-check
${neighbor(`remote-as ${other.asn}`)}${neighbor('timers connect 1')}${options.map(neighbor).join('')} address-family ipv4 unicast
${routes} exit-address-family
!
route-map nothing deny 10
!
`
}

/** Three zeros and the command's status. */
function isComplete(answer: string): boolean {
  return answer.length >= 4 && answer.slice(-4, -1) === '\0\0\0'
}

class Vty {
  readonly #socket: ControlSocket

  private constructor(socket: ControlSocket) {
    this.#socket = socket
  }

  static async open(path: string): Promise<Vty> {
    const vty = new Vty(await ControlSocket.open(path, isComplete))
    await vty.ask('enable')
    return vty
  }

  async ask(command: string): Promise<string> {
    const answer = await this.#socket.ask(`${command}\0`)
    // 0 is success, 1 a warning.
    if (answer.charCodeAt(answer.length - 1) > 1) throw new Error(`FRR to "${command}": ${answer.slice(0, -4)}`)
    return answer.slice(0, -4)
  }

  async configure(...commands: readonly string[]): Promise<void> {
    for (const command of ['configure terminal', ...commands, 'end']) await this.ask(command)
  }

  close(): void {
    this.#socket.close()
  }
}

async function startFrr(host: BareHost, config: string): Promise<Vty> {
  host.write(`${folder}/zebra.conf`, '')
  host.write(`${folder}/bgpd.conf`, config)
  const start = async (program: string, options: readonly string[]): Promise<void> => {
    const files = ['-f', `${folder}/${program}.conf`, '-i', `${folder}/${program}.pid`]
    const sockets = ['--vty_socket', folder, '-z', `${folder}/zserv.api`, '-P', '0', '-A', '127.0.0.1']
    const daemon = host.run([`/usr/lib/frr/${program}`, ...files, ...sockets, ...options])
    await daemon.until('its control socket', () => existsSync(host.path(`${folder}/${program}.vty`)) || undefined)
  }
  await start('zebra', [])
  await start('bgpd', ['-n'])
  return Vty.open(host.path(`${folder}/bgpd.vty`))
}

interface Summary {
  readonly peers?: Readonly<Record<string, { readonly pfxRcd?: number }>>
}

export const frrReceiver: ReceiverKind = {
  name: 'FRR',
  start: async (host) => {
    const vty = await startFrr(host, common(receiverEnd, senderEnd, { options: ['passive', 'route-map nothing out'], routes: '' }))
    return {
      held: async () => {
        const summary = JSON.parse(await vty.ask('show bgp ipv4 unicast summary json')) as Summary
        return summary.peers?.[senderEnd.address]?.pfxRcd ?? 0
      },
      close: () => vty.close(),
    }
  },
}

export const frrSender: SenderKind = {
  name: 'FRR',
  start: async (host, routes) => {
    const networks = lines(routes, (address) => `  network ${address}/32`)
    const vty = await startFrr(host, common(senderEnd, receiverEnd, { options: ['shutdown'], routes: networks }))
    const neighbor = `neighbor ${receiverEnd.address}`
    const router = `router bgp ${senderEnd.asn}`
    return {
      programs: ['bgpd', 'zebra'],
      open: () => vty.configure(router, `no ${neighbor} shutdown`),
      withdraw: async () => {
        await vty.configure(router, 'address-family ipv4 unicast', `${neighbor} route-map nothing out`)
        await vty.ask('clear bgp * soft out')
      },
      close: () => vty.close(),
    }
  },
}
