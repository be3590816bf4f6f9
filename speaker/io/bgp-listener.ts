// Where peers connect to us: one listening socket for each family.
import { createServer, type Server, type Socket } from 'node:net'
import { type Address, type Family, parseAddress } from '../../core/address.ts'
import type { Result } from '../../core/result.ts'
import type { Notification } from '../bgp/notification.ts'
import { encodeNotification } from '../bgp/notification-message.ts'
import type { SystemFailure } from './libc.ts'
import { openTcpSocket, setMd5Password } from './tcp-options.ts'

/** Why peers cannot connect by one family. */
export interface ListenFailure extends SystemFailure {
  readonly family: Family
}

const anywhere = { IPv4: { family: 'IPv4', value: 0 }, IPv6: { family: 'IPv6', value: 0n } } as const satisfies Record<Family, Address>

export class BgpListener {
  readonly #sockets = new Map<Family, { readonly fd: number; readonly server: Server }>()

  /**
   * Opens what it can.
   *
   * @returns what failed: another speaker holds the port, or this process may not open it
   */
  listen(port: number, accept: (socket: Socket, peer: Address) => void): readonly ListenFailure[] {
    const failures: ListenFailure[] = []
    for (const family of ['IPv4', 'IPv6'] as const) {
      const fd = openTcpSocket({ family, bindTo: { address: anywhere[family], port }, listens: true })
      if (!fd.ok) {
        failures.push({ ...fd.error, family })
        continue
      }
      const server = createServer((socket) => {
        // A peer that is gone again already has no address.
        const peer = parseAddress(socket.remoteAddress ?? '')
        if (peer.ok) accept(socket, peer.value)
        else socket.destroy()
      })
      server.on('error', () => undefined)
      server.listen({ fd: fd.value })
      this.#sockets.set(family, { fd: fd.value, server })
    }
    return failures
  }

  /** What a peer must sign its segments with from now on; undefined asks for no signature. */
  setPassword(peer: Address, password: string | undefined): Result<true, SystemFailure> | undefined {
    const socket = this.#sockets.get(peer.family)
    return socket === undefined ? undefined : setMd5Password(socket.fd, peer, password)
  }

  close(): void {
    for (const { server } of this.#sockets.values()) server.close()
    this.#sockets.clear()
  }
}

/** Says why there is no place for this connection, and closes it. */
export function turnAway(socket: Socket, notification: Notification): void {
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(encodeNotification(notification))
  const limit = setTimeout(() => socket.destroy(), 1000)
  socket.once('close', () => clearTimeout(limit))
}
