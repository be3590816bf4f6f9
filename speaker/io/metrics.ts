import { formatAddress } from '../../core/address.ts'
import { declare } from '../../kube/metrics.ts'
import { ignoredReasons } from '../l2/responder.ts'
import type { ArpSpeaker } from './arp-speaker.ts'
import type { AddressCounter } from './shared-state.ts'

/** Every metric of the speaker. */
export const metrics = declare({
  metallb_speaker_announced: {
    kind: 'gauge',
    labels: ['service', 'protocol', 'node', 'ip'],
    help: 'Addresses that this node announces',
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

/** Just enough of prom-client's counter: `collect` is asked before each scrape, but its types let only the constructor set it. */
interface Scraped {
  reset(): void
  inc(labels: Readonly<Record<string, string>>, value: number): void
}

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

function atScrape(metric: Scraped, fill: (metric: Scraped) => void): void {
  const collect = (): void => {
    metric.reset()
    fill(metric)
  }
  Object.assign(metric, { collect })
}
