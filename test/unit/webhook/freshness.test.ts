import { expect } from 'chai'
import { isAsNewAs } from '../../../webhook/freshness.ts'

const copy = (resourceVersion: string, objects: Readonly<Record<string, string>>): Parameters<typeof isAsNewAs>[0] => ({
  resourceVersion,
  objects: Object.entries(objects).map(([name, version]) => ({ metadata: { name, resourceVersion: version } })),
})

const rows: Readonly<Record<string, readonly [have: ReturnType<typeof copy>, listed: ReturnType<typeof copy>, fresh: boolean]>> = {
  'that has seen the version of the list': [copy('90', { a: '5' }), copy('90', { a: '5' }), true],
  'that is ahead of the list': [copy('91', { a: '91' }), copy('90', { a: '5' }), true],
  'that has heard of nothing since, because nothing happened to this kind': [
    copy('7', { a: '5', b: '7' }),
    copy('90', { a: '5', b: '7' }),
    true,
  ],
  'that compares versions as numbers, not as texts': [copy('100', {}), copy('99', { a: '98' }), true],
  'that misses an object': [copy('7', { a: '5' }), copy('90', { a: '5', b: '88' }), false],
  'that still has a deleted object': [copy('7', { a: '5', b: '7' }), copy('90', { a: '5' }), false],
  'that has an object in an older version': [copy('7', { a: '5' }), copy('90', { a: '80' }), false],
  'that has another object under the same count': [copy('7', { a: '5' }), copy('90', { b: '5' }), false],
  'of a server whose versions are no numbers, with the same objects': [copy('x', { a: 'p' }), copy('y', { a: 'p' }), true],
  'of a server whose versions are no numbers, with another object': [copy('x', { a: 'p' }), copy('y', { a: 'q' }), false],
}

describe('a local copy', () => {
  for (const [name, [have, listed, fresh]] of Object.entries(rows)) {
    it(`${name} is ${fresh ? 'as new as' : 'older than'} the list`, () => expect(isAsNewAs(have, listed)).to.equal(fresh))
  }
})
