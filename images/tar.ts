// A tar writer whose output depends on nothing but its input: no clock, no owner, no umask. Format: POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format").
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'

/** One member. `path` is relative, with `/` between names and none at the end. */
export type TarEntry =
  | { readonly type: 'directory'; readonly path: string; readonly mode?: number }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  | { readonly type: 'file'; readonly path: string; readonly mode?: number; readonly content: Uint8Array | { readonly file: string } }

/** A file that is named by what it holds. */
export interface Blob {
  readonly digest: `sha256:${string}`
  /** Bytes. */
  readonly size: number
}

const block = 512
const typeFlag = { file: '0', symlink: '2', directory: '5' } as const
const chunkSize = 1 << 20

function splitPath(path: string): { readonly prefix: string; readonly name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path }
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const prefix = path.slice(0, slash)
    const name = path.slice(slash + 1)
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return { prefix, name }
  }
  throw new Error(`path too long for ustar: ${path}`)
}

/** The 512-byte header of a member. */
function tarHeader(entry: TarEntry, size: number): Uint8Array {
  const header = Buffer.alloc(block)
  const { prefix, name } = splitPath(entry.type === 'directory' ? `${entry.path}/` : entry.path)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  const mode = entry.type === 'symlink' ? 0o777 : (entry.mode ?? (entry.type === 'directory' ? 0o755 : 0o644))
  header.write(name, 0)
  header.write(octal(mode, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(size, 12), 124)
  header.write(octal(0, 12), 136)
  header.write(' '.repeat(8), 148)
  header.write(typeFlag[entry.type], 156)
  if (entry.type === 'symlink') {
    if (Buffer.byteLength(entry.target) > 100) throw new Error(`link target too long for ustar: ${entry.target}`)
    header.write(entry.target, 157)
  }
  header.write('ustar\x0000', 257)
  header.write(octal(0, 8), 329)
  header.write(octal(0, 8), 337)
  header.write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function* contentOf(entry: TarEntry): Generator<Uint8Array> {
  if (entry.type !== 'file') return
  if (entry.content instanceof Uint8Array) {
    yield entry.content
    return
  }
  const source = openSync(entry.content.file, 'r')
  try {
    const chunk = Buffer.alloc(chunkSize)
    for (let length = readSync(source, chunk); length > 0; length = readSync(source, chunk)) yield chunk.subarray(0, length)
  } finally {
    closeSync(source)
  }
}

function sizeOf(entry: TarEntry): number {
  if (entry.type !== 'file') return 0
  return entry.content instanceof Uint8Array ? entry.content.length : statSync(entry.content.file).size
}

/**
 * Writes an archive with its members sorted by path. The file appears whole or not at all, so that two writers of the same name do no harm.
 *
 * @param order false: keep the order given, for archives whose readers want an index first
 */
export function writeTar(entries: readonly TarEntry[], file: string, order: 'sorted' | 'given' = 'sorted'): Blob {
  const members = order === 'given' ? entries : entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  const unfinished = `${file}.${process.pid}.unfinished`
  const target = openSync(unfinished, 'w')
  const hash = createHash('sha256')
  let size = 0
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; done += writeSync(target, bytes, done)) continue
    hash.update(bytes)
    size += bytes.length
  }
  try {
    for (const entry of members) {
      const length = sizeOf(entry)
      write(tarHeader(entry, length))
      const start = size
      for (const chunk of contentOf(entry)) write(chunk)
      if (size - start !== length) throw new Error(`${entry.path} changed while it was read`)
      write(Buffer.alloc((block - (length % block)) % block))
    }
    write(Buffer.alloc(2 * block))
    renameSync(unfinished, file)
  } finally {
    closeSync(target)
    rmSync(unfinished, { force: true })
  }
  return { digest: `sha256:${hash.digest('hex')}`, size }
}
