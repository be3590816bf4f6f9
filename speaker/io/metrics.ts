import { formatAddress } from '../../core/address.ts'
import { atScrape, declare, type Scraped } from '../../kube/metrics.ts'
import type { AdjRibOut } from '../bgp/adj-rib-out.ts'
import { endpointOf } from '../bgp/session-config.ts'
import { ignoredReasons } from '../l2/responder.ts'
import type { ArpSpeaker } from './arp-speaker.ts'
import type { BgpSession } from './bgp-session.ts'
import type { AddressCounter } from './shared-state.ts'

/** Every metric of the speaker. */
export const metrics = declare({
  metallb_speaker_announced: {
    kind: 'gauge',
    labels: ['service', 'protocol', 'node', 'ip'],
    help: 'Addresses that this node announces',
    compat: true,
  },
  metallb_k8s_client_config_loaded_bool: { kind: 'gauge', help: '1 once the configuration was read', compat: true },
  metallb_k8s_client_config_stale_bool: { kind: 'gauge', help: '1 while an object of the configuration cannot be used', compat: true },
  metallb_bgp_session_up: { kind: 'gauge', labels: ['peer'], help: 'BGP session state (1 is up, 0 is down)', compat: true },
  metallb_bgp_updates_total: { kind: 'counter', labels: ['peer'], help: 'BGP UPDATE messages sent', compat: true },
  metallb_bgp_announced_prefixes_total: {
    kind: 'gauge',
    labels: ['peer'],
    help: 'Prefixes that the peer has been sent and not taken back',
    compat: true,
  },
  metallb_bgp_pending_prefixes_total: {
    kind: 'gauge',
    labels: ['peer'],
    help: 'Prefixes whose change the peer has not been sent yet',
    compat: true,
  },
  metallb_layer2_requests_received: {
    kind: 'counter',
    labels: ['ip'],
    help: 'ARP requests for addresses that this node announces',
    compat: true,
  },
  metallb_layer2_responses_sent: { kind: 'counter', labels: ['ip'], help: 'ARP replies sent', compat: true },
  metallb_layer2_gratuitous_sent: { kind: 'counter', labels: ['ip'], help: 'Gratuitous ARP frames sent', compat: true },
  metallb_layer2_frames_ignored_total: { kind: 'counter', labels: ['reason'], help: 'ARP frames received and not answered' },
  metallb_layer2_send_failures_total: { kind: 'counter', labels: [], help: 'ARP frames that the kernel did not take' },
  metallb_speaker_packet_worker_restarts_total: {
    kind: 'counter',
    labels: [],
    help: 'How often the packet worker died and was started again',
  },
})

export type SpeakerMetrics = typeof metrics

/** The packet worker counts in shared memory: the counters below are read from there at each scrape. */
export function scrapeFrom(arp: ArpSpeaker): void {
  const perAddress = (counter: AddressCounter) => (metric: Scraped) => {
    for (const value of arp.countedAddresses) metric.inc({ ip: formatAddress({ family: 'IPv4', value }) }, arp.counted(value, counter))
  }
  atScrape(metrics.metallb_layer2_requests_received, perAddress('requestsReceived'))
  atScrape(metrics.metallb_layer2_responses_sent, perAddress('responsesSent'))
  atScrape(metrics.metallb_layer2_gratuitous_sent, perAddress('gratuitousSent'))
  atScrape(metrics.metallb_layer2_frames_ignored_total, (metric) => {
    for (const reason of ignoredReasons) metric.inc({ reason }, arp.totals.ignored(reason))
  })
  atScrape(metrics.metallb_layer2_send_failures_total, (metric) => metric.inc({}, arp.totals.sendFailures))
  atScrape(metrics.metallb_speaker_packet_worker_restarts_total, (metric) => metric.inc({}, arp.restarts))
}

/** The sessions themselves know: nothing is counted twice, and the series of a session goes with it. */
export function scrapeSessions(sessions: () => readonly BgpSession[]): void {
  const perSession =
    (read: (session: BgpSession) => number) =>
    (metric: Scraped): void => {
      for (const session of sessions()) metric.inc({ peer: endpointOf(session.config) }, read(session))
    }
  const sum = (read: (routes: AdjRibOut) => number) => perSession(({ routes }) => read(routes.IPv4) + read(routes.IPv6))
  atScrape(
    metrics.metallb_bgp_session_up,
    perSession(({ session }) => (session === undefined ? 0 : 1)),
  )
  atScrape(
    metrics.metallb_bgp_updates_total,
    perSession(({ updatesSent }) => updatesSent),
  )
  atScrape(
    metrics.metallb_bgp_announced_prefixes_total,
    sum(({ sentCount }) => sentCount),
  )
  atScrape(
    metrics.metallb_bgp_pending_prefixes_total,
    sum(({ pendingCount }) => pendingCount),
  )
}
