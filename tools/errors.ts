// Writes docs/errors.md from the registry of codes and the tables of test/rules: `npm run generate`. With --check it writes nothing and exits 1
// when the file has drifted.
import { problemCodes } from '../core/problem.ts'
import type { RuleTable } from '../test/rules/table.ts'
import { writeOrCheck } from './generated-file.ts'
import { readRuleTables } from './rule-tables.ts'

const opening = `# What the webhook says, and what to do about it

<!-- Generated from core/problem.ts and test/rules by tools/errors.ts: run \`npm run generate\`. -->

Every refusal and every warning ends in one of these codes, in brackets. A refusal changes nothing in the cluster. A warning is only said: the object is stored.
Which of the two a rule does, and why, is in [ADR 0007](adr/0007-refuse-or-warn.md). For Services, \`--service-admission\` and the Namespace annotation
\`metallb.io/admission\` (\`enforce\`, \`warn\`, \`off\`) turn refusals into warnings, or all of it off.
`

async function render(): Promise<string> {
  const tables = new Map<string, RuleTable>((await readRuleTables()).map((table) => [table.code, table]))
  const sections = Object.entries(problemCodes)
    .filter(([code]) => code !== 'WebhookProbe')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { title, cure }]) => `## ${code}\n\n${title}.\n\n${exampleOf(tables.get(code), code)}${cure}\n`)
  return [opening, ...sections].join('\n')
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

writeOrCheck('docs/errors.md', await render())
