// The documents that people wrote for MetalLB, unedited: where each is, and what it is.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface SeedDocument {
  /** Text and line, as in `000:103`. */
  readonly id: string
  /** The name of its file; two documents share one where their author forgot the `---` between them. */
  readonly file: string
  readonly kind: string
  readonly name: string
  /** SHA-256 of the file, hexadecimal. */
  readonly digest: string
}

const folder = new URL('documents/', import.meta.url)

/** The path of a document's file, as kubectl takes it. */
export function pathOf({ file }: Pick<SeedDocument, 'file'>): string {
  return fileURLToPath(new URL(file, folder))
}

/** All of them, in the order of the texts. */
export const seedDocuments: readonly SeedDocument[] = readFileSync(new URL('index.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [id = '', file = '', kind = '', name = '', digest = ''] = line.split(/\s+/)
    return { id, file, kind, name, digest }
  })

/** @throws for a name that the index has not */
export function documentOf(id: string): SeedDocument {
  const document = seedDocuments.find((one) => one.id === id)
  if (document === undefined) throw new Error(`there is no document ${id}`)
  return document
}
