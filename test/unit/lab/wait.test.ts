import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { tail, until } from '../../lab/wait.ts'

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it did not fail')
}

describe('waiting', () => {
  it('ends with what was seen, however often the look failed before', async () => {
    let looks = 0
    const look = (): string | undefined => {
      looks++
      if (looks === 1) throw new Error('not yet')
      return looks < 3 ? undefined : 'there'
    }
    expect(await until('a thing', look, { limitMs: 10_000, everyMs: 1 })).to.equal('there')
    expect(looks).to.equal(3)
  })

  it('fails with what was awaited, the last reason and the evidence', async () => {
    const look = (): never => {
      throw new Error('connection refused')
    }
    const message = await failure(until('the moon', look, { limitMs: 0, evidence: () => 'moon.log: clouds' }))
    expect(message).to.equal('waited 0 s for the moon\nconnection refused\nmoon.log: clouds')
  })

  it('ends early with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'))
    expect(await failure(until('the moon', () => undefined, { limitMs: 10_000, signal }))).to.equal('interrupted')
  })

  it('shows the end of a log, or that there is none', () => {
    const file = join(tmpdir(), `lab-wait-${process.pid}.log`)
    writeFileSync(file, 'a\nb\nc\n')
    expect(tail(file, 2)).to.equal(`${file}:\nb\nc`)
    rmSync(file)
    expect(tail('/no/such.log')).to.equal('/no/such.log: not there')
  })
})
