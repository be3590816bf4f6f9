// Lint rule: who may import whom (ARCHITECTURE.md, "Import direction"). Each ban carries its reason; any breach makes it exit 1.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

interface Ban {
  /** Files the ban speaks about. */
  readonly from: RegExp
  /** What they may not import: a path from the repository's root, or a package. */
  readonly to: RegExp
  readonly except?: RegExp
  readonly reason: string
}

const io = /^node:(?!buffer$|assert$)|^(?:express|pino|prom-client|koffi|@kubernetes\/client-node)(?:\/|$)/
const shell = /\/(?:io\/.*|main|reconcile|rotate)\.ts$|^(?:kube|test|tools|images|demo|bench)\//
const binaries = ['webhook', 'controller', 'speaker', 'cli']

const bans: readonly Ban[] = [
  { from: /^schemas\//, to: /^(?!schemas\/|node:|yaml$)/, reason: 'schemas is the API: everyone imports it, it imports nobody' },
  { from: /^core\//, to: /^(?!core\/|schemas\/)/, reason: 'core is pure and shared: it knows only the API; give it views and values' },
  {
    from: /^kube\//,
    to: /^(?:admission|webhook|controller|speaker|certs|cli|dashboard)\//,
    reason: 'kube is the API-server shell under every binary: it cannot know one of them',
  },
  {
    from: /^(?:admission|webhook|controller|speaker|certs|cli)\//,
    except: shell,
    to: io,
    reason: 'pure folders touch no I/O: move it to io/, main.ts, reconcile.ts or rotate.ts and pass the value in',
  },
  {
    from: /^(?:admission|webhook|controller|speaker|certs|cli)\//,
    except: shell,
    to: /^kube\//,
    reason: 'pure folders know nothing of the API server: only shells import kube',
  },
  {
    from: /^admission\//,
    to: /^(?!admission\/|core\/|schemas\/|ajv$|ajv\/|cel-js$|re2js$)/,
    reason: 'admission is pure and shared by webhook and cli: it knows the API and core; give it a World',
  },
  {
    from: /^(?!admission\/cel\/)/,
    to: /^(?:cel-js|re2js)(?:\/|$)/,
    reason: 'the library of CEL stands behind admission/cel: it can be exchanged there',
  },
  ...binaries.map((name) => ({
    from: new RegExp(`^${name}/`),
    to: new RegExp(`^(?:${binaries.filter((other) => other !== name).join('|')})/`),
    reason: 'binaries never import each other: what two need belongs to core or kube',
  })),
  { from: /^speaker\/bgp\//, to: /^speaker\/(?:l2|advertise|io)\//, reason: 'BGP knows neither who announces nor over which socket' },
  { from: /^speaker\/l2\//, to: /^speaker\/(?:bgp|advertise|io)\//, reason: 'layer 2 knows neither who announces nor over which socket' },
  {
    from: /^certs\//,
    to: /^(?:admission|webhook|controller|speaker|cli)\//,
    reason: 'certs serves every binary: it cannot know one of them',
  },
  {
    from: /^(?:schemas|core|kube|certs|admission|webhook|controller|speaker|cli)\//,
    to: /^(?:test|tools|images|demo|bench)\//,
    reason: 'the product does not depend on what tests and builds it',
  },
]

// biome keeps each `from '…'` on a line that begins with import, export or the closing brace of a list.
const specifier = /^(?:import|export|\}).*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

const breaches: string[] = []
for (const file of globSync('{schemas,core,kube,certs,admission,webhook,controller,speaker,cli}/**/*.ts')) {
  const text = readFileSync(file, 'utf8')
  for (const match of text.matchAll(specifier)) {
    const name = match[1] ?? match[2] ?? match[3] ?? ''
    const target = name.startsWith('.') ? normalize(join(dirname(file), name)) : name
    const line = text.slice(0, match.index).split('\n').length
    for (const ban of bans) {
      if (ban.from.test(file) && !ban.except?.test(file) && ban.to.test(target))
        breaches.push(`${file}:${line}: imports ${target}: ${ban.reason}`)
    }
  }
}
for (const breach of breaches) process.stderr.write(`${breach}\n`)
process.exitCode = breaches.length > 0 ? 1 : 0
