// Writes docs/errors.md from the registry of codes and the tables of test/rules: `npm run generate`. With --check it writes nothing and exits 1
// when the file has drifted.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import process, { argv, stderr } from 'node:process'
import { problemCodes } from '../core/problem.ts'
import type { RuleTable } from '../test/rules/table.ts'

const target = new URL('../docs/errors.md', import.meta.url)
const folder = new URL('../test/rules/', import.meta.url)

const opening = `# What the webhook says, and what to do about it

<!-- Generated from core/problem.ts and test/rules by tools/errors.ts: run \`npm run generate\`. -->

Every refusal and every warning ends in one of these codes, in brackets. A refusal changes nothing in the cluster. A warning is only said: the object is stored.
Which of the two a rule does, and why, is in [ADR 0007](adr/0007-refuse-or-warn.md). For Services, \`--service-admission\` and the Namespace annotation
\`metallb.io/admission\` (\`enforce\`, \`warn\`, \`off\`) turn refusals into warnings, or all of it off.
`

async function render(): Promise<string> {
  const tables = await readTables()
  const sections = Object.entries(problemCodes)
    .filter(([code]) => code !== 'WebhookProbe')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { title, cure }]) => `## ${code}\n\n${title}.\n\n${exampleOf(tables.get(code), code)}${cure}\n`)
  return [opening, ...sections].join('\n')
}

async function readTables(): Promise<ReadonlyMap<string, RuleTable>> {
  const files = readdirSync(folder).filter((file) => file !== 'table.ts')
  const modules = files.map(async (file) => (await import(new URL(file, folder).href)) as { readonly table: RuleTable })
  return new Map((await Promise.all(modules)).map(({ table }) => [table.code, table]))
}

/** The first message of the rule's table. */
function exampleOf(table: RuleTable | undefined, code: string): string {
  for (const { refused, warned } of Object.values(table?.cases ?? {})) {
    const text = refused ?? warned
    if (text !== undefined)
      return `${refused === undefined ? 'Warning' : 'Refused'}, for example:\n\n    ${text.split('\n')[0] ?? ''} [${code}]\n\n`
  }
  return ''
}

const text = await render()
if (!argv.includes('--check')) writeFileSync(target, text)
else if (read() !== text) {
  stderr.write('docs/errors.md is not what core/problem.ts and test/rules say: run `npm run generate` and commit the result\n')
  process.exitCode = 1
}

function read(): string | undefined {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return undefined
  }
}
