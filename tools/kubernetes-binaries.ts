// Kubernetes and etcd, compiled from Go modules: no registry and no download of binaries is needed. Built once, then kept in the cache.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { cacheKey } from './cache.ts'
import { lastLines, runCommand } from './command.ts'
import { withLock } from './lock.ts'
import { formatSeconds, type Progress } from './progress.ts'
import { SetupError } from './setup-error.ts'

/** Absolute paths of the programs. */
export interface Binaries {
  readonly kubeApiserver: string
  readonly kubeControllerManager: string
  readonly kubeScheduler: string
  readonly kubelet: string
  readonly kubeProxy: string
  readonly kubectl: string
  readonly etcd: string
}

interface Program {
  readonly key: keyof Binaries
  readonly name: string
  readonly module: 'kubernetes' | 'etcd'
  readonly package: string
  /** Wall time on two cores with empty Go caches, in this order. */
  readonly coldSeconds: number
  /** Arguments after which it prints its version; only for programs that KUBEBUILDER_ASSETS may bring. */
  readonly askVersion?: readonly string[]
}

const kubernetes = (key: keyof Binaries, name: string, coldSeconds: number, askVersion?: readonly string[]): Program => {
  const program = { key, name, module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, coldSeconds } as const
  return askVersion === undefined ? program : { ...program, askVersion }
}

const programs: readonly Program[] = [
  { key: 'etcd', name: 'etcd', module: 'etcd', package: 'go.etcd.io/etcd/server/v3', coldSeconds: 85, askVersion: ['--version'] },
  kubernetes('kubeApiserver', 'kube-apiserver', 364, ['--version']),
  kubernetes('kubeControllerManager', 'kube-controller-manager', 97),
  kubernetes('kubelet', 'kubelet', 54),
  kubernetes('kubeProxy', 'kube-proxy', 23),
  kubernetes('kubeScheduler', 'kube-scheduler', 15),
  kubernetes('kubectl', 'kubectl', 35, ['version', '--client']),
]

const modulesFolder = join(import.meta.dirname, '../test/lab/binaries')
const neededGigabytes = 6
const reportEveryMs = 30_000

/** The version that a go.mod requires of a module, without its `v`. */
export function requiredVersion(goMod: string, module: string): string {
  const line = new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} v(\\S+)`, 'm').exec(goMod)
  if (line?.[1] === undefined) throw new Error(`go.mod does not require ${module}`)
  return line[1]
}

/** Linker flags of a Kubernetes release; without the version `/version` says v0.0.0-master. */
export function linkerFlags(version?: string): string {
  if (version === undefined) return '-s -w'
  const [major = '', minor = ''] = version.split('.')
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`
  return ['-s -w', set('gitVersion', `v${version}`), set('gitMajor', major), set('gitMinor', minor)].join(' ')
}

/** Why `go build` failed, in one line with the cure. */
export function explainBuildFailure(name: string, output: string): string {
  if (/no space left on device/i.test(output))
    return `no space left to compile ${name}: it needs ${neededGigabytes} GB in Go's caches; free some, or point METALLB_CACHE, GOCACHE and GOMODCACHE elsewhere`
  if (/dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|proxyconnect|server misbehaving/i.test(output))
    return `no network to fetch Go modules for ${name}: give this machine access to a Go module proxy (GOPROXY). Go said: ${lastLines(output, 1)}`
  if (/requires go >=|go\.mod requires go/i.test(output))
    return `this Go is too old for ${name} and may not fetch a newer one: unset GOTOOLCHAIN, or install Go 1.26. Go said: ${lastLines(output, 1)}`
  if (/signal: killed/i.test(output)) return `compiling ${name} was killed: it needs 2 GB of memory`
  return `compiling ${name} failed: ${lastLines(output, 3).replaceAll('\n', ' ')}`
}

/** `major.minor` of the first version in a program's answer. */
export function minorVersion(text: string): string | undefined {
  return /\bv?(\d+\.\d+)\.\d+/.exec(text)?.[1]
}

const buildEnv = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off', HOME: process.env['HOME'] ?? homedir() }

async function goVersion(folder: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand('go', ['version'], { cwd: folder, env: buildEnv }).catch(() => {
    throw new SetupError('Go is not on the PATH: install Go 1.21 or newer (https://go.dev/dl), and put its bin folder on the PATH')
  })
  // A Go before 1.21 neither fetches the toolchain that go.mod names nor understands the file.
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? []
  if (code !== 0) throw new SetupError(explainBuildFailure('Kubernetes', stderr))
  if (Number(major) === 1 && Number(minor) < 21) throw new SetupError(`Go 1.21 or newer is needed; here is ${stdout.trim()}`)
  return stdout.trim()
}

interface Plan {
  readonly program: Program
  readonly path: string
  readonly ldflags: string
}

