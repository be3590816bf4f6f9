// One TCP connection of BGP: octets in, octets out, and an end that lets the peer read why.
import { Socket } from 'node:net'
import { type Address, formatAddress, parseAddress } from '../../core/address.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { close, type SystemFailure } from './libc.ts'
import { openTcpSocket, setHops, setMd5Password, setUserTimeout } from './tcp-options.ts'

/** Who owns a connection hears this of it. After `closed` nothing comes any more. */
export interface SocketOwner {
  connected(): void
  /** The chunk belongs to the owner. */
  received(chunk: Uint8Array): void
  /** Everything that was sent has gone to the kernel. */
  drained(): void
  /** @param cause 'ECONNREFUSED' and the like, or 'closed by the peer' */
  closed(cause: string): void
}

export interface TcpTarget {
  readonly peer: Address
  readonly port: number
  readonly source: Address | undefined
  readonly hops: number
  readonly password: string | undefined
}

/** How long a connection stays open after its last message, so that the peer gets it: closing with unread input would reset the connection. */
const lingerMs = 500

export class BgpSocket {
  readonly #socket: Socket
  /** Undefined once the owner has done with it. */
  #owner: SocketOwner | undefined
  #cause = 'closed by the peer'

  private constructor(socket: Socket, owner: SocketOwner) {
    this.#socket = socket
    this.#owner = owner
    socket.setNoDelay(true)
    socket.on('connect', () => this.#owner?.connected())
    socket.on('data', (chunk: Buffer) => this.#owner?.received(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#cause = error.code ?? error.message
    })
    socket.on('close', () => this.#release()?.closed(this.#cause))
  }

  /** Begins to connect. The owner hears of the outcome later, never within the call. */
  static connect(target: TcpTarget, owner: SocketOwner): Result<BgpSocket, SystemFailure> {
    const { peer, port, source, hops, password } = target
    const fd = openTcpSocket({ family: peer.family, ...(source === undefined ? {} : { bindTo: { address: source, port: 0 } }) })
    if (!fd.ok) return fd
    setHops(fd.value, peer.family, hops)
    const protected_ = password === undefined ? ok(true) : setMd5Password(fd.value, peer, password)
    if (!protected_.ok) {
      close(fd.value)
      return fail(protected_.error)
    }
    // `manualStart`, which the types do not know: a socket that is not connected yet cannot be read.
    const options = { fd: fd.value, readable: true, writable: true, manualStart: true }
    const socket = new Socket(options)
    const connection = new BgpSocket(socket, owner)
    socket.connect({ host: formatAddress(peer), port })
    return ok(connection)
  }

  /** Takes over a connection that the peer has opened. */
  static accepted(socket: Socket, peer: Address, hops: number, owner: SocketOwner): BgpSocket {
    const fd = descriptorOf(socket)
    if (fd !== undefined) setHops(fd, peer.family, hops)
    return new BgpSocket(socket, owner)
  }

  /** Our own address on this connection; undefined once it is gone. */
  get localAddress(): Address | undefined {
    const parsed = parseAddress((this.#socket.localAddress ?? '').replace(/%.*$/, ''))
    return parsed.ok ? parsed.value : undefined
  }

  /** Nothing waits in this process. */
  get isDrained(): boolean {
    return this.#socket.writableLength === 0
  }

  giveUpAfter(milliseconds: number): void {
    const fd = descriptorOf(this.#socket)
    if (fd !== undefined) setUserTimeout(fd, milliseconds)
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes, () => {
      if (this.isDrained) this.#owner?.drained()
    })
  }

  /** Ends an attempt, or a connection after its last message. The owner hears nothing any more; resolves when the kernel has let go. */
  finish(): Promise<void> {
    this.#release()
    const socket = this.#socket
    if (socket.closed) return Promise.resolve()
    return new Promise((resolve) => {
      socket.once('close', () => resolve())
      if (socket.connecting) {
        socket.destroy()
        return
      }
      socket.end()
      const limit = setTimeout(() => socket.destroy(), lingerMs)
      socket.once('close', () => clearTimeout(limit))
    })
  }

  #release(): SocketOwner | undefined {
    const owner = this.#owner
    this.#owner = undefined
    return owner
  }
}

/** Node keeps it to itself, and an accepted connection comes from nowhere else. */
function descriptorOf(socket: Socket): number | undefined {
  const handle = (socket as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined
}
