// What kubectl answered to each document, as the table that people read.
import { readFileSync, writeFileSync } from 'node:fs'
import { type SeedDocument, seedDocuments } from './documents.ts'
import type { Scene } from './scenes.ts'

/** What became of a document as it is written. */
export interface Verdict {
  readonly document: SeedDocument
  /** Lost: kubectl never sent it. */
  readonly answer: 'created' | 'refused' | 'lost'
  /** Of its warnings, or of its refusal; empty when Kubernetes itself refuses. */
  readonly codes: readonly string[]
  /** The addresses that a Service got; why and when a document applies after all. */
  readonly outcome: string
}

const file = new URL('verdicts.md', import.meta.url)

const header = `# What becomes of each document

<!-- Written by a real cluster: METALLB_GOLDEN=write npm run test:cluster -- -g 'documents of the seeds' -->

Every document is applied as it is, by \`kubectl apply -f\`, in the order of its text and beside what its text has applied before. The words in brackets are the codes of the
[warnings and refusals](../../docs/errors.md). Refused without a code: Kubernetes itself refuses.
`

const heading = '\n## '

/** How a section of the file begins. */
function introduce(scene: Scene): string {
  const there = [
    ...(scene.hasPrometheusOperator === true ? ['the kinds of the Prometheus operator'] : []),
    ...(scene.namespaces ?? []).map((name) => `the namespace \`${name}\``),
    ...(scene.after ?? []),
  ]
  const order = scene.isAlternatives === true ? 'Each alone.' : ''
  const before = there.length === 0 ? '' : `There before: ${there.join(', ')}.`
  const words = [order, before].filter((part) => part !== '').join(' ')
  return words === '' ? '' : `${words}\n\n`
}

/** `SelectsNothing` four times is `SelectsNothing ×4`. */
function count(codes: readonly string[]): string {
  const groups = Map.groupBy(codes, (code) => code)
  return [...groups].map(([code, all]) => (all.length === 1 ? code : `${code} ×${all.length}`)).join(', ')
}

/** The section of the file that a scene must have. */
export function renderSection(scene: Scene, verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ document, answer, codes, outcome }) => {
    const bracketed = codes.length === 0 ? answer : `${answer} [${count(codes)}]`
    return `| ${document.id} | ${document.kind} ${document.name} | ${bracketed} | ${outcome} |`
  })
  const table = ['| document | object | answer | then |', '|---|---|---|---|', ...rows].join('\n')
  return `${introduce(scene)}${table}\n`
}

/** The sections of the file, by title. */
export function readSections(): ReadonlyMap<string, string> {
  const [, ...sections] = readFileSync(file, 'utf8').split(heading)
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n\n')
      return [section.slice(0, end), section.slice(end + 2)]
    }),
  )
}

/** Writes the file anew, in the order of the texts. */
export function writeSections(sections: ReadonlyMap<string, string>, scenes: readonly Scene[]): void {
  const place = (scene: Scene): number => seedDocuments.findIndex(({ id }) => id === scene.documents[0])
  const inOrder = scenes.toSorted((a, b) => place(a) - place(b))
  writeFileSync(file, header + inOrder.map(({ title }) => `${heading}${title}\n\n${sections.get(title) ?? ''}`).join(''))
}