async function planModule(module: Program['module'], cache: string): Promise<readonly Plan[]> {
  const folder = join(modulesFolder, module)
  const goMod = readFileSync(join(folder, 'go.mod'), 'utf8')
  const ldflags = module === 'kubernetes' ? linkerFlags(requiredVersion(goMod, 'k8s.io/kubernetes')) : linkerFlags()
  const key = cacheKey(goMod, readFileSync(join(folder, 'go.sum')), ldflags, JSON.stringify(buildFlags), await goVersion(folder))
  return programs
    .filter((program) => program.module === module)
    .map((program) => ({ program, ldflags, path: join(cache, 'binaries', `${module}-${key}`, program.name) }))
}

const buildFlags = ['-trimpath', '-buildvcs=false']

async function build({ program, path, ldflags }: Plan, progress: Progress): Promise<void> {
  const started = performance.now()
  const elapsed = (): string => formatSeconds((performance.now() - started) / 1000)
  const ticker = setInterval(() => progress(`  ${program.name}: ${elapsed()} so far`), reportEveryMs)
  // A build that is killed leaves only this name, which no run looks for.
  const unfinished = `${path}.${process.pid}.unfinished`
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (name.endsWith('.unfinished')) rmSync(join(folder, name))
  try {
    const argv = ['build', ...buildFlags, '-ldflags', ldflags, '-o', unfinished, program.package]
    const { code, stderr } = await runCommand('go', argv, { cwd: join(modulesFolder, program.module), env: buildEnv })
    if (code !== 0) throw new SetupError(explainBuildFailure(program.name, stderr))
    renameSync(unfinished, path)
    progress(`  ${program.name} is built: ${elapsed()}`)
  } finally {
    clearInterval(ticker)
    rmSync(unfinished, { force: true })
  }
}

/** What somebody already has, by the convention of controller-runtime's envtest: a folder with kube-apiserver, etcd and kubectl. */
async function foundInAssets(plan: readonly Plan[], folder: string, progress: Progress): Promise<ReadonlyMap<Plan, string>> {
  const found = new Map<Plan, string>()
  for (const entry of plan) {
    const { program } = entry
    const path = join(folder, program.name)
    if (program.askVersion === undefined || !existsSync(path)) continue
    const answer = await runCommand(path, program.askVersion).catch(() => undefined)
    const here = minorVersion(answer?.stdout ?? '')
    const wanted = minorVersion(programVersion(program.module))
    // The other programs are ours, of one release: a kubelet newer than its API server is not supported.
    if (here === wanted) found.set(entry, path)
    else progress(`${path} is ${here ?? 'of unknown version'}, the lab needs ${wanted}: not used`)
  }
  return found
}

function programVersion(module: Program['module']): string {
  const goMod = readFileSync(join(modulesFolder, module, 'go.mod'), 'utf8')
  return requiredVersion(goMod, module === 'kubernetes' ? 'k8s.io/kubernetes' : 'go.etcd.io/etcd/server/v3')
}

function announce(todo: readonly Plan[], cache: string, progress: Progress): void {
  const minutes = Math.ceil(todo.reduce((sum, { program }) => sum + program.coldSeconds, 0) / 60)
  const what = `compiling Kubernetes ${programVersion('kubernetes')} from Go modules (programs: ${todo.length})`
  progress(`${what}: up to ${minutes} min on 2 cores, once; kept in ${cache}`)
  const { bavail, bsize } = statfsSync(cache)
  const free = (bavail * bsize) / 2 ** 30
  if (free < neededGigabytes) progress(`only ${free.toFixed(1)} GB are free in ${cache}; ${neededGigabytes} GB may be needed`)
}

/** Finds or builds the programs; two runs at once build only once. */
export async function prepareBinaries(cache: string, progress: Progress): Promise<Binaries> {
  const plan = [...(await planModule('etcd', cache)), ...(await planModule('kubernetes', cache))]
  const assets = process.env['KUBEBUILDER_ASSETS']
  const found = assets ? await foundInAssets(plan, assets, progress) : new Map<Plan, string>()
  const missing = (): readonly Plan[] => plan.filter((entry) => !found.has(entry) && !existsSync(entry.path))

  if (missing().length > 0) {
    const onWait = (): void => progress('another run compiles Kubernetes: waiting for it')
    await withLock(join(cache, 'binaries.lock'), onWait, async () => {
      const todo = missing()
      if (todo.length > 0) announce(todo, cache, progress)
      for (const [index, entry] of todo.entries()) {
        progress(`  ${entry.program.name} (${index + 1} of ${todo.length}), up to ${formatSeconds(entry.program.coldSeconds)}`)
        await build(entry, progress)
      }
    })
  }
  const paths = plan.map((entry) => [entry.program.key, found.get(entry) ?? entry.path])
  return Object.fromEntries(paths) as Record<keyof Binaries, string>
}
