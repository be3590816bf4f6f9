import { expect } from 'chai'
import { readEvent } from '../../../kube/watch-event.ts'
import { bookmark, errorLine, line, service } from './scripted-server.ts'

const web = service('web', 5)

const table: Readonly<Record<string, readonly [line: string, reads: unknown]>> = {
  'an addition': [line('ADDED', web), { type: 'ADDED', object: web, resourceVersion: '5' }],
  'a bookmark': [bookmark(9), { type: 'BOOKMARK', resourceVersion: '9' }],
  'an error': [errorLine(410, 'Expired', 'too old'), { type: 'ERROR', code: 410, reason: 'Expired', message: 'too old' }],
  'an error that says nothing': ['{"type":"ERROR","object":{}}', { type: 'ERROR', code: 500, reason: '', message: 'no explanation' }],
  'half a line': ['{"type":"ADD', 'a watch event that is not JSON: {"type":"ADD'],
  'something else than an object': ['null', 'a watch event without an object: null'],
  'an event without an object': ['{"type":"ADDED"}', 'a watch event without an object: {"type":"ADDED"}'],
  'an event without a version': ['{"type":"ADDED","object":{}}', 'a watch event without a resourceVersion: {"type":"ADDED","object":{}}'],
  'an event with an empty version': [
    '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":""}}}',
    'a watch event without a resourceVersion: {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":""}}}',
  ],
  'an unknown type': ['{"type":"RENAMED","object":{"metadata":{"resourceVersion":"1"}}}', 'a watch event of unknown type "RENAMED"'],
}

describe('A line of a watch', () => {
  for (const [name, [text, reads]] of Object.entries(table)) {
    it(`can be ${name}`, () => {
      const event = readEvent(text)
      expect(event.ok ? event.value : event.error).to.deep.equal(reads)
    })
  }
})
