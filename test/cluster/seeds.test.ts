// What becomes of each of the 70 documents that people wrote for MetalLB, on a real cluster. METALLB_GOLDEN=write writes the table anew.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Service } from '../../core/objects.ts'
import { type KubeClient, resources } from '../../kube/client.ts'
import type { Lab } from '../lab/lab.ts'
import { until } from '../lab/wait.ts'
import { pathOf, type SeedDocument, seedDocuments } from '../seeds/documents.ts'
import { type Scene, scenes } from '../seeds/scenes.ts'
import { readSections, renderSection, type Verdict, writeSections } from '../seeds/verdicts.ts'
import { productLab } from './product-lab.ts'

const own = 'metallb-system'
const ourKinds = 'ipaddresspools,l2advertisements,bgppeers,bgpadvertisements,bfdprofiles,communities'
const prometheusOperator = fileURLToPath(new URL('../seeds/prometheus-operator.yaml', import.meta.url))
const isWriting = process.env['METALLB_GOLDEN'] === 'write'

function documentOf(id: string): SeedDocument {
  const document = seedDocuments.find((one) => one.id === id)
  if (document === undefined) throw new Error(`there is no document ${id}`)
  return document
}

describe('the documents of the seeds', () => {
  let lab: Lab
  let kube: KubeClient
  const sections = new Map<string, string>()

  async function must(argv: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await lab.kubectl(argv, { input })
    if (code !== 0) throw new Error(`kubectl ${argv.join(' ')}: ${stderr}`)
    return stdout
  }

  /** The codes of all lines that kubectl wrote: each ends in one, or is Kubernetes' own. */
  function codesIn(output: string): readonly string[] {
    return [...output.matchAll(/ \[(\w+)\]$/gm)].map(([, code]) => code ?? '')
  }

  async function judge(document: SeedDocument): Promise<Verdict> {
    const { code, stdout, stderr } = await lab.kubectl(['apply', '-f', pathOf(document)])
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
      expect(await must(['apply', '-f', '-'], first)).to.equal(`${document.kind.toLowerCase()}.metallb.io/${document.name} created\n`)
    } else if (remedy.kubectl !== undefined) {
      await must(remedy.kubectl, remedy.input)
      expect((await judge(document)).answer).to.equal('created')
    }
    return { ...verdict, outcome: `applies when ${remedy.words}` }
  }

  async function addressesOf({ document, answer, outcome }: Verdict): Promise<string> {
    if (document.kind !== 'Service' || answer !== 'created') return outcome
    const namespace = /^ {2}namespace: (.*)$/m.exec(readFileSync(pathOf(document), 'utf8'))?.[1] ?? 'default'
    return await until(
      `an address of ${document.name}`,
      async () => {
        const { status } = await kube.get<Service>(resources.services, document.name, namespace)
        return status?.loadBalancer?.ingress?.map(({ ip }) => ip).join(', ')
      },
      { limitMs: 20_000 },
    )
  }

  async function play(scene: Scene): Promise<readonly Verdict[]> {
    for (const namespace of scene.namespaces ?? []) await lab.kubectl(['create', 'namespace', namespace])
    if (scene.hasPrometheusOperator === true) {
      await must(['apply', '-f', prometheusOperator])
      await must(['wait', '--for=condition=Established', '-f', prometheusOperator, '--timeout=20s'])
    }
    for (const id of scene.after ?? []) await must(['apply', '-f', pathOf(documentOf(id))])
    const verdicts: Verdict[] = []
    for (const id of scene.documents) {
      const document = documentOf(id)
      // One of two documents in a file: what kubectl does with the file it does once.
      const isSecond = seedDocuments.find(({ file }) => file === document.file) !== document
      if (isSecond) await must(['delete', '-f', pathOf(document)])
      verdicts.push(await cure(await judge(document), scene))
      if (scene.isAlternatives === true) await must(['delete', '-f', pathOf(document)])
    }
    return await Promise.all(verdicts.map(async (verdict) => ({ ...verdict, outcome: await addressesOf(verdict) })))
  }

  /** Services first: a pool does not go from under them. */
  async function strike(scene: Scene): Promise<void> {
    const files = [...scene.documents].reverse().flatMap((id) => ['-f', pathOf(documentOf(id))])
    await lab.kubectl(['delete', '--ignore-not-found', ...files])
    await must(['delete', ourKinds, '--all', '-n', own])
  }

  before(async function () {
    this.timeout(180_000)
    ;({ lab, kube } = await productLab())
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
    await lab.kubectl(['delete', '--ignore-not-found', '-f', prometheusOperator])
    await lab.kubectl([
      'delete',
      'namespaces',
      ...scenes.flatMap(({ namespaces = [] }) => namespaces),
      '--wait=false',
      '--ignore-not-found',
    ])
  })
})
