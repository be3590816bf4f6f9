// Brings a machine to where a lab can start: Debian packages, Kubernetes programs. npm packages are first.mjs's part.
import { mkdirSync } from 'node:fs'
import { cacheFolder } from './cache.ts'
import { installPackages } from './debian-packages.ts'
import { type Binaries, prepareBinaries } from './kubernetes-binaries.ts'
import type { Progress } from './progress.ts'
import { SetupError } from './setup-error.ts'

/** What a lab is made with. */
export interface Toolchain {
  readonly binaries: Binaries
  /** Folder for whatever is built once; survives checkouts. */
  readonly cache: string
}

/**
 * Installs and builds what is missing: minutes on a new machine, a tenth of a second when nothing is missing. Safe to run twice at once and to kill.
 *
 * @throws SetupError one line with the cure, when the machine lacks something that this cannot bring
 */
export async function setup(progress: Progress): Promise<Toolchain> {
  if (process.getuid?.() !== 0) throw new SetupError('this needs root, for network namespaces and packages: run it again as root')
  const cache = cacheFolder()
  try {
    mkdirSync(cache, { recursive: true })
  } catch (cause) {
    throw new SetupError(`the cache folder ${cache} cannot be made: set METALLB_CACHE to one that can`, { cause })
  }
  await installPackages(cache, progress)
  return { binaries: await prepareBinaries(cache, progress), cache }
}
