// docs/without-webhook.md, from the corpus and from the tables of the rules.
import { type ProblemCode, problemCodes } from '../../core/problem.ts'
import type { RuleTable } from '../rules/table.ts'
import { type Beyond, limits } from './beyond.ts'
import { corpus } from './corpus.ts'
import type { Example } from './example.ts'
import { verdictOn } from './rules.ts'

const examples = Object.entries(corpus)
const own = 'metallb.io/'

/** @param tables those of test/rules */
export function withoutWebhook(tables: readonly RuleTable[]): string {
  return `# What holds while the webhook is away

<!-- Generated from test/corpus and test/rules by tools/without-webhook.ts: run \`npm run generate\`. -->

While no webhook replica answers, the API server refuses to write objects of \`metallb.io\` (\`failurePolicy: Fail\`). Before the first replica has ever been ready, after the webhook configurations
were deleted to get out of an emergency, and in clusters that run without the webhook, objects are judged by the schema and the CEL rules of the custom resource definitions alone.
This page says how far that goes. Each line comes from objects that the tests put before a real API server, before ajv and before the webhook's rules: where two of them
judge the same thing they agree, and whatever the API server refuses the rules refuse too, at the same field and with a longer explanation; the one exception is named below.

## How much of it the API server refuses

| kind | right objects, stored | wrong objects, refused without a webhook | wrong objects, refused by the rules of the webhook alone |
|---|---|---|---|
${table(kinds().map(countsOf))}

## What the rules alone refuse in a single object

| the API server stores | because | the rules say, for example |
|---|---|---|
${table(classes(({ rules, server }) => rules.length > 0 && server.length === 0).map(rowOf))}

## What the API server alone refuses

| it refuses | because | at the field |
|---|---|---|
${table(classes(({ rules, server }) => rules.length === 0 && server.length > 0).map(([beyond, example]) => [limits[beyond].what, limits[beyond].why, code(example.server[0] ?? '')]))}

## What takes more than one object to see

No schema sees a second object, so only the webhook refuses what is behind these codes, each with its example in [errors.md](errors.md):

${codesOfSeveral(tables)
  .map((name) => `- [${name}](errors.md#${name.toLowerCase()}): ${problemCodes[name].title}`)
  .join('\n')}

Nor does any schema of ours hold for Services and for annotations: whatever errors.md says about those is said by the webhook, and afterwards by the controller as an Event on the Service. Warnings are the webhook's alone, too.

The controller and the speakers read what is stored by the same rules. They do not use what is wrong, keep the rest working, and say so in the object \`ConfigurationState\`.
`
}

function kinds(): readonly string[] {
  return [...new Set(examples.map(([, { object }]) => object.apiVersion + object.kind))]
}

function countsOf(kind: string): readonly string[] {
  const all = examples.map(([, example]) => example).filter(({ object }) => object.apiVersion + object.kind === kind)
  const count = (isMeant: (example: Example) => boolean): string => String(all.filter(isMeant).length)
  const [, version = ''] = kind.split('/')
  return [
    version.replace(/^(v\d+(?:alpha|beta)\d+)(.*)$/, '$2 $1'),
    count(({ rules, server }) => rules.length + server.length === 0),
    count(({ server }) => server.length > 0),
    count(({ rules, server }) => server.length === 0 && rules.length > 0),
  ]
}

/** Each reason with its first example. */
function classes(isMeant: (example: Example) => boolean): readonly (readonly [Beyond, Example])[] {
  const first = new Map<Beyond, Example>()
  for (const [, example] of examples) {
    if (example.beyond !== undefined && isMeant(example) && !first.has(example.beyond)) first.set(example.beyond, example)
  }
  return [...first]
}

function rowOf([beyond, example]: readonly [Beyond, Example]): readonly string[] {
  const [said] = verdictOn(example).problems
  return [limits[beyond].what, limits[beyond].why, said === undefined ? '' : code(`${said.field}: ${said.message} [${said.code}]`)]
}

/** Codes under which an object of ours is refused that nobody would refuse alone. */
function codesOfSeveral(tables: readonly RuleTable[]): readonly ProblemCode[] {
  const single = new Set(examples.flatMap(([, example]) => verdictOn(example).problems.map(({ code: known }) => known)))
  return tables
    .filter(
      ({ code: name, cases }) =>
        !single.has(name) && Object.values(cases).some(({ object, old, refused }) => refused !== undefined && isOwn(object ?? old)),
    )
    .map(({ code: name }) => name)
    .toSorted()
}

function isOwn(object: Readonly<Record<string, unknown>> | undefined): boolean {
  return String(object?.['apiVersion']).startsWith(own)
}

function table(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
