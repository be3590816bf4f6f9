import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { appLayer } from '../../../images/build.ts'
import { bundle } from '../../../images/bundle.ts'
import { readTree } from '../../../images/layers.ts'
import { makeImage, writeLayout } from '../../../images/layout.ts'
import { type TarEntry, writeTar } from '../../../images/tar.ts'

describe('images', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'metallb-images-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = (name: string): string => join(folder, name)
  const tar = (...argv: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('tar', argv, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } })
    expect(status, stderr).to.equal(0)
    return stdout
  }

  describe('the tar writer', () => {
    it('writes what GNU tar reads: kinds, modes, owner and time', () => {
      const entries: readonly TarEntry[] = [
        { type: 'symlink', path: 'lib64', target: 'usr/lib64' },
        { type: 'directory', path: 'tmp', mode: 0o1777 },
        { type: 'file', path: 'usr/bin/node', mode: 0o755, content: Buffer.from('binary') },
        { type: 'file', path: `${'long/'.repeat(30)}name`, content: Buffer.alloc(512, 'x') },
        { type: 'file', path: 'empty', content: Buffer.alloc(0) },
      ]
      writeTar(entries, file('kinds.tar'))
      expect(tar('-tvf', file('kinds.tar')).replaceAll(/ +/g, ' ').trim().split('\n')).to.deep.equal([
        '-rw-r--r-- 0/0 0 1970-01-01 00:00 empty',
        'lrwxrwxrwx 0/0 0 1970-01-01 00:00 lib64 -> usr/lib64',
        `-rw-r--r-- 0/0 512 1970-01-01 00:00 ${'long/'.repeat(30)}name`,
        'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
        '-rwxr-xr-x 0/0 6 1970-01-01 00:00 usr/bin/node',
      ])
    })

    it('gives back any content, whatever its length', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 2 ** 21 }), (small, length) => {
          const archive = file('content.tar')
          const large = Buffer.alloc(length, 'abc')
          writeFileSync(file('large'), large)
          const { size } = writeTar(
            [
              { type: 'file', path: 'small', content: small },
              { type: 'file', path: 'large', content: { file: file('large') } },
            ],
            archive,
          )
          const read = (name: string): Buffer => spawnSync('tar', ['-xOf', archive, name], { maxBuffer: 2 ** 23 }).stdout
          expect(size).to.equal(statSync(archive).size)
          expect(read('small').equals(small)).to.equal(true)
          expect(read('large').equals(large)).to.equal(true)
        }),
        { numRuns: 20 },
      )
    })

    it('refuses a path that the format cannot hold', () => {
      expect(() => writeTar([{ type: 'file', path: 'x'.repeat(101), content: Buffer.alloc(0) }], file('long.tar'))).to.throw('too long')
    })
  })

  it('a tree gives the same digest whatever its times, its umask and the order of its making', () => {
    const make = (name: string, names: readonly string[], mode: number, time: number): string => {
      mkdirSync(file(name))
      for (const entry of names) {
        writeFileSync(join(file(name), entry), entry)
        chmodSync(join(file(name), entry), mode)
        utimesSync(join(file(name), entry), time, time)
      }
      symlinkSync('a', join(file(name), 'link'))
      return writeTar(readTree(file(name)), file(`${name}.tar`)).digest
    }
    expect(make('one', ['a', 'b', 'c'], 0o644, 1)).to.equal(make('two', ['c', 'b', 'a'], 0o600, 2))
  })

  it('an app layer gives the same digest whatever the order of its files, and another one for another content', () => {
    const a = { path: 'a.mjs', content: Buffer.from('1') }
    const b = { path: 'node_modules/b/index.js', content: Buffer.from('2') }
    const layer = appLayer([a, b], file('app-1'))
    expect(appLayer([b, a], file('app-2')).digest).to.equal(layer.digest)
    expect(appLayer([a, { ...b, content: Buffer.from('3') }], file('app-3')).digest).not.to.equal(layer.digest)
    expect(tar('-tf', layer.file)).to.equal('app/a.mjs\napp/node_modules/b/index.js\n')
  })

  it('a layout names its images for containerd, and holds each blob once under its own digest', () => {
    const shared = appLayer([{ path: 'shared', content: Buffer.from('s') }], file('shared'))
    const own = appLayer([{ path: 'own', content: Buffer.from('o') }], file('own'))
    const images = [
      makeImage({ name: 'localhost/one:1', layers: [shared], entrypoint: ['/app/shared'] }),
      makeImage({ name: 'localhost/two:1', layers: [shared, own], entrypoint: ['/app/own'], user: '65534:65534' }),
    ]
    writeLayout(images, file('full.tar'))
    writeLayout(images, file('bundle-only.tar'), [shared])
    const members = tar('-tf', file('full.tar')).trim().split('\n')
    const blob = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`
    expect(members.filter((name) => name === blob(shared.digest))).to.have.length(1)
    expect(tar('-tf', file('bundle-only.tar')).trim().split('\n')).to.have.members(members.filter((name) => name !== blob(shared.digest)))

    for (const name of members.filter((member) => member.startsWith('blobs/'))) {
      const sum = spawnSync('sh', ['-c', `tar -xOf ${file('full.tar')} ${name} | sha256sum`], { encoding: 'utf8' }).stdout
      expect(name).to.equal(`blobs/sha256/${sum.split(' ')[0]}`)
    }
    const index = JSON.parse(tar('-xOf', file('full.tar'), 'index.json'))
    const names = index.manifests.map(
      (manifest: { annotations: Record<string, string> }) => manifest.annotations['io.containerd.image.name'],
    )
    expect(names).to.deep.equal(['localhost/one:1', 'localhost/two:1'])
  })

  describe('bundles', () => {
    it('are the same twice and name no folder of this machine', async () => {
      const first = await bundle()
      expect(await bundle()).to.deep.equal(first)
      for (const [binary, files] of Object.entries(first.files)) {
        expect(files.map(({ path }) => path)).to.include(`${binary}.mjs`)
        for (const { path, content } of files) expect(Buffer.from(content).includes(process.cwd()), `${binary}/${path}`).to.equal(false)
      }
    })

    it('start alone in a folder, and bring their native add-ons', async () => {
      for (const [binary, files] of Object.entries((await bundle()).files)) {
        const app = file(`app/${binary}`)
        for (const { path, content } of files) {
          mkdirSync(dirname(join(app, path)), { recursive: true })
          writeFileSync(join(app, path), content)
        }
        const started = spawnSync(process.execPath, [join(app, `${binary}.mjs`), '--no-such-flag'], { encoding: 'utf8' })
        expect(started.stdout + started.stderr, binary)
          .to.contain('no-such-flag')
          .and.not.to.contain('ERR_MODULE_NOT_FOUND')
        if (!files.some(({ path }) => path.includes('koffi'))) continue
        const probe = "import koffi from 'koffi'; console.log(koffi.load(null).func('int getpid()')() === process.pid)"
        const koffi = spawnSync(process.execPath, ['--input-type=module', '-e', probe], { cwd: app, encoding: 'utf8' })
        expect(koffi.stdout, koffi.stderr).to.equal('true\n')
      }
    })
  })
})
