import { expect } from 'chai'
import { addAnnotations } from '../../../admission/json-patch.ts'

describe('a patch that adds annotations', () => {
  it('adds the whole map when there is none', () => {
    expect(addAnnotations(undefined, { a: '1' })).to.deep.equal([{ op: 'add', path: '/metadata/annotations', value: { a: '1' } }])
  })

  it('adds only what is absent, and rewrites nothing', () => {
    expect(addAnnotations({ a: 'mine' }, { a: '1', b: '2' })).to.deep.equal([{ op: 'add', path: '/metadata/annotations/b', value: '2' }])
    expect(addAnnotations({ a: 'mine' }, { a: '1' })).to.deep.equal([])
  })

  it('escapes what means something in a JSON pointer', () => {
    expect(addAnnotations({}, { 'a/b~c': '1' })).to.deep.equal([{ op: 'add', path: '/metadata/annotations/a~1b~0c', value: '1' }])
  })
})
