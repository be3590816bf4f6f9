// Builds the images without a registry and without a daemon. As a program (`npm run image`): builds them and prints where they are.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, cacheKey } from '../tools/cache.ts'
import { type Progress, showProgress } from '../tools/progress.ts'
import { describeFailure } from '../tools/setup-error.ts'
import { type Binary, type BundledFile, binaries, bundle, root } from './bundle.ts'
import { baseLayer, inTemporaryFolder, type Layer, nodeLayer } from './layers.ts'
import { type Image, makeImage, writeLayout } from './layout.ts'
import { type TarEntry, writeTar } from './tar.ts'

/** Images in a file that `ctr --namespace k8s.io images import` takes. */
export interface Images {
  /** OCI image layout in a tar, with every layer. */
  readonly archive: string
  /** The same images without the Debian and Node layers: for a content store that has them from an earlier import. */
  readonly bundleOnly: string
  readonly images: readonly { readonly name: string; readonly digest: string; readonly size: number }[]
}

/** Archives of one kind that stay in the cache. */
const kept = 4
const keptMs = 600_000

// The speaker opens raw sockets with its container's capabilities, which the kernel gives to root alone.
const users: Readonly<Record<Binary, string | undefined>> = { webhook: '65534:65534', controller: '65534:65534', speaker: undefined }

/** The layer of one program: its files under `/app`, readable by any user. */
export function appLayer(files: readonly BundledFile[], file: string): Layer {
  const entries = files.map(({ path, content }): TarEntry => ({ type: 'file', path: `app/${path}`, content }))
  return { file, ...writeTar(entries, file) }
}

/**
 * Bundles the product and makes `localhost/metallb/{webhook,controller,speaker}:dev`. The same sources give the same digests; nothing is
 * done when nothing has changed since this checkout's last build.
 */
export async function buildImages(cache: string, progress: Progress): Promise<Images> {
  const below = [await baseLayer(cache, progress), await nodeLayer(cache, progress)]
  const record = join(cache, 'images', `checkout-${cacheKey(root)}.json`)
  const last = lastBuild(record, below)
  if (last !== undefined) return last
  return await inTemporaryFolder(async (folder) => {
    const started = Date.now()
    const { files, inputs } = await bundle()
    const images = binaries.map((binary) => {
      const user = users[binary]
      return makeImage({
        name: `localhost/metallb/${binary}:dev`,
        layers: [...below, appLayer(files[binary], join(folder, binary))],
        entrypoint: ['/usr/bin/node', `/app/${binary}.mjs`],
        labels: { 'org.opencontainers.image.title': `metallb ${binary}`, 'org.opencontainers.image.licenses': 'Apache-2.0' },
        ...(user === undefined ? {} : { user }),
      })
    })
    const built = writeArchives('product', images, below, cache)
    // A source that was saved meanwhile may be in the fingerprint but not in the bundle.
    const isSettled = inputs.every((path) => statSync(join(root, path)).mtimeMs < started)
    if (isSettled) writeFileSync(record, JSON.stringify({ inputs, fingerprint: fingerprintOf(inputs, below), built } satisfies BuildRecord))
    return built
  })
}

/** What a checkout's last build was made from, and what it made. */
interface BuildRecord {
  readonly inputs: readonly string[]
  readonly fingerprint: string
  readonly built: Images
}

/** Changes with any source, with the recipe (this folder), with any package, and with the layers below. */
function fingerprintOf(inputs: readonly string[], below: readonly Layer[]): string {
  const recipe = readdirSync(import.meta.dirname).map((name) => `images/${name}`)
  const contents = ['package-lock.json', ...recipe, ...inputs].flatMap((path) => [path, readFileSync(join(root, path))])
  return cacheKey(...contents, ...below.map(({ digest }) => digest))
}

function lastBuild(file: string, below: readonly Layer[]): Images | undefined {
  try {
    const { inputs, fingerprint, built } = JSON.parse(readFileSync(file, 'utf8')) as BuildRecord
    if (fingerprintOf(inputs, below) !== fingerprint) return undefined
    touch(built)
    return built
  } catch {
    // No record, half a record, or a file that is gone: build.
    return undefined
  }
}

/** Keeps archives from being pruned; throws when one is gone. */
function touch({ archive, bundleOnly }: Images): void {
  const now = new Date()
  for (const file of [archive, bundleOnly]) utimesSync(file, now, now)
}

/** Puts images into the cache, named by what they hold. */
export function writeArchives(kind: string, images: readonly Image[], below: readonly Layer[], cache: string): Images {
  const folder = join(cache, 'images')
  mkdirSync(folder, { recursive: true })
  const key = cacheKey(...images.flatMap(({ name, digest }) => [name, digest]))
  const archive = join(folder, `${kind}-${key}.tar`)
  const bundleOnly = join(folder, `${kind}-${key}-bundle-only.tar`)
  if (!existsSync(archive)) writeLayout(images, archive)
  if (!existsSync(bundleOnly)) writeLayout(images, bundleOnly, below)
  const written = { archive, bundleOnly, images: images.map(({ name, digest, size }) => ({ name, digest, size })) }
  touch(written)
  prune(folder, kind)
  return written
}

/** Drops what no run has asked for lately. */
function prune(folder: string, kind: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => ({ path: join(folder, name), usedAt: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.usedAt - a.usedAt)
  for (const { path, usedAt } of files.slice(2 * kept)) if (Date.now() - usedAt > keptMs) rmSync(path, { force: true })
}

if (import.meta.main) {
  try {
    const { archive, bundleOnly, images } = await buildImages(cacheFolder(), showProgress())
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
    const lines = [
      ...images.map(({ name, digest, size }) => `${name}  ${digest}  ${megabytes(size)}`),
      `all of them: ${archive}  ${megabytes(statSync(archive).size)}`,
      `without the layers of Debian and Node: ${bundleOnly}  ${megabytes(statSync(bundleOnly).size)}`,
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    process.exitCode = 1
  }
}
