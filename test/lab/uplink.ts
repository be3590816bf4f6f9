// The wire between the machine and a lab: the only part of a lab whose address and name must be unique on the machine.

export interface Uplink {
  readonly slot: number
  /** The link's name on the machine; in the lab it is `uplink`. */
  readonly link: string
  readonly machineAddress: string
  readonly labAddress: string
}

/** 198.18.0.0/15 is set aside for tests of network devices (RFC 2544 appendix C.2.2, RFC 6890): nothing real lives there. */
const base = parse('198.18.0.0')
/** A /30 for each lab. */
const slots = 2 ** 15

export function uplinkOf(slot: number): Uplink {
  const network = base + slot * 4
  return { slot, link: `metallb-up${slot}`, machineAddress: format(network + 1), labAddress: format(network + 2) }
}

export interface Occupied {
  /** Names of the machine's links. */
  readonly links: readonly string[]
  /** IPv4 addresses and route destinations of the machine: `10.0.0.1`, `10.0.0.0/8`, `default`. */
  readonly prefixes: readonly string[]
  /** Slots that other labs have recorded, made or not. */
  readonly slots: readonly number[]
}

/** The first uplink that collides with nothing; undefined when there is none. */
export function chooseUplink(occupied: Occupied): Uplink | undefined {
  const links = new Set(occupied.links)
  const recorded = new Set(occupied.slots)
  const ranges = occupied.prefixes.flatMap((prefix) => {
    const range = rangeOf(prefix)
    return range === undefined ? [] : [range]
  })
  for (let slot = 0; slot < slots; slot++) {
    const first = base + slot * 4
    const uplink = uplinkOf(slot)
    const collides = ranges.some((range) => range.first <= first + 3 && first <= range.last)
    if (!recorded.has(slot) && !links.has(uplink.link) && !collides) return uplink
  }
  return undefined
}

/** A default route covers everything and says nothing. */
function rangeOf(prefix: string): { first: number; last: number } | undefined {
  const [address = '', length = '32'] = prefix.split('/')
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address) || length === '0') return undefined
  const size = 2 ** (32 - Number(length))
  const first = Math.floor(parse(address) / size) * size
  return { first, last: first + size - 1 }
}

function parse(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function format(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
