// Writes schemas/generated from the CRDs in schemas/crds: `npm run generate`. With --check it writes nothing, names what has drifted and
// exits 1.
import { readFileSync, writeFileSync } from 'node:fs'
import { argv, stderr } from 'node:process'
import { readKinds } from './generator/crd.ts'
import { renderJsonSchemas } from './generator/render-json-schemas.ts'
import { renderTypes } from './generator/render-types.ts'

const notice = '// Generated from schemas/crds by schemas/generate.ts: edit the YAML there and run `npm run generate`.\n'

/** The generated files as they should be: path from this folder → text. */
function generate(): Readonly<Record<string, string>> {
  const kinds = readKinds(new URL('crds/', import.meta.url))
  return {
    'generated/types.ts': `${notice}${renderTypes(kinds)}`,
    'generated/json-schemas.ts': `${notice}\n${renderJsonSchemas(kinds)}`,
  }
}

/** Paths of the generated files, from this folder, that are not what the CRDs say. */
export function drifted(): readonly string[] {
  return Object.entries(generate())
    .filter(([path, text]) => read(path) !== text)
    .map(([path]) => path)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, import.meta.url), 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  if (argv.includes('--check')) {
    for (const path of drifted()) {
      stderr.write(`schemas/${path} is not what schemas/crds says: run \`npm run generate\` and commit the result\n`)
      process.exitCode = 1
    }
  } else {
    for (const [path, text] of Object.entries(generate())) writeFileSync(new URL(path, import.meta.url), text)
  }
}
