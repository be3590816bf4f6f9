import { expect } from 'chai'
import fc from 'fast-check'
import { arpLinks, excludedInterfaces, listInterfaces } from '../../../speaker/io/interfaces.ts'
import { decodeInterfaces, interfaceRequest, type NetworkInterface } from '../../../speaker/io/netlink.ts'
import { mac } from '../../../speaker/l2/arp.ts'

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))

/** Messages of rtnetlink(7) as an x64 kernel writes them; attributes that nobody reads are left out. */
const eth0 = octets(`
  4c000000 1000 0200 00000000 00000000
  00 00 0100 02000000 43100100 00000000
  0900 0300 65746830 00 000000
  0800 0a00 07000000
  0a00 0100 02000000000b 0000
  0c00 1700 0000000000000000
`)
const loopback = octets(`
  30000000 1000 0200 00000000 00000000
  00 00 0403 01000000 49000100 00000000
  0700 0300 6c6f00 00
  0800 0100 7f000001
`)
const done = octets('14000000 0300 0200 00000000 00000000 00000000')
const interrupted = octets('14000000 0300 1200 00000000 00000000 00000000')
const refused = octets('24000000 0200 0000 00000000 00000000 ffffffff 28000000 1200 0103 00000000 00000000')

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

describe('netlink', () => {
  it('asks for every interface without its statistics', () => {
    expect(Buffer.from(interfaceRequest()).toString('hex')).to.equal(
      '28000000120001030000000000000000' + '00000000000000000000000000000000' + '08001d0008000000',
    )
  })

  it('reads interfaces: name, flags, hardware address and master', () => {
    expect(decodeInterfaces(joined(eth0, loopback))).to.deep.equal({
      ok: true,
      value: {
        interfaces: [
          {
            index: 2,
            name: 'eth0',
            mac: mac(0x0200_0000_000b),
            isUp: true,
            isRunning: true,
            isBroadcast: true,
            isNoArp: false,
            isEnslaved: true,
          },
          {
            index: 1,
            name: 'lo',
            mac: undefined,
            isUp: true,
            isRunning: true,
            isBroadcast: false,
            isNoArp: false,
            isEnslaved: false,
          },
        ],
        isLast: false,
        isInterrupted: false,
        isRefused: false,
      },
    })
  })

  const ends: Readonly<
    Record<string, readonly [datagram: Uint8Array, end: readonly [last: boolean, interrupted: boolean, refused: boolean]]>
  > = {
    'more follows': [loopback, [false, false, false]],
    'the end, with the last interfaces': [joined(loopback, done), [true, false, false]],
    'the end of a list that changed meanwhile': [interrupted, [true, true, false]],
    'a refusal': [refused, [false, false, true]],
  }
  for (const [name, [datagram, end]] of Object.entries(ends)) {
    it(`recognizes ${name}`, () => {
      const part = decodeInterfaces(datagram)
      expect(part.ok && [part.value.isLast, part.value.isInterrupted, part.value.isRefused]).to.deep.equal(end)
    })
  }

  it('refuses what was cut short, and lengths that lie', () => {
    for (let length = 1; length < eth0.length; length += 1) expect(decodeInterfaces(eth0.subarray(0, length)).ok).to.equal(false)
    expect(decodeInterfaces(eth0.with(0, 0)).ok, 'a message shorter than its header').to.equal(false)
    expect(decodeInterfaces(eth0.with(32, 0)).ok, 'an attribute shorter than its header').to.equal(false)
    expect(decodeInterfaces(eth0.with(32, 0xff)).ok, 'an attribute longer than its message').to.equal(false)
  })

  it('never throws and always ends, whatever arrives', () => {
    const damaged = fc.tuple(fc.nat({ max: eth0.length - 1 }), fc.nat({ max: 255 })).map(([at, octet]) => eth0.with(at, octet))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 256 }), damaged), (datagram) => typeof decodeInterfaces(datagram).ok === 'boolean'),
    )
  })

  it('lists the interfaces of this machine', () => {
    const listed = listInterfaces()
    expect(listed.ok && listed.value.some(({ name, isBroadcast }) => name === 'lo' && !isBroadcast)).to.equal(true)
  })
})

describe('interfaces for ARP', () => {
  const usable: NetworkInterface = {
    index: 2,
    name: 'eth0',
    mac: mac(0x0200_0000_000b),
    isUp: true,
    isRunning: true,
    isBroadcast: true,
    isNoArp: false,
    isEnslaved: false,
  }
  const table: Readonly<Record<string, readonly [changes: Partial<NetworkInterface>, isUsed: boolean]>> = {
    'are those that are up, have a carrier and resolve addresses': [{}, true],
    'are not down': [{ isUp: false }, false],
    'are not without a carrier': [{ isRunning: false }, false],
    'are not without broadcast': [{ isBroadcast: false }, false],
    'are not NOARP': [{ isNoArp: true }, false],
    'are not part of a bridge, bond or VRF': [{ isEnslaved: true }, false],
    'are not without an Ethernet address': [{ mac: undefined }, false],
    'are not the ends of pods': [{ name: 'veth1a2b' }, false],
    'are not container bridges': [{ name: 'docker0' }, false],
    'are not tunnels of the network plugin': [{ name: 'flannel.1' }, false],
    'are those whose names only contain an excluded word': [{ name: 'wan-veth' }, true],
    'are VLANs too': [{ name: 'eth0.7' }, true],
  }
  for (const [name, [changes, isUsed]] of Object.entries(table)) {
    it(name, () => {
      const links = arpLinks([{ ...usable, ...changes }], excludedInterfaces)
      expect(links.length).to.equal(isUsed ? 1 : 0)
    })
  }
})
