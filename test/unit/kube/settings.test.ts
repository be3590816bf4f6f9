import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect } from 'chai'
import { parse } from 'yaml'
import { parseFlags } from '../../../kube/flags.ts'
import { readSettings, settingFlags } from '../../../kube/settings.ts'

describe('The settings', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'settings-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  /** As kubelet mounts a ConfigMap. */
  function mount(data: Readonly<Record<string, string>>): void {
    mkdirSync(join(folder, '..2026_11_21'))
    symlinkSync('..2026_11_21', join(folder, '..data'))
    for (const [key, value] of Object.entries(data)) {
      writeFileSync(join(folder, '..2026_11_21', key), value)
      symlinkSync(join('..data', key), join(folder, key))
    }
  }

  it('are none where no ConfigMap is mounted', () => {
    expect(readSettings(join(folder, 'absent'))).to.deep.equal({ values: {}, warnings: [] })
  })

  it('are the keys of the ConfigMap, whatever ends their lines', () => {
    mount({ 'lb-class': 'example.com/lan', 'pool-priority': 'lowest\n' })
    expect(readSettings(folder)).to.deep.equal({ values: { 'lb-class': 'example.com/lan', 'pool-priority': 'lowest' }, warnings: [] })
  })

  it('warn about a key that means nothing, and name what was probably meant', () => {
    mount({ 'pool-priorty': 'lowest', toString: 'x' })
    expect(readSettings(folder)).to.deep.equal({
      values: {},
      warnings: [
        'key "pool-priorty" of ConfigMap metallb-settings means nothing: did you mean "pool-priority"?',
        'key "toString" of ConfigMap metallb-settings means nothing: known are lb-class, lb-class-default, pool-priority, ignore-exclude-lb, service-admission',
      ],
    })
  })

  it('are written in the manifest as what holds without them', () => {
    const manifest = new URL('../../../manifests/base/settings.yaml', import.meta.url)
    const { stdout } = spawnSync('sed', ['-n', 's/^# //; /^data:/,$p', manifest.pathname], { encoding: 'utf8' })
    const { data } = parse(stdout) as { readonly data: Readonly<Record<string, string>> }
    expect(Object.keys(data)).to.deep.equal(Object.keys(settingFlags))
    expect(parseFlags(settingFlags, [], {}, data)).to.deep.equal(parseFlags(settingFlags, [], {}))
  })

  for (const binary of ['webhook', 'controller', 'speaker']) {
    it(`belong to the flags of the ${binary}`, function () {
      this.timeout(20_000)
      const main = new URL(`../../../${binary}/main.ts`, import.meta.url).pathname
      const { status, stdout } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' })
      expect(status).to.equal(0)
      const names = stdout.split('\n').flatMap((line) => (line.endsWith('setting]') ? [/--([\w-]+)/.exec(line)?.[1]] : []))
      expect(names).to.deep.equal(
        {
          webhook: ['lb-class', 'lb-class-default', 'service-admission', 'pool-priority', 'ignore-exclude-lb'],
          controller: ['lb-class', 'lb-class-default', 'pool-priority'],
          speaker: ['lb-class', 'lb-class-default', 'ignore-exclude-lb'],
        }[binary],
      )
    })
  }
})
