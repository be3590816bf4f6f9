import { expect } from 'chai'
import { Framing } from '../../../../speaker/bgp/framing.ts'
import { encodeKeepalive, encodeMessage, MessageType } from '../../../../speaker/bgp/header.ts'
import { concatBytes } from '../../../../speaker/bytes.ts'
import { marker, octets } from './octets.ts'

const update = encodeMessage(MessageType.Update, 4, (body) => body.u32(0))
const stream = concatBytes([encodeKeepalive(), update, encodeKeepalive()])

function feed(framing: Framing, chunk: Uint8Array): readonly string[] {
  return [...framing.push(chunk)].map((frame) => (frame.ok ? `${frame.value.header.type}+${frame.value.body.length}` : 'error'))
}

describe('BGP framing', () => {
  it('finds all messages of one chunk', () => expect(feed(new Framing(), stream)).to.deep.equal(['4+0', '2+4', '4+0']))

  it('finds them wherever the stream is cut', () => {
    for (let cut = 1; cut < stream.length; cut += 1) {
      const framing = new Framing()
      const found = [...feed(framing, stream.subarray(0, cut)), ...feed(framing, stream.subarray(cut))]
      expect(found, `cut after ${cut} octets`).to.deep.equal(['4+0', '2+4', '4+0'])
    }
  })

  it('finds them octet by octet', () => {
    const framing = new Framing()
    expect([...stream].flatMap((octet) => feed(framing, Uint8Array.of(octet)))).to.deep.equal(['4+0', '2+4', '4+0'])
  })

  it('ends at the first broken header', () => {
    const broken = concatBytes([encodeKeepalive(), octets(`${marker} 0013 09`), encodeKeepalive()])
    expect(feed(new Framing(), broken)).to.deep.equal(['4+0', 'error'])
  })

  it('does not wait for the body of a message that is too long', () => {
    expect(feed(new Framing(), octets(`${marker} ffff 01`))).to.deep.equal(['error'])
  })
})
