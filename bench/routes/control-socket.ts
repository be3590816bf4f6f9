// Asks a daemon over its UNIX socket: a question, an answer that shows its own end. No process is started for it, so that asking costs nothing.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const limitMs = 60_000

export class ControlSocket {
  readonly #socket: Socket
  readonly #isComplete: (answer: string) => boolean
  #answer = ''
  #waiting: { readonly resolve: (answer: string) => void; readonly reject: (error: Error) => void } | undefined

  private constructor(socket: Socket, isComplete: (answer: string) => boolean) {
    this.#socket = socket
    this.#isComplete = isComplete
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#answer += text
      this.#settle()
    })
    const fail = (error?: Error): void => this.#waiting?.reject(error ?? new Error('the daemon closed its control socket'))
    socket.on('error', fail).on('close', () => fail())
  }

  static async open(path: string, isComplete: (answer: string) => boolean): Promise<ControlSocket> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new ControlSocket(socket, isComplete)
  }

  /** One question at a time. */
  async ask(question: string): Promise<string> {
    this.#answer = ''
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#waiting = { resolve, reject }
    const limit = setTimeout(() => reject(new Error(`no answer to "${question}" within ${limitMs / 1000} s`)), limitMs)
    this.#socket.write(question, 'latin1')
    try {
      return await promise
    } finally {
      clearTimeout(limit)
      this.#waiting = undefined
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #settle(): void {
    if (this.#waiting !== undefined && this.#isComplete(this.#answer)) this.#waiting.resolve(this.#answer)
  }
}
