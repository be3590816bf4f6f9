// What a transfer of ours is measured by. Ratios are to the same transfer by others in the same run: absolute times are this machine's. Pure.
import type { Aim, Unit } from '../figure.ts'
import type { Transfer } from './transfer.ts'

export type PeerName = 'GoBGP' | 'BIRD' | 'FRR'
export type ReceiverName = 'BIRD' | 'FRR'

/** One way to look at a transfer. */
export interface Measure {
  /** The end of the figure's name. */
  readonly name: string
  readonly unit: Unit
  readonly of: (transfer: Transfer) => number
  /** Without a peer; undefined when it says nothing for this case. */
  readonly own?: (transferCase: Case) => Aim | undefined
  /** Beside these peers; the aim is undefined where none was set. */
  readonly beside?: Readonly<Partial<Record<PeerName, (transferCase: Case) => Aim | undefined>>>
}

export interface Case {
  readonly receiver: ReceiverName
  readonly routes: number
}

const atMost = (limit: number): Aim => ({ type: 'atMost', limit })
const ratio = (limit: number): Aim => ({ type: 'ratioAtMost', limit })
const none = (): undefined => undefined

/** Aims for 10,000 and for 100,000 routes to BIRD. */
const toBird =
  (tenThousand: Aim | undefined, hundredThousand: Aim | undefined) =>
  ({ receiver, routes }: Case): Aim | undefined => {
    if (receiver !== 'BIRD') return undefined
    return routes >= 100_000 ? hundredThousand : tenThousand
  }

/** Single addresses in a message of 4096 octets: 23 are header and lengths, 20 attributes, and each address takes 5. */
const announcedPerMessage = 810
const withdrawnPerMessage = 814
/** In one of 65,535 octets (RFC 8654), which FRR offers and BIRD does not. */
const announcedPerExtendedMessage = 13_098

function fewestUpdates({ receiver, routes }: Case): Aim {
  return atMost(Math.ceil(routes / (receiver === 'FRR' ? announcedPerExtendedMessage : announcedPerMessage)) + 1)
}

export const measures: readonly Measure[] = [
  {
    name: 'first-update',
    unit: 'ms',
    of: ({ firstUpdateMs }) => firstUpdateMs,
    own: toBird(atMost(10), atMost(40)),
    beside: { GoBGP: none, BIRD: none, FRR: () => ratio(0.05) },
  },
  {
    name: 'last-update',
    unit: 'ms',
    of: ({ lastUpdateMs }) => lastUpdateMs,
    beside: { GoBGP: toBird(ratio(0.35), ratio(0.1)), BIRD: none, FRR: none },
  },
  {
    name: 'held',
    unit: 'ms',
    of: ({ heldMs }) => heldMs,
    beside: {
      GoBGP: ({ receiver, routes }) => (receiver === 'BIRD' ? toBird(ratio(0.5), ratio(0.35))({ receiver, routes }) : heldByFrr(routes)),
      BIRD: none,
      FRR: toBird(ratio(0.05), undefined),
    },
  },
  {
    name: 'updates',
    unit: 'messages',
    of: ({ updates }) => updates,
    own: fewestUpdates,
  },
  {
    name: 'octets',
    unit: 'bytes',
    of: ({ octets }) => octets,
    beside: { FRR: () => ratio(1.01) },
  },
  { name: 'fullness', unit: '%', of: ({ fullness }) => fullness, own: () => ({ type: 'eachAtLeast', limit: 98 }) },
  {
    name: 'gone',
    unit: 'ms',
    of: ({ goneMs }) => goneMs,
    beside: {
      GoBGP: toBird(ratio(0.1), ratio(0.1)),
      BIRD: toBird(ratio(1.5), ratio(1)),
      FRR: toBird(ratio(0.3), ratio(0.3)),
    },
  },
  {
    name: 'withdraw-updates',
    unit: 'messages',
    of: ({ withdrawUpdates }) => withdrawUpdates,
    own: ({ routes }) => atMost(Math.ceil(routes / withdrawnPerMessage) + 1),
  },
  {
    name: 'cpu',
    unit: 's',
    of: ({ processorS }) => processorS,
    beside: {
      GoBGP: toBird(undefined, ratio(0.05)),
      BIRD: toBird(undefined, ratio(2)),
      FRR: toBird(undefined, ratio(1)),
    },
  },
]

/** FRR itself takes its time over 100,000 routes. */
function heldByFrr(routes: number): Aim | undefined {
  return routes >= 100_000 ? ratio(0.5) : undefined
}
