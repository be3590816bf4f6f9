// Bounds what idle connections cost: anybody in the cluster can open them, and each holds some 64 KiB.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import type { Duplex } from 'node:stream'

/**
 * Lets a server have at most `limit` connections: for one more, the one goes that has been idle for longest. So the API server, which uses its own again and
 * again, is served whatever others hold open.
 */
export function boundConnections(server: Server, limit: number): void {
  /** Open ones, the one used last at the end; true while it is being answered. */
  const connections = new Map<Duplex, boolean>()
  const touch = (socket: Duplex, isBusy: boolean): void => {
    if (!connections.delete(socket)) return
    connections.set(socket, isBusy)
  }
  server.on('secureConnection', (socket) => {
    connections.set(socket, false)
    socket.once('close', () => connections.delete(socket))
    if (connections.size <= limit) return
    const idle = [...connections].find(([, isBusy]) => !isBusy)
    idle?.[0].destroy()
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    touch(socket, true)
    response.once('close', () => touch(socket, false))
  })
  // Those that have not even shaken hands; they end by themselves after seconds.
  server.maxConnections = 2 * limit
}
