// How fast many routes get to a router and away again: ours beside GoBGP, BIRD and FRR, to BIRD and to FRR.
import { cacheFolder } from '../../tools/cache.ts'
import { installPackages } from '../../tools/debian-packages.ts'
import type { Bench, Benchmark } from '../benchmark.ts'
import { type Figure, figure } from '../figure.ts'
import { type Case, measures, type PeerName, type ReceiverName } from './aims.ts'
import { birdReceiver, birdSender } from './bird.ts'
import { frrReceiver, frrSender } from './frr.ts'
import { gobgpSender } from './gobgp.ts'
import { ownSender } from './own.ts'
import type { ReceiverKind, SenderKind } from './router.ts'
import { transfer } from './run.ts'
import type { Transfer } from './transfer.ts'

const ownRuns = 5
const sizes = [10_000, 100_000] as const
const receivers: Readonly<Record<ReceiverName, ReceiverKind>> = { BIRD: birdReceiver, FRR: frrReceiver }
const peers: Readonly<Record<PeerName, SenderKind>> = { GoBGP: gobgpSender, BIRD: birdSender, FRR: frrSender }
const peerNames = ['GoBGP', 'BIRD', 'FRR'] as const

interface Transfers {
  readonly ours: readonly Transfer[]
  readonly peers: Readonly<Record<PeerName, readonly Transfer[]>>
}

/** In each round every sender once, so that whatever else the machine does falls on all of them. */
async function measureCase({ signal, progress, runs }: Bench, { receiver, routes }: Case): Promise<Transfers> {
  const ours: Transfer[] = []
  const others: Record<PeerName, Transfer[]> = { GoBGP: [], BIRD: [], FRR: [] }
  const rounds = runs ?? ownRuns
  for (let round = 1; round <= rounds; round += 1) {
    progress(`routes: ${routes} to ${receiver}, round ${round} of ${rounds}`)
    const once = (sender: SenderKind): Promise<Transfer> => transfer({ sender, receiver: receivers[receiver], routes, signal })
    ours.push(await once(ownSender))
    for (const name of peerNames) others[name].push(await once(peers[name]))
  }
  return { ours, peers: others }
}

function figuresOf(transferCase: Case, transfers: Transfers): readonly Figure[] {
  const { receiver, routes } = transferCase
  return measures.flatMap(({ name, unit, of, own, beside }) => {
    const base = { name: `routes-${receiver.toLowerCase()}-${routes / 1000}k-${name}`, unit, samples: transfers.ours.map(of) }
    const aim = own?.(transferCase)
    return [
      ...(aim === undefined ? [] : [figure({ ...base, aim })]),
      ...peerNames.flatMap((peer) => {
        const aimBeside = beside?.[peer]
        if (aimBeside === undefined) return []
        return [figure({ ...base, peer: { name: peer, samples: transfers.peers[peer].map(of) }, aim: aimBeside(transferCase) })]
      }),
    ]
  })
}

async function run(bench: Bench): Promise<void> {
  await installPackages(cacheFolder(), bench.progress)
  for (const receiver of ['BIRD', 'FRR'] as const) {
    for (const routes of sizes) {
      const transferCase = { receiver, routes }
      const transfers = await measureCase(bench, transferCase)
      for (const one of figuresOf(transferCase, transfers)) bench.report(one)
    }
  }
}

export const routesBenchmark: Benchmark = {
  name: 'routes',
  about: 'many routes to BIRD and FRR and away again, beside GoBGP, BIRD and FRR as senders, without a cluster',
  run,
}
