import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { identify, isAlive, killProcess, ownIdentity, parseStat } from '../../lab/process-identity.ts'

const rest = '1 42 42 0 -1 4194560 100 0 0 0 1 2 3 4 20 0 1 0 8675309 1000 10 18446744073709551615'

const stats: Readonly<Record<string, readonly [string, string | undefined]>> = {
  'an ordinary process': [`42 (sleep) S ${rest}`, '8675309'],
  'a process whose name has spaces and parentheses': [`42 (a) R (b) S ${rest}`, '8675309'],
  'a process that only waits to be collected': [`42 (sleep) Z ${rest}`, undefined],
  'a text that is cut short': ['42 (sleep) S 1 42', undefined],
}

describe('the identity of a process', () => {
  for (const [name, [stat, start]] of Object.entries(stats)) {
    it(`is read for ${name}`, () => expect(parseStat(42, stat)).to.deep.equal(start === undefined ? undefined : { pid: 42, start }))
  }

  it('tells this process from one that had its pid before', () => {
    const own = ownIdentity()
    expect(isAlive(own)).to.equal(true)
    expect(isAlive({ ...own, start: '1' })).to.equal(false)
  })

  it('kills the process that is meant and no other', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const identity = identify(child.pid ?? 0)
    if (identity === undefined) throw new Error('sleep did not start')
    killProcess({ ...identity, start: '1' })
    expect(isAlive(identity)).to.equal(true)
    const ended = once(child, 'exit')
    killProcess(identity)
    expect(await ended).to.deep.equal([null, 'SIGKILL'])
    expect(isAlive(identity)).to.equal(false)
    killProcess(identity)
  })
})
