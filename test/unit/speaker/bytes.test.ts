import { expect } from 'chai'
import fc from 'fast-check'
import { decode, type Endianness, Reader, Writer } from '../../../speaker/bytes.ts'

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('bytes', () => {
  it('reads integers front to back, most significant octet first', () => {
    const reader = new Reader(octets('01 0203 04050607 08090a0b0c0d ff'))
    expect([reader.u8(), reader.u16(), reader.u32(), reader.u48(), reader.remaining]).to.deep.equal([1, 0x203, 0x4050607, 0x8090a0b0c0d, 1])
  })

  it('reads what the kernel of this machine writes, least significant octet first', () => {
    const reader = new Reader(octets('0201 04030201'), 'little')
    expect([reader.u16(), reader.u32()]).to.deep.equal([0x102, 0x1020304])
  })

  it('fences a child: it cannot read past its own octets, and inherits the order of octets', () => {
    const reader = new Reader(octets('0100 0200 0300'), 'little')
    const child = reader.sub(2)
    expect(child.u16()).to.equal(1)
    expect(decode(child, (own) => own.u8())).to.deep.equal({ ok: false, error: { reason: 'truncated', offset: 2 } })
    expect(reader.u16()).to.equal(2)
  })

  it('takes octets without a copy', () => {
    const buffer = octets('0102')
    expect(new Reader(buffer).take(2).buffer).to.equal(buffer.buffer)
  })

  it('turns missing octets into a value and leaves other mistakes alone', () => {
    expect(decode(new Reader(octets('01')), (reader) => reader.u16())).to.deep.equal({
      ok: false,
      error: { reason: 'truncated', offset: 0 },
    })
    expect(decode(new Reader(octets('0102')), (reader) => reader.u16())).to.deep.equal({ ok: true, value: 0x102 })
    expect(() =>
      decode(new Reader(octets('01')), () => {
        throw new TypeError('ours')
      }),
    ).to.throw(TypeError)
  })

  it('never goes backwards', () => {
    expect(decode(new Reader(octets('0102')), (reader) => reader.skip(-1)).ok).to.equal(false)
  })

  it('refuses to write past the end', () => {
    expect(() => new Writer(new Uint8Array(3)).u16(1).u16(2)).to.throw(RangeError)
  })

  it('reads back what it wrote, in either order of octets', () => {
    const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
    fc.assert(
      fc.property(
        fc.constantFrom<Endianness>('big', 'little'),
        fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 65535 }), u32, fc.integer({ min: 0, max: 2 ** 48 - 1 })),
        (endianness, [u8, u16, u32, u48]) => {
          const buffer = new Uint8Array(13)
          expect(new Writer(buffer, endianness).u8(u8).u16(u16).u32(u32).u48(u48).length).to.equal(13)
          const reader = new Reader(buffer, endianness)
          expect([reader.u8(), reader.u16(), reader.u32(), reader.u48()]).to.deep.equal([u8, u16, u32, u48])
        },
      ),
    )
  })

  it('agrees with DataView', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.boolean(), (buffer, little) => {
        const view = new DataView(buffer.buffer, buffer.byteOffset)
        const reader = (): Reader => new Reader(buffer, little ? 'little' : 'big')
        expect(reader().u16()).to.equal(view.getUint16(0, little))
        expect(reader().u32()).to.equal(view.getUint32(0, little))
      }),
    )
  })
})
