import { expect } from 'chai'
import { isNotOlder, latest } from '../../../core/resource-version.ts'

/** Of two versions: whether the first is not older than the second, and which is the later one. */
const table: readonly (readonly [version: string, other: string, isNot: boolean, later: string])[] = [
  ['10', '9', true, '10'],
  ['9', '10', false, '10'],
  ['10', '10', true, '10'],
  ['9007199254740993', '9007199254740992', true, '9007199254740993'],
  ['', '7', false, '7'],
  ['7', '', false, '7'],
  ['', '', true, ''],
  ['7', 'x', false, '7'],
  ['x', '7', false, '7'],
  ['-1', '1e9', false, ''],
  ['7', '1'.repeat(21), false, '7'],
]

describe('Versions of the API', () => {
  for (const [version, other, isNot, later] of table) {
    it(`"${version}" and "${other}": the later is "${later}"`, () => {
      expect(isNotOlder(version, other)).to.equal(isNot)
      expect(latest(version, other)).to.equal(later)
    })
  }
})
