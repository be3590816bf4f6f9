// Two network namespaces with a cable between them: the smallest place where two routers can meet.
import { machine, Place } from '../lab/place.ts'

export interface End {
  readonly place: Place
  readonly interface: string
  readonly ipv4: string
  readonly ipv6: string
}

let count = 0

/** An end each for us (`.1`) and for the other (`.2`), on 10.9.0.0/24 and fd09::/64. */
export class TestLink {
  readonly ours: End
  readonly theirs: End
  readonly #names: readonly [string, string]

  private constructor(names: readonly [string, string]) {
    this.#names = names
    this.ours = endOf(names[0], 1)
    this.theirs = endOf(names[1], 2)
  }

  static async create(): Promise<TestLink> {
    count += 1
    const link = new TestLink([`bgp-${process.pid}-${count}-a`, `bgp-${process.pid}-${count}-b`])
    const [a, b] = link.#names
    await machine.must(['ip', 'netns', 'add', a])
    await machine.must(['ip', 'netns', 'add', b])
    await machine.must(['ip', 'link', 'add', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b])
    for (const [name, { ipv4, ipv6 }] of [[a, link.ours] as const, [b, link.theirs] as const]) {
      await machine.must(['ip', '-n', name, 'addr', 'add', `${ipv4}/24`, 'dev', 'eth0'])
      await machine.must(['ip', '-n', name, 'addr', 'add', `${ipv6}/64`, 'dev', 'eth0', 'nodad'])
      await machine.must(['ip', '-n', name, 'link', 'set', 'lo', 'up'])
      await machine.must(['ip', '-n', name, 'link', 'set', 'eth0', 'up'])
    }
    return link
  }

  async remove(): Promise<void> {
    for (const name of this.#names) await machine.run(['ip', 'netns', 'del', name])
  }
}

function endOf(name: string, host: number): End {
  return {
    place: new Place(name, ['nsenter', `--net=/run/netns/${name}`, '--']),
    interface: 'eth0',
    ipv4: `10.9.0.${host}`,
    ipv6: `fd09::${host}`,
  }
}
