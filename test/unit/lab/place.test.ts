import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { machine, Place } from '../../lab/place.ts'
import { identify } from '../../lab/process-identity.ts'
import { until } from '../../lab/wait.ts'

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it did not fail')
}

describe('a place', () => {
  it('runs a program with what it reads, and tells how it ended and what it wrote', async () => {
    const script = 'cat; echo wrong >&2; exit 3'
    expect(await machine.run(['sh', '-c', script], { input: 'text' })).to.deep.equal({ code: 3, stdout: 'text', stderr: 'wrong\n' })
  })

  it('gives a program a file to read', async () => {
    const file = join(tmpdir(), `lab-place-${process.pid}`)
    writeFileSync(file, 'from a file')
    expect((await machine.run(['cat'], { input: { file } })).stdout).to.equal('from a file')
    rmSync(file)
  })

  it('puts its entry before the command and its environment around it', async () => {
    const place = new Place('there', ['env', 'A=1'], { B: '2' })
    expect((await place.run(['sh', '-c', 'echo $A $B $C'], { env: { C: '3' } })).stdout).to.equal('1 2 3\n')
  })

  it('says what failed where, and why', async () => {
    const message = await failure(new Place('there', []).must(['sh', '-c', 'echo reason >&2; exit 1']))
    expect(message).to.equal('sh -c echo reason >&2; exit 1 (in there) ended with 1: reason')
    expect(await failure(machine.run(['no-such-program']))).to.match(/ENOENT/)
  })

  it('does not mind a program that reads nothing', async () => {
    expect((await machine.run(['true'], { input: 'x'.repeat(1_000_000) })).code).to.equal(0)
  })

  it('kills a program that outlives its limit, with its children, even when it has closed nothing', async () => {
    const message = await failure(machine.run(['sh', '-c', 'echo started; sleep 60 & wait'], { limitMs: 200 }))
    expect(message).to.match(/did not end within 0.2 s: started$/)
    const background = await failure(machine.run(['sh', '-c', 'sleep 60 & echo $!'], { limitMs: 200 }))
    const child = Number(/(\d+)$/.exec(background)?.[1])
    expect(child).to.be.above(1)
    await until('its child to end', () => (identify(child) === undefined ? true : undefined), { limitMs: 5000 })
  })

  it('kills a program when it is no longer wanted, and does not start one for nothing', async () => {
    const signal = AbortSignal.timeout(100)
    expect(await failure(machine.run(['sleep', '60'], { signal }))).to.match(/timeout/)
    expect(await failure(machine.run(['sleep', '60'], { signal: AbortSignal.abort(new Error('no more')) }))).to.equal('no more')
  })
})
