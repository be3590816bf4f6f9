// The files that a command line names: files, folders with all below them, and the standard input.
import { createReadStream, type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { SourceFile } from '../manifest.ts'

/** The parser needs a hundred times as much memory as the text. */
const largest = 16 * 1024 * 1024

export interface Sources {
  /** In the order of the command line, those of a folder by name. */
  readonly files: readonly SourceFile[]
  /** What could not be read, and why, one line each. */
  readonly failures: readonly string[]
}

/** A file that is to be read. */
interface Wanted {
  readonly name: string
  readonly isNamed: boolean
  open(): AsyncIterable<Buffer>
}

const extensions = /\.(?:ya?ml|json)$/i

/** @param names of files and folders; `-` is the standard input */
export async function readSources(names: readonly string[]): Promise<Sources> {
  const files: SourceFile[] = []
  const failures: string[] = []
  const fail = (name: string, error: unknown): void => void failures.push(`${name}: ${reasonOf(error)}`)
  for (const wanted of [...new Set(names)].flatMap((each) => wantedBy(each, fail))) {
    const { name, isNamed } = wanted
    try {
      files.push({ name, isNamed, text: decode(await readAll(wanted.open())) })
    } catch (error) {
      fail(name, error)
    }
  }
  return { files, failures }
}

function wantedBy(name: string, fail: (name: string, error: unknown) => void): readonly Wanted[] {
  if (name === '-') return [{ name: 'stdin', isNamed: true, open: () => process.stdin }]
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() !== true)
    return [{ name, isNamed: true, open: () => createReadStream(name) }]
  const found = filesBelow(name, fail)
  if (found.length === 0) fail(name, new Error('no file in it ends in .yaml, .yml or .json'))
  return found.map((file) => ({ name: file, isNamed: false, open: () => createReadStream(file) }))
}

/** Links to folders are not followed: they may lead back. */
function filesBelow(folder: string, fail: (name: string, error: unknown) => void): readonly string[] {
  let entries: readonly Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    fail(folder, error)
    return []
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : filesBelow(path, fail)
    return extensions.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && leadsToFile(path))) ? [path] : []
  })
}

function leadsToFile(link: string): boolean {
  try {
    return statSync(link).isFile()
  } catch {
    return false
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > largest) throw new Error(`it is larger than ${largest / 1024 / 1024} MiB; name smaller files one by one`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer): string {
  if (bytes.includes(0)) throw new Error('it is not text: there is a zero byte in it')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('it is not text in UTF-8')
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be read',
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code === undefined ? undefined : reasons[code]) ?? message
}
