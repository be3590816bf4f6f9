import { expect } from 'chai'
import fc from 'fast-check'
import { type BgpMessage, MessageType, readMessages } from '../../../bench/routes/bgp-messages.ts'
import { readSegments, type Segment } from '../../../bench/routes/pcap.ts'

const hex = (...parts: readonly string[]): Uint8Array => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex')

const ethernet = '02000000000b 020000000032 0800'
/** 40 octets of headers; an option of 4 octets makes the TCP header 24. */
const ipv4 = '45000030 00004000 40060000 c0000201 c0000202'
const tcp = '9c40 00b3 00000010 00000000 6018 ffff 0000 0000 01010101'
const payload = 'deadbeef'

function record(seconds: string, fraction: string, frame: Uint8Array): string {
  const length = frame.length.toString(16).padStart(8, '0')
  return [seconds, fraction, length, length].join('') + Buffer.from(frame).toString('hex')
}

describe('A capture file', () => {
  const frame = hex(ethernet, ipv4, tcp, payload, '0000')

  it('gives TCP segments without headers, options and padding', () => {
    const file = hex('a1b2c3d4 00020004 00000000 00000000 00040000 00000001', record('00000002', '0000000a', frame))
    expect(readSegments(file)).to.deep.equal([
      { atMs: 2000.01, from: '192.0.2.1:40000', to: '192.0.2.2:179', sequence: 16, isSyn: false, payload: hex(payload) },
    ])
  })

  it('is read in either order of octets, and with nanoseconds', () => {
    const swapped = 'cdabb2a1 01000200 00000000 00000000 00000400 01000000'.replace('cdabb2a1', '4d3cb2a1')
    const length = frame.length.toString(16).padStart(2, '0')
    const file = hex(swapped, `02000000 40420f00 ${length}000000 ${length}000000`, Buffer.from(frame).toString('hex'))
    expect(readSegments(file).map(({ atMs }) => atMs)).to.deep.equal([2001])
  })

  it('ends where it was cut off, and passes over what is no TCP over IPv4', () => {
    const arp = hex('02000000000b 020000000032 0806', '00'.repeat(28))
    const header = 'a1b2c3d4 00020004 00000000 00000000 00040000 00000001'
    const cut = record('00000002', '00000000', frame).slice(0, -8)
    expect(readSegments(hex(header, record('00000001', '00000000', arp), cut))).to.deep.equal([])
  })

  it('of something else is refused', () => {
    expect(() => readSegments(hex('00000000', '00'.repeat(20)))).to.throw(/not a capture file/)
    expect(() => readSegments(hex('a1b2c3d4', '00'.repeat(16), '00000065'))).to.throw(/not a capture of Ethernet/)
  })
})

const marker = 'ff'.repeat(16)
const open = `${marker} 001d 01 04 fde9 005a c0000201 00`
const keepalive = `${marker} 0013 04`
/** 10.0.0.0/8 and 10.1.2.3/32 announced with no attributes; 10.2.0.0/16 withdrawn. */
const update = `${marker} 0021 02 0003 100a02 0000 080a 200a010203`
const endOfRib = `${marker} 0017 02 0000 0000`

const segment = (sequence: number, bytes: Uint8Array, atMs = sequence, isSyn = false): Segment => ({
  atMs,
  from: '192.0.2.1:40000',
  to: '192.0.2.2:179',
  sequence: sequence >>> 0,
  isSyn,
  payload: bytes,
})

const kinds = (messages: readonly BgpMessage[]): readonly (readonly [number, number, number])[] =>
  messages.map(({ type, announced, withdrawn }) => [type, announced, withdrawn])

const all = hex(open, keepalive, update, endOfRib)
const wanted = [
  [MessageType.Open, 0, 0],
  [MessageType.Keepalive, 0, 0],
  [MessageType.Update, 2, 1],
  [MessageType.Update, 0, 0],
] as const

describe('BGP messages of a capture', () => {
  it('are read with their lengths, prefixes, connection and moment', () => {
    const [message] = readMessages([segment(5, hex(update), 12.5)])
    expect(message).to.deep.equal({
      atMs: 12.5,
      from: '192.0.2.1',
      connection: '192.0.2.1:40000 192.0.2.2:179',
      type: MessageType.Update,
      length: 33,
      announced: 2,
      withdrawn: 1,
    })
  })

  it('are the same however the stream is cut into segments', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(all.length)), fc.nat(0xffff_ffff), (cuts, start) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), all.length]
        const segments = borders.slice(1).map((end, index) => segment(start + (borders[index] ?? 0), all.subarray(borders[index], end)))
        expect(kinds(readMessages(segments))).to.deep.equal(wanted)
      }),
    )
  })

  it('come at the moment of their last octet', () => {
    const [first, second] = [all.subarray(0, 40), all.subarray(40)]
    expect(readMessages([segment(0, first, 1), segment(40, second, 2)]).map(({ atMs }) => atMs)).to.deep.equal([1, 2, 2, 2])
  })

  it('are read once when segments overtake each other or come again', () => {
    const parts = [segment(100, all.subarray(0, 30)), segment(130, all.subarray(30, 60)), segment(160, all.subarray(60))] as const
    const again = segment(120, all.subarray(20, 50))
    const syn = segment(99, new Uint8Array(0), 0, true)
    expect(kinds(readMessages([syn, parts[1], parts[0], again, parts[0], parts[2]]))).to.deep.equal(wanted)
  })

  it('of two connections and of two directions do not mix', () => {
    const back = { ...segment(0, hex(keepalive)), from: '192.0.2.2:179', to: '192.0.2.1:40000' }
    const other = { ...segment(0, all.subarray(0, 5)), from: '192.0.2.1:40001' }
    const messages = readMessages([segment(0, all.subarray(0, 20)), other, back, segment(20, all.subarray(20))])
    expect(messages.map(({ from, type }) => [from, type])).to.deep.equal([
      ['192.0.2.2', 4],
      ['192.0.2.1', 1],
      ['192.0.2.1', 4],
      ['192.0.2.1', 2],
      ['192.0.2.1', 2],
    ])
  })

  it('that cannot be are refused', () => {
    expect(() => readMessages([segment(0, hex(marker, '0012 04'))])).to.throw(/BGP message of 18 octets/)
    expect(() => readMessages([segment(0, hex(marker, '0017 02 0008 0000'))])).to.throw(/UPDATE that ends/)
  })
})
