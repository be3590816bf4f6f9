// The program as a shell starts it: launcher, files, exit codes.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { parse } from 'yaml'

const launcher = fileURLToPath(new URL('../../../cli/metallb.mjs', import.meta.url))
const pool = (name: string, addresses: string): string =>
  `apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata:\n  name: ${name}\nspec:\n  addresses: [${addresses}]\n`
const lan = 'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata:\n  name: lan\n'

let folder = ''

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function metallb(argv: readonly string[], input: string | Buffer = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv], { cwd: folder, input, encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

function write(name: string, content: string | Buffer): void {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), content)
}

describe('The program metallb', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'metallb-cli-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('reads files, folders with all below, and the standard input', () => {
    write('a/pool.yaml', pool('a', '10.0.0.0/24'))
    write('a/deep/lan.yml', lan)
    write('a/deep/notes.txt', 'no: [yaml')
    write('a/.hidden/pool.yaml', 'apiVersion: [')
    write('a/node_modules/pool.yaml', 'apiVersion: [')
    symlinkSync('..', join(folder, 'a/deep/back'))
    symlinkSync('absent.yaml', join(folder, 'a/deep/gone.yaml'))
    symlinkSync('itself.yaml', join(folder, 'a/deep/itself.yaml'))
    write('b.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }))
    expect(metallb(['lint', 'a', 'b.json'])).to.deep.equal({ code: 0, stdout: '2 objects of 3 files: no problem found\n', stderr: '' })
    const piped = metallb(['lint', 'a', '-'], pool('b', '10.0.0.9/32'))
    expect(piped.code).to.equal(1)
    expect(piped.stdout).to.match(/^stdin:6:15: error: IPAddressPool metallb-system\/b: spec\.addresses\[0\]: .*\[PoolOverlap\]\n/)
  })

  it('ends with 1 for warnings only when they count', () => {
    write('pool.yaml', pool('a', '10.0.0.0/24'))
    expect(metallb(['lint', 'pool.yaml']).code).to.equal(0)
    expect(metallb(['lint', '--strict', 'pool.yaml']).code).to.equal(1)
  })

  it('ends with 2 when something cannot be read, and still judges the rest', () => {
    write('right.yaml', pool('a', '10.0.0.9-10.0.0.1'))
    write('binary.yaml', Buffer.from([0x61, 0, 0x62]))
    write('latin.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xe9]))
    write('empty/notes.txt', '')
    write('large.yaml', Buffer.alloc(17 * 1024 * 1024, '# a\n'))
    const outcome = metallb(['lint', 'right.yaml', 'binary.yaml', 'latin.yaml', 'absent.yaml', 'empty', 'large.yaml'])
    expect(outcome.code).to.equal(2)
    expect(outcome.stdout).to.contain('[RangeReversed]')
    expect(outcome.stderr.split('\n')).to.deep.equal([
      'metallb lint: empty: no file in it ends in .yaml, .yml or .json',
      'metallb lint: binary.yaml: it is not text: there is a zero byte in it',
      'metallb lint: latin.yaml: it is not text in UTF-8',
      'metallb lint: absent.yaml: there is no such file or folder',
      'metallb lint: large.yaml: it is larger than 16 MiB; name smaller files one by one',
      '',
    ])
  })

  it('stops reading a pipe that does not end', () => {
    const { code, stderr } = metallb(['lint', '-'], Buffer.alloc(17 * 1024 * 1024, '# a\n'))
    expect([code, stderr]).to.deep.equal([2, 'metallb lint: stdin: it is larger than 16 MiB; name smaller files one by one\n'])
  })

  const usage: Readonly<Record<string, { readonly argv: readonly string[]; readonly code: number; readonly says: RegExp }>> = {
    'help for itself': { argv: ['--help'], code: 0, says: /metallb lint FILE\|FOLDER/ },
    'help for a command': { argv: ['lint', '--help'], code: 0, says: /-o, --output +format \(text, json, junit, sarif, github\)/ },
    'that a command is missing': { argv: [], code: 2, says: /metallb lint FILE\|FOLDER/ },
    'that there is no such command': {
      argv: ['lnt'],
      code: 2,
      says: /^metallb: there is no command "lnt"; did you mean lint\? see metallb --help\n$/,
    },
    'that there is no such flag': {
      argv: ['lint', '--strct', '.'],
      code: 2,
      says: /^metallb lint: unknown flag --strct; did you mean --strict\? see --help\n$/,
    },
    'that there is no such format': {
      argv: ['lint', '--output=xml', '.'],
      code: 2,
      says: /must be one of text, json, junit, sarif, github/,
    },
    'what plan takes': { argv: ['plan', '--help'], code: 0, says: /kubectl get ipaddresspools,.* -o json > cluster\.json/ },
    'that plan has nothing to do': { argv: ['plan'], code: 2, says: /name files to apply, or objects to delete/ },
    'that a kind does not exist': { argv: ['plan', '--delete', 'pool/a'], code: 2, says: /there is no kind "pool" that matters here/ },
    'that a snapshot is missing': {
      argv: ['plan', '--snapshot', 'gone.json', '--delete', 'ipaddresspool/a'],
      code: 2,
      says: /^metallb plan: gone\.json: .*no such file/,
    },
    'that a kubeconfig is missing': {
      argv: ['plan', '--kubeconfig', 'gone', '--delete', 'ipaddresspool/a'],
      code: 2,
      says: /^metallb plan: .*gone/,
    },
    'that files are missing': { argv: ['lint'], code: 2, says: /name files or folders, or - for the standard input/ },
  }
  for (const [name, { argv, code, says }] of Object.entries(usage))
    it(`says ${name}`, () => {
      const outcome = metallb(argv)
      expect(outcome.code).to.equal(code)
      expect(code === 0 ? outcome.stdout : outcome.stderr).to.match(says)
      expect(code === 0 ? outcome.stderr : outcome.stdout).to.equal('')
    })

  it('plans on a snapshot, as JSON or YAML', () => {
    const cluster = [
      pool('a', '10.0.0.0/28').replace('metadata:', 'metadata:\n  namespace: metallb-system'),
      lan.replace('metadata:', 'metadata:\n  namespace: metallb-system'),
    ]
    write('cluster.yaml', cluster.join('---\n'))
    write('cluster.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: cluster.map((text) => parse(text) as unknown) }))
    write('empty.json', '{}')
    write('broken.json', '{"apiVersion": ')
    write('more.yaml', pool('b', '10.0.0.8/29'))
    for (const name of ['cluster.yaml', 'cluster.json']) {
      const { code, stdout } = metallb(['plan', '--snapshot', name, 'more.yaml'])
      expect([code, stdout.split('\n')[0]]).to.deep.equal([1, 'more.yaml:4: IPAddressPool metallb-system/b is refused (create)'])
      expect(metallb(['plan', '--snapshot', name, '--delete', 'l2advertisement/lan']).code).to.equal(0)
    }
    expect(metallb(['plan', '--snapshot', 'empty.json', 'more.yaml']).stderr).to.equal(
      'metallb plan: empty.json: no object in it matters to MetalLB\n',
    )
    expect(metallb(['plan', '--snapshot', 'broken.json', 'more.yaml'])).to.include({ code: 2, stdout: '' })
    write('wrong.yaml', 'apiVersion: [')
    const wrong = metallb(['plan', '--snapshot', 'cluster.json', 'wrong.yaml'])
    expect([wrong.code, wrong.stderr.split('\n')[0]]).to.deep.equal([
      1,
      'wrong.yaml:1:14: error: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] [YamlSyntax]',
    ])
  })

  it('lets the reader of its output go away', () => {
    write('pool.yaml', Array.from({ length: 300 }, (_, index) => pool(`p${index}`, '10.0.0.9-10.0.0.1')).join('---\n'))
    const shell = spawnSync('sh', ['-c', `"${process.execPath}" "${launcher}" lint pool.yaml | head -n 1`], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(shell.stderr).to.equal('')
    expect(shell.stdout).to.contain('pool.yaml:6:15: error')
  })

  it('says what to do when its packages are not installed', () => {
    mkdirSync(join(folder, 'cli'))
    cpSync(launcher, join(folder, 'cli/metallb.mjs'))
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'cli/metallb.mjs'), 'lint'], { encoding: 'utf8' })
    expect([status, stderr]).to.deep.equal([2, `metallb: its packages are not installed: run npm install in ${folder}\n`])
  })

  it('is what npx starts in a checkout', () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url))
    expect(execFileSync('npx', ['.', '--help'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).to.match(
      /^metallb: /,
    )
  })
})
