// The first program of every npm command. It runs on whatever Node the machine has (20 or newer), makes node_modules agree with the lockfile,
// then hands over to the Node 26 that came with it: node tools/first.mjs FILE [ARGUMENT...]
// It writes nothing on stdout: that belongs to FILE.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.installed')
const node = join(modules, '.bin/node')
const lockTaken = 75

/** @type {(line: string) => void} */
const say = (line) => void process.stderr.write(`${line}\n`)
/** @type {(line: string) => never} */
const refuse = (line) => {
  say(`error: ${line}`)
  process.exit(1)
}

// npm puts node_modules/.bin first, where a `node` lies that the installation is about to remove: npm itself must run on the machine's own.
const folders = (process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)
const machineEnv = { ...process.env, PATH: folders.filter((folder) => !/node_modules\/.bin$|node-gyp-bin$/.test(folder)).join(delimiter) }
// root's PATH in a container or a CI job often lacks these.
const lastFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/go/bin'].filter((folder) => !folders.includes(folder))
const fullEnv = { ...process.env, PATH: [...folders, ...lastFolders].join(delimiter) }

function checkMachine() {
  if (process.platform !== 'linux') refuse(`this needs Linux (Debian 12 or newer); here is ${process.platform}`)
  if (process.getuid?.() !== 0) refuse('this needs root, for network namespaces and packages: run it again as root, for example with sudo')
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) refuse(`this needs Node 20 or newer to start; here is ${process.versions.node}`)
}

/** What node_modules depends on: the lockfile, the wanted dependencies, and the Node that compiles add-ons for npm. */
function wantedStamp() {
  const { dependencies, devDependencies, allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const abi = spawnSync('node', ['-p', 'process.versions.modules'], { env: machineEnv, encoding: 'utf8' }).stdout?.trim()
  const inputs = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify([dependencies, devDependencies, allowScripts]))
  return `${process.arch}-${abi} ${inputs.digest('hex')}`
}

/** Whether npm's own record of a finished installation says what the lockfile says: so after somebody's `npm install`. */
function agreesWithLockfile() {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const names = Object.keys(wanted).filter((name) => name !== '')
  return (
    names.every((name) => (name in installed ? installed[name].version === wanted[name].version : wanted[name].optional)) &&
    Object.keys(installed).every((name) => name in wanted)
  )
}

const foundStamp = () => (existsSync(node) && existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined)
/** @type {(stamp: string | undefined) => string | undefined} */
const compilerOf = (stamp) => stamp?.split(' ')[0]

/** Runs in a child that holds the lock, so that two runs in one checkout do not clash. */
function install() {
  const stamp = wantedStamp()
  const found = foundStamp()
  if (found === stamp) return
  const sameCompiler = found === undefined || compilerOf(found) === compilerOf(stamp)
  if (existsSync(node) && sameCompiler && agreesWithLockfile()) return writeFileSync(stampFile, stamp)
  say('installing npm packages: about a minute')
  // Not `npm ci`: it refuses a lockfile that lacks platform packages which a registry does not carry. This keeps to the lockfile as well, and from
  // an empty folder: what a killed run left half extracted would be taken for whole.
  rmSync(modules, { recursive: true, force: true })
  const started = Date.now()
  const options = [
    'install',
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts=false',
    '--no-progress',
    '--loglevel=error',
  ]
  const { status, error } = spawnSync('npm', options, { cwd: root, env: machineEnv, stdio: ['ignore', 2, 2] })
  if (error) refuse(`npm cannot be started (${error.message}): install npm`)
  if (status !== 0) refuse('npm install failed; its reason stands above (most often: no network, or no space left)')
  if (!existsSync(node)) refuse("npm install brought no node_modules/.bin/node: does npm's setting allow install scripts?")
  ensureNodeStarts()
  writeFileSync(stampFile, stamp)
  say(`npm packages installed in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** Node 26 is linked against a library that a minimal Debian lacks. */
function ensureNodeStarts() {
  const start = () => spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (start().status === 0) return
  say('installing the Debian package libatomic1, which Node 26 needs: a few seconds')
  const env = { ...fullEnv, DEBIAN_FRONTEND: 'noninteractive' }
  const lock = 'DPkg::Lock::Timeout=120'
  spawnSync('apt-get', ['update', '-qq', '-o', lock], { env, stdio: ['ignore', 2, 2] })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', '-o', lock, 'libatomic1'], { env, stdio: ['ignore', 2, 2] })
  const { status, stderr, error } = start()
  if (status !== 0) refuse(`node_modules/.bin/node does not start: ${error?.message ?? stderr.trim()}`)
}

function ensureInstalled() {
  if (foundStamp() === wantedStamp()) return
  /** @type {(...options: string[]) => number | null} */
  const locked = (...options) => {
    const argv = [...options, root, process.execPath, fileURLToPath(import.meta.url), '--install']
    const { status, error } = spawnSync('flock', argv, { cwd: root, stdio: ['ignore', 2, 2] })
    if (error) refuse(`flock cannot be started (${error.message}): install the package util-linux`)
    return status
  }
  let status = locked('--nonblock', '--conflict-exit-code', String(lockTaken))
  if (status === lockTaken) {
    say('another run is installing npm packages in this checkout: waiting for it')
    status = locked()
  }
  if (status !== 0) process.exit(status ?? 1)
}

/** @type {(argv: string[]) => void} */
function handOver(argv) {
  const child = spawn(node, argv, { stdio: 'inherit', env: fullEnv })
  /** @type {(signal: NodeJS.Signals) => void} */
  const forward = (signal) => void child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  child.on('error', (error) => refuse(`${node} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}

const argv = process.argv.slice(2)
if (argv.length === 0) refuse('usage: node tools/first.mjs FILE [ARGUMENT...]')
checkMachine()
if (argv[0] === '--install') {
  install()
} else {
  ensureInstalled()
  handOver(argv)
}
