import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'

/** Runs a program that takes its time to remove what it made. @returns what it wrote, and its exit status */
async function interrupt(...signals: readonly NodeJS.Signals[]): Promise<readonly [string, number | null]> {
  const program = `
    import { untilInterrupted } from ${JSON.stringify(new URL('../../../test/lab/interruption.ts', import.meta.url).href)}
    const signal = untilInterrupted()
    const alive = setInterval(() => undefined, 1000)
    signal.addEventListener('abort', () => {
      setTimeout(() => { console.log(signal.reason.message); clearInterval(alive); process.exit(signal.reason.code) }, 100)
    })
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    if (text === '') for (const signal of signals) child.kill(signal)
    text += part
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return [text, code]
}

describe('an interrupted run', () => {
  it('removes what it made and ends as the shell expects', async () => {
    expect(await interrupt('SIGTERM')).to.deep.equal(['ready\ninterrupted by SIGTERM; what was made is removed\n', 143])
  })

  it('takes the same wish twice, from the terminal and from whoever started it, for one', async () => {
    expect(await interrupt('SIGINT', 'SIGTERM')).to.satisfy(
      ([text, code]: readonly [string, number]) => text.includes('removed') && code > 128,
    )
  })
})
