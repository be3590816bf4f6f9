// Bundles each binary into one file that needs no node_modules, but for native add-ons, which travel beside it.
// As a program, for the Containerfile: bundle.ts FOLDER writes FOLDER/<binary>/…
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** The product's programs; each has `<name>/main.ts`. */
export const binaries = ['webhook', 'controller', 'speaker'] as const
export type Binary = (typeof binaries)[number]

/** A file of the image's folder `/app`; `path` is relative to it. */
export interface BundledFile {
  readonly path: string
  readonly content: Uint8Array
}

/** The repository. */
export const root = resolve(import.meta.dirname, '..')

// CommonJS inside the bundle calls require() for Node's own modules.
const banner = "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"

/** Packages with native code: left out of bundles, copied with the files that they load at run time. */
const nativePackages: Readonly<Record<string, readonly string[]>> = {
  koffi: [
    'koffi/package.json',
    'koffi/LICENSE.txt',
    'koffi/index.js',
    'koffi/src/koffi/index.js',
    'koffi/src/koffi/src/static.js',
    `@koromix/koffi-linux-${process.arch}/package.json`,
    `@koromix/koffi-linux-${process.arch}/index.js`,
    `@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`,
  ],
}

/**
 * Makes `new URL('./x.ts', import.meta.url)`, the way to name a worker's file, point to that file's own bundle.
 *
 * @param found receives the absolute paths of the workers
 */
function workers(found: Set<string>): Plugin {
  return {
    name: 'workers',
    setup(context) {
      context.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        const contents = text.replace(/new URL\('(\.{1,2}\/[^']+)\.ts', import\.meta\.url\)/g, (_, name: string) => {
          found.add(`${join(dirname(path), name)}.ts`)
          return `new URL('./${basename(name)}.mjs', import.meta.url)`
        })
        return { contents, loader: 'ts' }
      })
    },
  }
}

/** The Kubernetes client's package does not say that its files have no effect when imported: left at that, all its thousand models stay in the bundle. */
const kubernetesClientIsPure: Plugin = {
  name: 'kubernetes-client-is-pure',
  setup(context) {
    const ours = { asked: true }
    context.onResolve({ filter: /^@kubernetes\/client-node$|^\./ }, async ({ path, importer, pluginData, ...options }) => {
      if (pluginData === ours || (path.startsWith('.') && !importer.includes('/@kubernetes/client-node/'))) return undefined
      const resolved = await context.resolve(path, { ...options, importer, pluginData: ours })
      return { ...resolved, sideEffects: false }
    })
  },
}

/**
 * The Kubernetes client's own requests go through undici, a megabyte of it. We never make one: `kube/transport.ts` asks with node:https. What would need
 * undici all the same says so.
 */
const withoutUndici: Plugin = {
  name: 'without-undici',
  setup(context) {
    context.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'absent', sideEffects: false }))
    context.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: `class Absent { constructor() { throw new Error('undici is not part of this bundle: requests go through kube/transport.ts') } }
        export { Absent as Agent, Absent as ProxyAgent }
        export const fetch = () => new Absent()
        export const setGlobalDispatcher = fetch`,
    }))
  },
}

interface Output {
  /** Name of its entry, `webhook` for webhook.mjs. */
  readonly name: string
  readonly files: readonly BundledFile[]
}

/** One esbuild run for all entries: they share most of their input, and reading that takes the time. */
async function bundleEntries(
  entries: Readonly<Record<string, string>>,
  found: Set<string>,
  inputs: Set<string>,
): Promise<readonly Output[]> {
  const result = await build({
    entryPoints: entries,
    outdir: '.',
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node26',
    banner: { js: banner },
    define: { 'process.env.NODE_ENV': '"production"' },
    external: Object.keys(nativePackages),
    // Names stay: a stack trace in a log must mean something.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [workers(found), kubernetesClientIsPure, withoutUndici],
  })
  for (const input of Object.keys(result.metafile.inputs)) if (existsSync(join(root, input))) inputs.add(input)
  return result.outputFiles.map(({ path, contents }) => {
    const imported = result.metafile.outputs[relative(root, path)]?.imports ?? []
    const native = imported.flatMap((name) => nativePackages[name.path] ?? []).map(copyOfModule)
    return { name: basename(path, '.mjs'), files: [{ path: basename(path), content: contents }, ...native] }
  })
}

function copyOfModule(path: string): BundledFile {
  return { path: `node_modules/${path}`, content: readFileSync(join(root, 'node_modules', path)) }
}

/** The programs' files, and what they were made from. */
export interface Bundles {
  readonly files: Readonly<Record<Binary, readonly BundledFile[]>>
  /** Paths of every file read, from the repository's root; packages that are copied are not among them. */
  readonly inputs: readonly string[]
}

/** Bundles every program into `<binary>.mjs`, its workers beside it. The same sources give the same bytes, wherever the checkout lies. */
export async function bundle(): Promise<Bundles> {
  const found = new Set<string>()
  const inputs = new Set<string>()
  const mains = await bundleEntries(Object.fromEntries(binaries.map((binary) => [binary, `${binary}/main.ts`])), found, inputs)
  const workerFiles = [...found].sort().map((path) => relative(root, path))
  const workerEntries = Object.fromEntries(workerFiles.map((path) => [basename(path, '.ts'), path]))
  const outputs = [...mains, ...(await bundleEntries(workerEntries, new Set(), inputs))]
  const filesOf = (binary: Binary): readonly BundledFile[] => {
    // Binaries never import each other, so a worker belongs to the one in whose folder it lies.
    const names = [binary, ...workerFiles.filter((path) => path.startsWith(`${binary}/`)).map((path) => basename(path, '.ts'))]
    const files = outputs.filter(({ name }) => names.includes(name)).flatMap((output) => output.files)
    return [...new Map(files.map((file) => [file.path, file])).values()]
  }
  const files = { webhook: filesOf('webhook'), controller: filesOf('controller'), speaker: filesOf('speaker') }
  return { files, inputs: [...inputs].sort() }
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('usage: bundle.ts FOLDER')
  for (const [binary, files] of Object.entries((await bundle()).files)) {
    for (const { path, content } of files) {
      const target = join(folder, binary, path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, content)
    }
  }
}
