// Pools, policies and Nodes as the caches have them, read anew after each change; what is wrong with them is told once.
import { compilePolicies, compilePolicy } from '../../core/config/policy.ts'
import { compilePools } from '../../core/config/pools.ts'
import type { Configuration } from '../../core/ipam.ts'
import { viewNode } from '../../core/node.ts'
import type { Node } from '../../core/objects.ts'
import type { Problem } from '../../core/problem.ts'
import type { Logger } from '../../kube/logger.ts'
import type { Store } from '../../kube/store.ts'
import type { AllocationPolicy, IPAddressPool } from '../../schemas/generated/types.ts'
import type { ControllerMetrics } from './metrics.ts'

export interface ConfigurationReaderOptions {
  readonly cluster: {
    readonly pools: Store<IPAddressPool>
    readonly policies: Store<AllocationPolicy>
    readonly nodes: Store<Node>
  }
  /** What is wrong, in complete sentences; after each reading. */
  readonly onConfiguration?: (problems: readonly string[]) => void
  readonly metrics: ControllerMetrics
  readonly log: Logger
}

interface Found extends Problem {
  readonly event: string
}

export class ConfigurationReader {
  readonly #options: ConfigurationReaderOptions
  /** Problems that the log knows. */
  #told = new Set<string>()

  constructor(options: ConfigurationReaderOptions) {
    this.#options = options
  }

  read(): Configuration {
    const { cluster, metrics, onConfiguration } = this.#options
    const { pools, problems } = compilePools(cluster.pools.list())
    const policies = cluster.policies.list()
    const ofPools = [...problems].flatMap(([pool, found]) => found.map((each) => ({ event: 'poolProblem', pool, ...each })))
    const ofPolicies = policies.flatMap((object) => {
      const { name: policy = '' } = object.metadata
      return compilePolicy(object).problems.map((each) => ({ event: 'policyProblem', policy, ...each }))
    })
    const found = [...ofPools, ...ofPolicies]
    metrics.metallb_k8s_client_config_loaded_bool.set(1)
    metrics.metallb_k8s_client_config_stale_bool.set(found.length > 0 ? 1 : 0)
    onConfiguration?.(found.map(({ message, code }) => `${message} [${code}]`))
    this.#tell(found)
    const reserved = cluster.nodes.list().flatMap((node) => viewNode(node).addresses)
    return { pools, reserved, policies: compilePolicies(policies) }
  }

  #tell(found: readonly Found[]): void {
    const told = this.#told
    this.#told = new Set(found.map(({ message }) => message))
    for (const { code, message, reason: _, value: __, ...subject } of found)
      if (!told.has(message)) this.#options.log.warn({ ...subject, reason: code }, message)
  }
}
