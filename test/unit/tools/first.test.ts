// tools/first.mjs in a small checkout of its own: real npm, real lock, no network (its only package is a folder).

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'

const first = resolve(import.meta.dirname, '../../../tools/first.mjs')

describe('the first program', function () {
  this.timeout(60_000)
  let checkout: string
  const stamp = (): string => join(checkout, 'node_modules/.installed')

  before(() => {
    checkout = mkdtempSync(join(tmpdir(), 'metallb-first-'))
    mkdirSync(join(checkout, 'tools'))
    copyFileSync(first, join(checkout, 'tools/first.mjs'))
    mkdirSync(join(checkout, 'fake-node'))
    // Stands for the package `node`: tells that it was used, then is this very Node.
    writeFileSync(join(checkout, 'fake-node/node'), `#!/bin/sh\nHANDED_OVER=yes exec ${process.execPath} "$@"\n`)
    chmodSync(join(checkout, 'fake-node/node'), 0o755)
    writeFileSync(join(checkout, 'fake-node/package.json'), JSON.stringify({ name: 'node', version: '1.0.0', bin: { node: 'node' } }))
    writeFileSync(join(checkout, 'package.json'), JSON.stringify({ name: 'checkout', devDependencies: { node: 'file:fake-node' } }))
    writeFileSync(join(checkout, 'probe.mjs'), 'console.log(process.env.HANDED_OVER, ...process.argv.slice(2))')
    const npm = spawnSync('npm', ['install', '--package-lock-only', '--offline'], { cwd: checkout, encoding: 'utf8' })
    expect(npm.status, npm.stderr).to.equal(0)
  })
  after(() => rmSync(checkout, { recursive: true, force: true }))

  const run = (...argv: readonly string[]): { readonly code: number | null; readonly stdout: string; readonly stderr: string } => {
    const { status, stdout, stderr } = spawnSync('node', ['tools/first.mjs', ...argv], { cwd: checkout, encoding: 'utf8' })
    return { code: status, stdout, stderr }
  }

  it('installs packages in a fresh clone, hands over, and leaves stdout to the program', () => {
    const result = run('probe.mjs', 'one', 'two')
    expect(result.stderr).to.contain('installing npm packages')
    expect(result).to.include({ code: 0, stdout: 'yes one two\n' })
    expect(existsSync(stamp())).to.equal(true)
  })

  it('installs nothing the second time', () => {
    expect(run('probe.mjs')).to.deep.equal({ code: 0, stdout: 'yes\n', stderr: '' })
  })

  it('installs again when an installation was killed: it left neither stamp nor record', () => {
    rmSync(stamp())
    rmSync(join(checkout, 'node_modules/.package-lock.json'))
    expect(run('probe.mjs').stderr).to.contain('npm packages installed')
  })

  it('takes over what somebody installed with npm', () => {
    rmSync(stamp())
    expect(run('probe.mjs').stderr).to.equal('')
    expect(existsSync(stamp())).to.equal(true)
  })

  it('installs again when add-ons were compiled for another Node', () => {
    writeFileSync(stamp(), readFileSync(stamp(), 'utf8').replace(/^\S+/, 'x64-1'))
    expect(run('probe.mjs').stderr).to.contain('npm packages installed')
  })

  it('installs once when two runs start together', async () => {
    rmSync(join(checkout, 'node_modules'), { recursive: true })
    const runs = [1, 2].map(async () => {
      const child = spawn('node', ['tools/first.mjs', 'probe.mjs'], { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] })
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
      await once(child, 'close')
      return text
    })
    const texts = (await Promise.all(runs)).join('')
    expect(texts.match(/npm packages installed/g)).to.have.length(1)
    expect(texts.match(/^yes$/gm)).to.have.length(2)
  })

  it('gives back the exit code of the program', () => {
    expect(run('-e', 'process.exit(7)').code).to.equal(7)
  })

  it('passes SIGTERM on and ends with 128 + 15 when the program ends by it', async () => {
    const child = spawn('node', ['tools/first.mjs', '-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
      cwd: checkout,
      stdio: 'pipe',
    })
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).to.equal(143)
  })

  it('says in one line how to use it', () => {
    expect(run()).to.deep.equal({ code: 1, stdout: '', stderr: 'error: usage: node tools/first.mjs FILE [ARGUMENT...]\n' })
  })
})
