// What becomes of each of the 70 documents that people wrote for MetalLB, on a real cluster. METALLB_GOLDEN=write writes the table anew.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { documentOf, pathOf, type SeedDocument, seedDocuments } from '../seeds/documents.ts'
import { type Scene, scenes } from '../seeds/scenes.ts'
import { readSections, renderSection, type Verdict, writeSections } from '../seeds/verdicts.ts'
import { SeedStage } from './seed-stage.ts'

const prometheusOperator = fileURLToPath(new URL('../seeds/prometheus-operator.yaml', import.meta.url))
const isWriting = process.env['METALLB_GOLDEN'] === 'write'

describe('the documents of the seeds', () => {
  let stage: SeedStage
  const sections = new Map<string, string>()

  /** The codes of all lines that kubectl wrote: each ends in one, or is Kubernetes' own. */
  function codesIn(output: string): readonly string[] {
    return [...output.matchAll(/ \[(\w+)\]$/gm)].map(([, code]) => code ?? '')
  }

  async function judge(document: SeedDocument): Promise<Verdict> {
    const { code, stdout, stderr } = await stage.run(['apply', '-f', pathOf(document)])
    const isCreated = stdout.includes(`/${document.name} created`) || stdout.includes(`/${document.name} configured`)
    const answer = isCreated ? 'created' : code === 0 ? 'lost' : 'refused'
    return { document, answer, codes: answer === 'lost' ? [] : codesIn(stderr), outcome: '' }
  }

  /** Does what is missing and applies the document again. */
  async function cure(verdict: Verdict, { cures = {} }: Scene): Promise<Verdict> {
    const { document } = verdict
    const remedy = cures[document.id]
    if (remedy === undefined) return verdict
    expect(verdict.answer, document.id).not.to.equal('created')
    if (verdict.answer === 'lost') {
      const [first = ''] = readFileSync(pathOf(document), 'utf8').split(/^(?=# )/m)
      expect(await stage.must(['apply', '-f', '-'], first)).to.equal(`${document.kind.toLowerCase()}.metallb.io/${document.name} created\n`)
    } else if (remedy.kubectl !== undefined) {
      await stage.must(remedy.kubectl, remedy.input)
      expect((await judge(document)).answer).to.equal('created')
    }
    return { ...verdict, outcome: `applies when ${remedy.words}` }
  }

  async function addressesOf({ document, answer, outcome }: Verdict): Promise<string> {
    if (document.kind !== 'Service' || answer !== 'created') return outcome
    const namespace = /^ {2}namespace: (.*)$/m.exec(readFileSync(pathOf(document), 'utf8'))?.[1] ?? 'default'
    return stage.addressesOf(document.name, namespace)
  }

  async function play(scene: Scene): Promise<readonly Verdict[]> {
    for (const namespace of scene.namespaces ?? []) await stage.run(['create', 'namespace', namespace])
    if (scene.hasPrometheusOperator === true) {
      await stage.must(['apply', '-f', prometheusOperator])
      await stage.must(['wait', '--for=condition=Established', '-f', prometheusOperator, '--timeout=20s'])
    }
    await stage.apply(...(scene.after ?? []))
    const verdicts: Verdict[] = []
    for (const id of scene.documents) {
      const document = documentOf(id)
      // One of two documents in a file: what kubectl does with the file it does once.
      const isSecond = seedDocuments.find(({ file }) => file === document.file) !== document
      if (isSecond) await stage.must(['delete', '-f', pathOf(document)])
      verdicts.push(await cure(await judge(document), scene))
      if (scene.isAlternatives === true) await stage.must(['delete', '-f', pathOf(document)])
    }
    return await Promise.all(verdicts.map(async (verdict) => ({ ...verdict, outcome: await addressesOf(verdict) })))
  }

  async function strike(scene: Scene): Promise<void> {
    const files = [...scene.documents].reverse().flatMap((id) => ['-f', pathOf(documentOf(id))])
    await stage.run(['delete', '--ignore-not-found', ...files])
    await stage.strike()
  }

  before(async function () {
    this.timeout(180_000)
    stage = await SeedStage.open()
  })

  it('are all in a scene, each once', () => {
    expect(scenes.flatMap(({ documents }) => documents)).to.have.members(seedDocuments.map(({ id }) => id))
  })

  for (const scene of scenes)
    it(`${scene.title}: ${scene.documents.join(', ')}`, async () => {
      try {
        const section = renderSection(scene, await play(scene))
        sections.set(scene.title, section)
        if (!isWriting) expect(section).to.equal(readSections().get(scene.title))
      } finally {
        await strike(scene)
      }
    })

  after(async () => {
    if (isWriting && sections.size === scenes.length) writeSections(sections, scenes)
    await stage.run(['delete', '--ignore-not-found', '-f', prometheusOperator])
    await stage.close(scenes.flatMap(({ namespaces = [] }) => namespaces))
  })
})
