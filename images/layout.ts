// Writes images as one tar in the OCI image layout, which `ctr images import`, `docker load` and `podman load` read.
import { createHash } from 'node:crypto'
import type { Layer } from './layers.ts'
import { type Blob, type TarEntry, writeTar } from './tar.ts'

/** What an image is made of; `layers` from the lowest to the highest. */
export interface ImageSource {
  readonly name: string
  readonly layers: readonly Layer[]
  readonly entrypoint: readonly string[]
  /** Numeric: kubelet can check runAsNonRoot only then. */
  readonly user?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** An image with its documents; `digest` is the manifest's. */
export interface Image {
  readonly name: string
  readonly digest: Blob['digest']
  /** Bytes of all layers, unpacked as they are stored. */
  readonly size: number
  readonly documents: readonly { readonly blob: Blob; readonly content: Buffer }[]
  readonly layers: readonly Layer[]
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const platform = { architecture, os: 'linux' } as const

function json(value: unknown): { readonly blob: Blob; readonly content: Buffer } {
  const content = Buffer.from(JSON.stringify(value))
  return { content, blob: { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, size: content.length } }
}

const descriptor = (type: string, { digest, size }: Blob) => ({ mediaType: `application/vnd.oci.image.${type}`, digest, size })

/** Makes an image's configuration and manifest. @see OCI Image Format Specification v1.1, config.md and manifest.md */
export function makeImage(source: ImageSource): Image {
  const { name, layers, entrypoint, user, labels } = source
  const config = json({
    created: '1970-01-01T00:00:00Z',
    ...platform,
    config: {
      Entrypoint: entrypoint,
      Env: ['PATH=/usr/bin:/bin', 'NODE_ENV=production'],
      WorkingDir: '/',
      ...(user === undefined ? {} : { User: user }),
      ...(labels === undefined ? {} : { Labels: labels }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  })
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('config.v1+json', config.blob),
    layers: layers.map((layer) => descriptor('layer.v1.tar', layer)),
  })
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  return { name, digest: manifest.blob.digest, size, documents: [config, manifest], layers }
}

function indexOf(images: readonly Image[]): Buffer {
  const manifests = images.map((image) => {
    const manifest = image.documents.find(({ blob }) => blob.digest === image.digest)
    if (manifest === undefined) throw new Error(`${image.name} has no manifest`)
    const annotations = { 'io.containerd.image.name': image.name, 'org.opencontainers.image.ref.name': image.name }
    return { ...descriptor('manifest.v1+json', manifest.blob), platform, annotations }
  })
  return json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }).content
}

/**
 * Writes the images, what they share once.
 *
 * @param without layers that the reader has already: named in the manifests, absent from the archive
 */
export function writeLayout(images: readonly Image[], file: string, without: readonly Layer[] = []): void {
  const left = new Set<string>(without.map(({ digest }) => digest))
  const blobs = new Map<string, TarEntry>()
  const path = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`
  for (const { documents, layers } of images) {
    for (const { blob, content } of documents) blobs.set(blob.digest, { type: 'file', path: path(blob.digest), content })
    for (const { digest, file: layer } of layers)
      if (!left.has(digest)) blobs.set(digest, { type: 'file', path: path(digest), content: { file: layer } })
  }
  const head: readonly TarEntry[] = [
    { type: 'file', path: 'oci-layout', content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { type: 'file', path: 'index.json', content: indexOf(images) },
  ]
  writeTar([...head, ...blobs.values()], file, 'given')
}
