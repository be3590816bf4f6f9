// Debian packages that the lab and the image builder use.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, runCommand } from './command.ts'
import { withLock } from './lock.ts'
import type { Progress } from './progress.ts'
import { SetupError } from './setup-error.ts'

const packages = [
  // nodes of the lab
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iptables',
  'nftables',
  'conntrack',
  'iproute2',
  'kmod',
  'procps',
  'util-linux',
  // what asks the product from outside
  'arping',
  'ndisc6',
  'curl',
  'tshark',
  // routers
  'bird2',
  'frr',
  'gobgpd',
  // images
  'binutils',
  'xz-utils',
  'ca-certificates',
] as const

const aptGet = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', '-y', '-q']
const aptEnv = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }

/** The wanted packages that are not among dpkg's `status package` lines. */
export function missingPackages(dpkgLines: string, wanted: readonly string[] = packages): readonly string[] {
  const installed = new Set(
    dpkgLines
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  )
  return wanted.filter((name) => !installed.has(name))
}

async function listMissing(): Promise<readonly string[]> {
  // Ends with 1 when it knows nothing of one of them: its list is still right.
  const { stdout } = await runCommand('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n', ...packages]).catch(() => {
    throw new SetupError('dpkg-query is not here: this needs Debian 12 or newer')
  })
  return missingPackages(stdout)
}

/** Why apt-get failed, in one line with the cure. */
export function explainAptFailure(output: string, missing: readonly string[]): string {
  const wanted = missing.join(' ')
  if (/No space left|enough free space/i.test(output))
    return `no space left to install Debian packages (${wanted}): free some, for example with apt-get clean`
  if (/Temporary failure resolving|Could not (?:connect|resolve)|Connection (?:failed|timed out|refused)|Failed to fetch/i.test(output))
    return `no network to install Debian packages (${wanted}): give this machine access to its Debian mirror, or install them by hand`
  if (/Could not get lock|Unable to acquire the dpkg frontend lock/i.test(output))
    return `another program holds apt's lock: when it is done, run this again`
  return `apt-get cannot install ${wanted}: ${lastLines(output, 2).replaceAll('\n', ' ')}`
}

const policyFile = '/usr/sbin/policy-rc.d'
const policy = '#!/bin/sh\n# No service is started while the lab of MetalLB installs packages.\nexit 101\n'

/** Debian starts the services of packages that it installs unless this file forbids it. One that somebody else has put there decides instead. */
async function withoutServices<T>(install: () => Promise<T>): Promise<T> {
  const isOurs = !existsSync(policyFile) || readFileSync(policyFile, 'utf8') === policy
  if (!isOurs) return await install()
  const remove = (): void => rmSync(policyFile, { force: true })
  process.once('exit', remove)
  writeFileSync(policyFile, policy, { mode: 0o755 })
  try {
    return await install()
  } finally {
    remove()
    process.off('exit', remove)
  }
}

/** Services that would listen on ports of the machine from its next boot on. Routers of the lab run in namespaces and need none of them. */
const services: Readonly<Record<string, string>> = { frr: 'frr', bird2: 'bird', gobgpd: 'gobgpd' }

async function disableServices(installed: readonly string[]): Promise<void> {
  const units = installed.flatMap((name) => services[name] ?? [])
  if (units.length === 0) return
  // A machine without systemd starts none of them.
  await runCommand('systemctl', ['disable', ...units]).catch(() => undefined)
}

/** Installs what is missing; asks apt only then. */
export async function installPackages(cache: string, progress: Progress): Promise<void> {
  if ((await listMissing()).length === 0) return
  const onWait = (): void => progress('another run installs Debian packages: waiting for it')
  await withLock(join(cache, 'apt.lock'), onWait, async () => {
    const missing = await listMissing()
    if (missing.length === 0) return
    progress(`installing Debian packages, about 1 min: ${missing.join(' ')}`)
    // Its failure is no verdict: one broken source of many does no harm when the packages are elsewhere.
    const update = await runCommand('apt-get', ['update', ...aptGet], { env: aptEnv })
    const install = await withoutServices(() =>
      runCommand('apt-get', ['install', ...aptGet, '--no-install-recommends', ...missing], { env: aptEnv }),
    )
    await disableServices(missing)
    if (install.code !== 0) throw new SetupError(explainAptFailure(`${update.stderr}\n${install.stderr}`, missing))
    progress('Debian packages are installed')
  })
}
