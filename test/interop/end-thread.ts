// Ends a worker thread of a running Node program from outside: `end-thread.ts NAME`, in the program's network namespace.
// The program must have got SIGUSR1, which opens its inspector on 127.0.0.1:9229; through it the thread is told to leave.
import { setTimeout as sleep } from 'node:timers/promises'

interface Message {
  readonly method?: string
  readonly params?: { readonly sessionId?: string; readonly workerInfo?: { readonly title: string } }
}

const [, , name = ''] = process.argv

async function debuggerUrl(): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      const answer = (await (await fetch('http://127.0.0.1:9229/json/list')).json()) as readonly { readonly webSocketDebuggerUrl: string }[]
      if (answer[0] !== undefined) return answer[0].webSocketDebuggerUrl
    } catch {
      // Not open yet.
    }
    await sleep(20)
  }
  throw new Error('no inspector was opened')
}

const socket = new WebSocket(await debuggerUrl())
let id = 0
const send = (method: string, params: object): void => {
  id += 1
  socket.send(JSON.stringify({ id, method, params }))
}
const { promise, resolve } = Promise.withResolvers<string>()
socket.addEventListener('message', (event) => {
  const { method, params } = JSON.parse(String(event.data)) as Message
  const sessionId = params?.sessionId
  if (method === 'NodeWorker.attachedToWorker' && params?.workerInfo?.title.includes(name) === true && sessionId !== undefined) {
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'process.exit(1)' } })
    send('NodeWorker.sendMessageToWorker', { sessionId, message })
  }
  if (method === 'NodeWorker.detachedFromWorker') resolve('gone')
})
await new Promise((open) => socket.addEventListener('open', open, { once: true }))
send('NodeWorker.enable', { waitForDebuggerOnStart: false })
const outcome = await Promise.race([promise, sleep(5000)])
process.stdout.write(`${outcome ?? 'still there'}\n`)
process.exit(outcome === undefined ? 1 : 0)
