import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { withLock } from '../../../tools/lock.ts'

describe('a lock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'metallb-lock-'))
  const file = join(folder, 'inside/work.lock')
  after(() => rmSync(folder, { recursive: true }))

  it('lets one work at a time, tells the other that it waits, and hands over', async () => {
    const log: string[] = []
    let release = (): void => undefined
    const first = withLock(
      file,
      () => undefined,
      async () => {
        log.push('first begins')
        await new Promise<void>((resolve) => {
          release = resolve
        })
        log.push('first ends')
      },
    )
    while (log.length === 0) await new Promise(setImmediate)
    const onWait = (): void => {
      log.push('second waits')
      release()
    }
    await withLock(file, onWait, async () => void log.push('second begins'))
    await first
    expect(log).to.deep.equal(['first begins', 'second waits', 'first ends', 'second begins'])
  })

  it('is free again after work that failed', async () => {
    const failing = withLock(
      file,
      () => undefined,
      () => Promise.reject(new Error('broken')),
    )
    expect(await failing.catch((error: Error) => error.message)).to.equal('broken')
    expect(
      await withLock(
        file,
        () => undefined,
        () => Promise.resolve('done'),
      ),
    ).to.equal('done')
  })
})
