// The table of decisions points at tests that exist.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const rows = read('test/seeds/decisions.md')
  .split('\n')
  .filter((line) => /^\| [^-|]/.test(line) && !line.startsWith('| text |'))

describe('The decisions where the seeds and MetalLB differ', () => {
  for (const row of rows) {
    const [text = '', , , proof = ''] = row.replace(/^\| | \|$/g, '').split(' | ')
    it(`are shown by tests that exist: ${text}`, () => {
      const proofs = proof.split('; ').map((part) => ({
        file: /^`([^`]+)`/.exec(part)?.[1] ?? '',
        words: [...part.matchAll(/"([^"]+)"/g)].map(([, one = '']) => one.replaceAll('\\|', '|')),
      }))
      for (const { file, words } of proofs) {
        expect(words, proof).not.to.deep.equal([])
        for (const one of words) expect(read(file), `${file} holds "${one}"`).to.include(one)
      }
    })
  }
})
