import { expect } from 'chai'
import fc from 'fast-check'
import { type ArpFrame, arpFrameLength, broadcast, decodeArp, encodeArp, formatMac, isGroup, mac } from '../../../speaker/l2/arp.ts'

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const client = mac(0x0200_0000_0032)
const node = mac(0x0200_0000_000b)

/** Rows run both ways: the octets decode to the frame, and the frame encodes to the octets (RFC 826 "Packet format"). */
const frames: Readonly<Record<string, readonly [octets: string, frame: ArpFrame]>> = {
  'a question to everybody': [
    'ffffffffffff 020000000032 0806 0001 0800 06 04 0001 020000000032 0a630032 000000000000 0a6300c8',
    {
      destination: broadcast,
      source: client,
      operation: 1,
      senderMac: client,
      senderAddress: 0x0a630032,
      targetMac: mac(0),
      targetAddress: 0x0a6300c8,
    },
  ],
  'its answer to the one who asked': [
    '020000000032 02000000000b 0806 0001 0800 06 04 0002 02000000000b 0a6300c8 020000000032 0a630032',
    {
      destination: client,
      source: node,
      operation: 2,
      senderMac: node,
      senderAddress: 0x0a6300c8,
      targetMac: client,
      targetAddress: 0x0a630032,
    },
  ],
  'the highest addresses': [
    'ffffffffffff feffffffffff 0806 0001 0800 06 04 ffff feffffffffff ffffffff ffffffffffff fffffffe',
    {
      destination: broadcast,
      source: mac(0xfeff_ffff_ffff),
      operation: 65535,
      senderMac: mac(0xfeff_ffff_ffff),
      senderAddress: 0xffff_ffff,
      targetMac: broadcast,
      targetAddress: 0xffff_fffe,
    },
  ],
}

const question = octets(frames['a question to everybody']?.[0] ?? '')
const changed = (offset: number, value: number): Uint8Array => question.with(offset, value)

describe('ARP', () => {
  for (const [name, [text, frame]] of Object.entries(frames)) {
    it(`decodes ${name}`, () => expect(decodeArp(octets(text))).to.deep.equal({ ok: true, value: frame }))
    it(`encodes ${name}`, () => {
      const bytes = new Uint8Array(arpFrameLength)
      encodeArp(frame, bytes)
      expect(hex(bytes)).to.equal(hex(octets(text)))
    })
  }

  it('reads past no padding and keeps none of it', () => {
    const padded = new Uint8Array(60).fill(0xa5)
    padded.set(question)
    expect(decodeArp(padded)).to.deep.equal(decodeArp(question))
  })

  const refused: Readonly<Record<string, readonly [bytes: Uint8Array, reason: string]>> = {
    'nothing at all': [new Uint8Array(0), 'truncated'],
    'one octet too few': [question.subarray(0, arpFrameLength - 1), 'truncated'],
    'another EtherType': [changed(13, 0x00), 'notArp'],
    'another hardware type': [changed(15, 6), 'notEthernetIPv4'],
    'another protocol type': [changed(16, 0x86), 'notEthernetIPv4'],
    'hardware addresses of 8 octets': [changed(18, 8), 'notEthernetIPv4'],
    'protocol addresses of 16 octets': [changed(19, 16), 'notEthernetIPv4'],
  }
  for (const [name, [bytes, reason]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => expect(decodeArp(bytes)).to.deep.equal({ ok: false, error: reason }))
  }

  it('refuses every frame that was cut short', () => {
    for (let length = 0; length < arpFrameLength; length += 1) expect(decodeArp(question.subarray(0, length)).ok).to.equal(false)
  })

  it('writes again what it could read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: arpFrameLength, maxLength: 60 }), (noise) => {
        const bytes = noise.slice()
        bytes.set(question.subarray(12, 20), 12)
        const decoded = decodeArp(bytes)
        if (!decoded.ok) throw new Error(decoded.error)
        const again = new Uint8Array(arpFrameLength)
        encodeArp(decoded.value, again)
        expect(hex(again)).to.equal(hex(bytes.subarray(0, arpFrameLength)))
      }),
    )
  })

  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => typeof decodeArp(bytes).ok === 'boolean'))
  })

  it('shows hardware addresses as people write them, and knows groups', () => {
    expect(formatMac(node)).to.equal('02:00:00:00:00:0b')
    expect(formatMac(mac(0))).to.equal('00:00:00:00:00:00')
    expect([broadcast, mac(0x0100_5e00_0001), node, mac(0)].map(isGroup)).to.deep.equal([true, true, false, false])
  })
})
