// Tells the ConfigurationState of this node what is wrong with the configuration, whenever that changes.
import { viewNode } from '../../core/node.ts'
import type { Node } from '../../core/objects.ts'
import type { ConfigurationStateWriter } from '../../kube/configuration-state.ts'
import type { Store } from '../../kube/store.ts'
import { type Configuration, configurationProblems } from '../advertise/configuration.ts'
import type { SpeakerMetrics } from './metrics.ts'

export interface ConfigurationReportOptions {
  readonly node: string
  readonly nodes: Store<Node>
  readonly stores: { readonly [K in keyof Configuration]: Store<Configuration[K][number]> }
  readonly writer: ConfigurationStateWriter
  readonly metrics: SpeakerMetrics
}

/** Many objects change in one turn, and nobody waits for the report. */
const patienceMs = 200

export class ConfigurationReport {
  readonly #options: ConfigurationReportOptions
  #isDue = false
  #told: string | undefined

  constructor(options: ConfigurationReportOptions) {
    this.#options = options
  }

  /** Call it once every store holds its first list. */
  start(): void {
    const { nodes, stores, writer } = this.#options
    writer.start()
    for (const store of Object.values(stores)) (store as Store<unknown>).subscribe(() => this.#lookSoon())
    nodes.subscribe(({ object }) => {
      if (object.metadata.name === this.#options.node) this.#lookSoon()
    })
    this.#look()
  }

  stop(): Promise<void> {
    return this.#options.writer.stop()
  }

  #lookSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    setTimeout(() => this.#look(), patienceMs).unref()
  }

  #look(): void {
    this.#isDue = false
    const { metrics, node, nodes, stores, writer } = this.#options
    const own = nodes.get(node)
    const configuration = {
      pools: stores.pools.list(),
      l2Advertisements: stores.l2Advertisements.list(),
      bgpPeers: stores.bgpPeers.list(),
      bgpAdvertisements: stores.bgpAdvertisements.list(),
      communities: stores.communities.list(),
    }
    const problems = configurationProblems(configuration, own && viewNode(own))
    metrics.metallb_k8s_client_config_loaded_bool.set(1)
    metrics.metallb_k8s_client_config_stale_bool.set(problems.length > 0 ? 1 : 0)
    const text = problems.join('\n')
    if (text === this.#told) return
    this.#told = text
    writer.report(problems)
  }
}
