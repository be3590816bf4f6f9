// GoBGP as a sender.
import { receiverEnd, senderEnd } from './link.ts'
import { mrtTable } from './mrt.ts'
import type { SenderKind } from './router.ts'

const config = `[global.config]
  as = ${senderEnd.asn}
  router-id = "${senderEnd.address}"
  port = -1
`

/** `gobgp mrt inject` ends before the daemon has taken the last of what it sent. */
const repeated = 5000

export const gobgpSender: SenderKind = {
  name: 'GoBGP',
  start: async (host, routes) => {
    host.write('/run/bench/gobgpd.toml', config)
    host.write('/run/bench/table.mrt', mrtTable(routes, repeated))
    const daemon = host.run(['gobgpd', '-f', '/run/bench/gobgpd.toml', '--api-hosts', '127.0.0.1:50051', '--log-level', 'warn'])
    const gobgp = (...argv: readonly string[]): Promise<string> => host.place.must(['gobgp', ...argv])
    const loaded = async (): Promise<number> => {
      return Number(/Destination: (\d+)/.exec(await gobgp('global', 'rib', 'summary'))?.[1] ?? 0)
    }
    await daemon.until('its answer', async () => ((await loaded()) >= 0 ? true : undefined))
    await gobgp('mrt', 'inject', 'global', '/run/bench/table.mrt')
    await daemon.until(`its ${routes} routes`, async () => ((await loaded()) === routes ? true : undefined))
    return {
      programs: ['gobgpd'],
      open: async () => void (await gobgp('neighbor', 'add', receiverEnd.address, 'as', String(receiverEnd.asn))),
      withdraw: async () => void (await gobgp('global', 'rib', 'del', 'all')),
      close: () => undefined,
    }
  },
}
