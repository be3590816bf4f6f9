// The documents are as their authors wrote them, and the index says what they are.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readYaml } from '../../../cli/yaml/documents.ts'
import { pathOf, seedDocuments } from '../../seeds/documents.ts'

const folder = new URL('../../seeds/documents/', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8')
const byFile = Map.groupBy(seedDocuments, ({ file }) => file)

describe('The 70 documents of the seeds', () => {
  it('are all here, each once', () => {
    expect(seedDocuments).to.have.length(70)
    expect(new Set(seedDocuments.map(({ id }) => id))).to.have.property('size', 70)
    expect(readdirSync(folder)).to.have.members([...byFile.keys()])
  })

  it('are unedited', () => {
    const digests = [...byFile.keys()].map((file) => `${createHash('sha256').update(textOf(file)).digest('hex')}  ${file}`)
    expect(digests).to.deep.equal([...byFile].map(([file, [first]]) => `${first?.digest}  ${file}`))
  })

  it('are read offline without complaint, but for the --- that one author forgot', () => {
    const mistakes = [...byFile.keys()].flatMap((file) => {
      const read = readYaml(textOf(file))
      return read.mistakes.map(({ code, span }) => `${file}:${read.positionOf(span.from).line} ${code}`)
    })
    expect(mistakes).to.deep.equal(['001-0236.yaml:13 MissingSeparator'])
  })

  for (const [file, documents] of byFile) {
    it(`${file} holds ${documents.map(({ kind, name }) => `${kind} ${name}`).join(' and ')}, where the index says`, () => {
      const lines = textOf(file).split('\n')
      const [first] = documents
      expect(pathOf(first ?? { file: '' })).to.match(new RegExp(`/${file}$`))
      const start = Number(first?.id.slice(4))
      expect(file).to.equal(`${first?.id.slice(0, 3)}-${String(start).padStart(4, '0')}.yaml`)
      expect(lines.filter((line) => line.startsWith('apiVersion:'))).to.have.length(documents.length)
      for (const { id, kind, name } of documents) {
        const here = lines.slice(Number(id.slice(4)) - start)
        expect(here.find((line) => line.startsWith('kind:'))).to.equal(`kind: ${kind}`)
        expect(here.find((line) => line.startsWith('  name:'))).to.equal(`  name: ${name}`)
      }
    })
  }
})
