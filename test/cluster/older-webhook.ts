// An image of the webhook as an earlier release would have been: another registration, under a lower number.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { appLayer, writeArchives } from '../../images/build.ts'
import { root } from '../../images/bundle.ts'
import { baseLayer, inTemporaryFolder, nodeLayer } from '../../images/layers.ts'
import { makeImage } from '../../images/layout.ts'
import { mustRun } from '../../tools/command.ts'

export interface OlderWebhook {
  readonly image: string
  /** Its number in the annotation of the configurations. */
  readonly registration: number
  /** For `importImages`. */
  readonly archive: string
}

const sources = [
  'admission',
  'certs',
  'controller',
  'core',
  'images',
  'kube',
  'schemas',
  'speaker',
  'tools',
  'webhook',
  'package.json',
  'tsconfig.json',
]
const silent = (): void => undefined

/** Builds it from a copy of the sources, one release back. */
export async function buildOlderWebhook(cache: string): Promise<OlderWebhook> {
  const below = [await baseLayer(cache, silent), await nodeLayer(cache, silent)]
  return await inTemporaryFolder(async (folder) => {
    const copy = join(folder, 'sources')
    mkdirSync(copy)
    for (const name of sources) cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const registration = takeBack(join(copy, 'webhook/registration.ts'))
    await mustRun(process.execPath, [join(copy, 'images/bundle.ts'), join(folder, 'out')])
    const out = join(folder, 'out/webhook')
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const bundled = files.map(({ parentPath, name }) => ({
      path: join(parentPath, name).slice(out.length + 1),
      content: readFileSync(join(parentPath, name)),
    }))
    const image = 'localhost/metallb/webhook:older'
    const layers = [...below, appLayer(bundled, join(folder, 'layer'))]
    const made = makeImage({ name: image, layers, entrypoint: ['/usr/bin/node', '/app/webhook.mjs'], user: '65534:65534' })
    return { image, registration, archive: writeArchives('older', [made], below, cache).bundleOnly }
  })
}

/** @returns the number of the release before */
function takeBack(file: string): number {
  const text = readFileSync(file, 'utf8')
  const present = Number(/const registrationVersion = (\d+)/.exec(text)?.[1])
  const older = text.replace(/const registrationVersion = \d+/, `const registrationVersion = ${present - 1}`).replace(", 'communities'", '')
  if (!(present > 1) || older.includes("'communities'")) throw new Error(`${file} is not as this test knows it`)
  writeFileSync(file, older)
  return present - 1
}
