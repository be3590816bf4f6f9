import { expect } from 'chai'
import fc from 'fast-check'
import { LineSplitter } from '../../../kube/lines.ts'

describe('A line splitter', () => {
  it('gives the same lines wherever the bytes are cut', () => {
    // Characters of one to four bytes.
    const text = fc.string({ unit: fc.constantFrom('{', '"', 'é', '€', '😀'), minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.array(fc.nat(200), { maxLength: 10 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((value) => `${value}\n`).join(''))
        const places = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((a, b) => a - b)
        const chunks = [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length))
        const splitter = new LineSplitter(100_000)
        expect(chunks.flatMap((chunk) => splitter.push(chunk))).to.deep.equal(lines)
        expect(splitter.pending).to.equal(0)
      }),
    )
  })

  it('leaves empty lines out and says what is unfinished', () => {
    const splitter = new LineSplitter(100)
    expect(splitter.push(Buffer.from('\n\r\na\r\n\nbc'))).to.deep.equal(['a'])
    expect(splitter.pending).to.equal(2)
  })

  it('refuses a line that does not end', () => {
    const splitter = new LineSplitter(10)
    splitter.push(Buffer.from('123456'))
    expect(() => splitter.push(Buffer.from('789012'))).to.throw(RangeError, 'more than 10 bytes')
  })
})
