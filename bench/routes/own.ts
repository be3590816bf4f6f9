// Our speaker as a sender.
import { join } from 'node:path'
import type { SenderKind } from './router.ts'

export const ownSender: SenderKind = {
  name: 'ours',
  start: async (host, routes) => {
    const daemon = host.run([process.execPath, join(import.meta.dirname, 'own-speaker.ts'), String(routes)])
    let isReady = false
    daemon.onLine((line) => {
      isReady ||= line === 'ready'
    })
    await daemon.until(`its ${routes} routes`, () => isReady || undefined)
    const tell = async (word: string): Promise<void> => {
      daemon.stdin.write(`${word}\n`)
    }
    return {
      programs: ['node'],
      open: () => tell('open'),
      withdraw: () => tell('withdraw'),
      close: () => undefined,
    }
  },
}
