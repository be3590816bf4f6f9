import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readCounts, summarize } from '../../../tools/test-run.ts'

describe('the summary of a test run', () => {
  it('is a table whose last line counts everything', () => {
    const text = summarize([
      { name: 'lint', passed: 1, failed: 0, skipped: 0, seconds: 2.04 },
      { name: 'unit', passed: 120, failed: 2, skipped: 3, seconds: 11 },
    ])
    expect(text.split('\n')).to.deep.equal([
      'step  passed  failed  skipped  seconds',
      'lint       1       0        0      2.0',
      'unit     120       2        3     11.0',
      '',
      '121 passed, 2 failed',
    ])
  })

  describe('takes from mocha', () => {
    const folder = mkdtempSync(join(tmpdir(), 'metallb-counts-'))
    const file = join(folder, 'counts.json')
    after(() => rmSync(folder, { recursive: true }))
    const counted = (counts: string, code: number): unknown => {
      writeFileSync(file, counts)
      return readCounts(file, code)
    }

    it('its counts', () => expect(counted('{"passed":3,"failed":1,"skipped":2}', 1)).to.deep.equal({ passed: 3, failed: 1, skipped: 2 }))
    it('a failure when it ended badly though no test failed', () =>
      expect(counted('{"passed":3,"failed":0,"skipped":0}', 1)).to.deep.equal({ passed: 3, failed: 1, skipped: 0 }))
    it('a failure when it died before it counted', () => expect(counted('', 0)).to.deep.equal({ passed: 0, failed: 1, skipped: 0 }))
  })
})
