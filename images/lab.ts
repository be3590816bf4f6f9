// Images that only the lab runs: the sandbox of every pod, and the web server behind its Services.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cacheKey } from '../tools/cache.ts'
import { mustRun } from '../tools/command.ts'
import type { Progress } from '../tools/progress.ts'
import { appLayer, type Images, writeArchives } from './build.ts'
import { baseLayer, cachedLayer, inTemporaryFolder, type Layer, nodeLayer } from './layers.ts'
import { makeImage } from './layout.ts'

const sources = resolve(import.meta.dirname, '../test/lab/images')
// One file without a module: no go.mod, no network, no toolchain to fetch.
const buildEnv = { CGO_ENABLED: '0', GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' }

async function pauseLayer(cache: string, progress: Progress): Promise<Layer> {
  const source = join(sources, 'pause/main.go')
  const key = cacheKey(readFileSync(source), await mustRun('go', ['version'], { env: buildEnv }))
  return await cachedLayer(cache, `pause-${key}`, async (folder) => {
    progress('making the pause image, about 5 s')
    const file = join(folder, 'pause')
    await mustRun('go', ['build', '-trimpath', '-ldflags', '-s -w -buildid=', '-o', file, source], { env: buildEnv })
    return [{ type: 'file', path: 'pause', mode: 0o755, content: { file } }]
  })
}

/** Makes `localhost/pause:1` and `localhost/web:1`; the latter brings the layers that `bundleOnly` of the product's images leaves out. */
export async function buildLabImages(cache: string, progress: Progress): Promise<Images> {
  const below = [await baseLayer(cache, progress), await nodeLayer(cache, progress)]
  const pause = makeImage({ name: 'localhost/pause:1', layers: [await pauseLayer(cache, progress)], entrypoint: ['/pause'] })
  return await inTemporaryFolder(async (folder) => {
    const server = appLayer([{ path: 'server.ts', content: readFileSync(join(sources, 'web/server.ts')) }], join(folder, 'web'))
    const web = makeImage({
      name: 'localhost/web:1',
      layers: [...below, server],
      entrypoint: ['/usr/bin/node', '/app/server.ts'],
      user: '65534:65534',
    })
    return writeArchives('lab', [pause, web], below, cache)
  })
}
