import { expect } from 'chai'
import { nearest } from '../../../core/nearest.ts'

const rows: readonly (readonly [word: string, candidates: readonly string[], expected: string | undefined])[] = [
  ['adresses', ['addresses', 'autoAssign'], 'addresses'],
  ['AUTOASSIGN', ['addresses', 'autoAssign'], 'autoAssign'],
  ['prod', ['production', 'prot'], 'prot'],
  ['a', ['b', 'c'], undefined],
  ['nothing', ['addresses'], undefined],
  ['anything', [], undefined],
  ['x'.repeat(300), ['x'.repeat(300)], undefined],
]

describe('the nearest name', () => {
  for (const [word, candidates, expected] of rows) {
    it(`to ${word.slice(0, 20)} is ${expected ?? 'none'}`, () => expect(nearest(word, candidates)).to.equal(expected))
  }
})
