// The layers below the product's own: a Debian base with the libraries that Node needs, and Node itself. Made once, kept in the cache.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cacheKey } from '../tools/cache.ts'
import { mustRun, runCommand } from '../tools/command.ts'
import { explainAptFailure } from '../tools/debian-packages.ts'
import type { Progress } from '../tools/progress.ts'
import { SetupError } from '../tools/setup-error.ts'
import { type Blob, type TarEntry, writeTar } from './tar.ts'

/** An uncompressed layer tar; its digest is also its diff ID. */
export interface Layer extends Blob {
  readonly file: string
}

// libatomic1: Node 26 is linked against it.
const packages = ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1'] as const
/** Raise it when the base layer's recipe changes. */
const baseRecipe = '1'
const nodeBinary = resolve(import.meta.dirname, '../node_modules/node/bin/node')

const accounts: readonly TarEntry[] = [
  text('etc/passwd', 'root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n'),
  text('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
  text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
]

function text(path: string, content: string): TarEntry {
  return { type: 'file', path, content: Buffer.from(content) }
}

/** Does work in a new folder that is gone afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'metallb-image-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The layer kept under that name, made when it is not there. The name must tell all that it is made from. */
export async function cachedLayer(cache: string, name: string, make: (folder: string) => Promise<readonly TarEntry[]>): Promise<Layer> {
  const file = join(cache, 'images/layers', `${name}.tar`)
  // Written last: a layer without its record is unfinished.
  const record = `${file}.json`
  if (existsSync(file) && existsSync(record)) return { file, ...(JSON.parse(readFileSync(record, 'utf8')) as Blob) }
  mkdirSync(join(cache, 'images/layers'), { recursive: true })
  return await inTemporaryFolder(async (folder) => {
    const blob = writeTar(await make(folder), file)
    const unfinished = `${record}.${process.pid}.unfinished`
    writeFileSync(unfinished, JSON.stringify(blob))
    renameSync(unfinished, record)
    return { file, ...blob }
  })
}

/** Debian's C and C++ libraries, accounts root and nobody, and `/tmp`, for this machine's Debian release. */
export async function baseLayer(cache: string, progress: Progress): Promise<Layer> {
  const policy = await mustRun('apt-cache', ['policy', ...packages], { env: { LC_ALL: 'C.UTF-8' } })
  const candidates = [...policy.matchAll(/^ {2}Candidate: (.*)$/gm)].map((match) => match[1] ?? '')
  return await cachedLayer(cache, `base-${cacheKey(baseRecipe, process.arch, ...packages, ...candidates)}`, async (folder) => {
    progress('making the Debian base layer, about 5 s')
    await unpackPackages(folder)
    const tree = readTree(join(folder, 'root'))
    return [...tree, ...mergedUsrLinks(tree), ...accounts, { type: 'directory', path: 'tmp', mode: 0o1777 }]
  })
}

async function unpackPackages(folder: string): Promise<void> {
  const download = async (): Promise<string> => {
    // Not as user _apt: the folder is ours alone.
    const { code, stderr } = await runCommand('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...packages], { cwd: folder })
    return code === 0 ? '' : stderr || 'no reason given'
  }
  if ((await download()) !== '') {
    // Most often its list names a version that the mirror has replaced since.
    await runCommand('apt-get', ['update', '-q'])
    const failure = await download()
    if (failure !== '') throw new SetupError(explainAptFailure(failure, packages))
  }
  const root = join(folder, 'root')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    await mustRun('dpkg-deb', ['--extract', file, root], { cwd: folder })
    const name = file.split('_')[0] ?? file
    // Where scanners look in images without a package manager.
    mkdirSync(join(root, 'var/lib/dpkg/status.d'), { recursive: true })
    writeFileSync(join(root, 'var/lib/dpkg/status.d', name), await mustRun('dpkg-deb', ['--field', file], { cwd: folder }))
  }
  const dropped = (path: string): boolean =>
    /^usr\/lib\/[^/]+\/gconv(\/|$)|^usr\/share\/(?!doc\/)|^usr\/share\/doc\/.*\/(?!copyright$)[^/]+$/.test(path)
  for (const { path, type } of readTree(root)) if (type !== 'directory' && dropped(path)) rmSync(join(root, path))
}

/** From Debian 13 on the libraries lie in /usr alone, and the package base-files, which we leave out, brings the links. */
function mergedUsrLinks(tree: readonly TarEntry[]): readonly TarEntry[] {
  const has = (path: string): boolean => tree.some((entry) => entry.path === path)
  return ['lib', 'lib64']
    .filter((name) => !has(name) && has(`usr/${name}`))
    .map((name) => ({ type: 'symlink', path: name, target: `usr/${name}` }))
}

/** Node without its symbol table, at `/usr/bin/node`. */
export async function nodeLayer(cache: string, progress: Progress): Promise<Layer> {
  const size = lstatSync(nodeBinary).size
  return await cachedLayer(cache, `node-${cacheKey(process.version, process.arch, String(size))}`, async (folder) => {
    progress('making the Node layer, about 3 s')
    await mustRun('strip', ['-o', join(folder, 'node'), nodeBinary])
    return [{ type: 'file', path: 'usr/bin/node', mode: 0o755, content: { file: join(folder, 'node') } }]
  })
}

/** Every member of a folder, empty directories left out: files keep only whether they can be executed. */
export function readTree(folder: string, prefix = ''): readonly TarEntry[] {
  return readdirSync(folder).flatMap((name): readonly TarEntry[] => {
    const full = join(folder, name)
    const path = `${prefix}${name}`
    const stat = lstatSync(full)
    if (stat.isSymbolicLink()) return [{ type: 'symlink', path, target: readlinkSync(full) }]
    if (!stat.isDirectory()) return [{ type: 'file', path, mode: stat.mode & 0o100 ? 0o755 : 0o644, content: { file: full } }]
    const inside = readTree(full, `${path}/`)
    return inside.length === 0 ? [] : [{ type: 'directory', path }, ...inside]
  })
}
