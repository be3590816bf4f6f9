// A cluster for core/service-plan.ts: Services as the API would hold them, and a controller that can be restarted. What the shell does, without time and network.

import type { Family } from '../../../core/address.ts'
import { annotations as names } from '../../../core/annotations.ts'
import { type Book, openBook, reconfigureBook } from '../../../core/book.ts'
import { compilePolicies } from '../../../core/config/policy.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { type Configuration, createIpam } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { NamespacedName } from '../../../core/namespaced-name.ts'
import type { Service } from '../../../core/objects.ts'
import { quotaOf } from '../../../core/quota.ts'
import { allocatedConditionType, type ServiceView, viewService } from '../../../core/service.ts'
import { type Action, confirm, plan, planGone } from '../../../core/service-plan.ts'
import type { AllocationPolicy, IPAddressPool } from '../../../schemas/generated/types.ts'
import { address, namespaceOf } from '../core/objects.ts'

export class Cluster {
  readonly services = new Map<string, Service>()
  readonly namespaces = new Map<string, NamespaceView>()
  pools: readonly IPAddressPool[] = []
  policies: readonly AllocationPolicy[] = []
  nodeAddresses: readonly string[] = []
  /** `Warning reason service: message` */
  readonly events: string[] = []
  writes = 0
  book: Book = openBook(createIpam([], { poolPriority: 'highest', reserved: [] }))
  #version = 1
  readonly #urgent = new Set<string>()
  readonly #line = new Set<string>()

  constructor(pools: readonly IPAddressPool[] = []) {
    this.pools = pools
  }

  /** A new process: it knows nothing but what the API shows. */
  restart(): void {
    const { pools, ...others } = this.configuration()
    const views = [...this.services.values()].map((service) => viewService(service))
    this.book = openBook(createIpam(pools, { poolPriority: 'highest', ...others }), views, (name) => this.namespace(name))
    this.#add(this.services.keys())
    this.settle()
  }

  /** Pools or Nodes changed. */
  reconfigure(pools: readonly IPAddressPool[] = this.pools): void {
    this.pools = pools
    const source = { service: (key: string) => this.view(key), namespaceOf: (name: string) => this.namespace(name) }
    this.#add(reconfigureBook(this.book, this.configuration(), source))
    this.settle()
  }

  /** Policies changed. */
  limit(policies: readonly AllocationPolicy[]): void {
    this.policies = policies
    this.reconfigure()
  }

  put(service: Service): void {
    const key = `${service.metadata.namespace}/${service.metadata.name}`
    this.services.set(key, this.#versioned(service))
    this.#add([key])
    this.settle()
  }

  remove(key: string): void {
    this.services.delete(key)
    this.#add([key])
    this.settle()
  }

  /** As when its watch event comes. */
  look(key: string): void {
    this.#add([key])
    this.settle()
  }

  /** Distinct addresses in the statuses of a namespace, and how many a policy allows. */
  quotaUse(namespace: string, family: Family): { readonly used: number; readonly allowed: number } {
    const views = [...this.services.values()].map((service) => viewService(service))
    const held = views.filter((view) => view.namespace === namespace && view.isLoadBalancer).flatMap((view) => view.held)
    const used = new Set(held.filter((each) => each.family === family).map(({ value }) => value)).size
    const limits = quotaOf(this.namespace(namespace), compilePolicies(this.policies))
    return { used, allowed: limits[family]?.allowed ?? Number.POSITIVE_INFINITY }
  }

  configuration(): Configuration {
    return {
      pools: compilePools(this.pools).pools,
      reserved: this.nodeAddresses.map(address),
      policies: compilePolicies(this.policies),
    }
  }

  view(key: string): ServiceView | undefined {
    const service = this.services.get(key)
    return service === undefined ? undefined : viewService(service)
  }

  held(key: string): string {
    return this.view(key)?.heldText.join(' ') ?? 'gone'
  }

  namespace(name: string): NamespaceView {
    return this.namespaces.get(name) ?? namespaceOf(name)
  }

  planFor(key: string): readonly Action[] {
    this.planned++
    const service = this.view(key)
    return service === undefined ? planGone(this.book, key as NamespacedName) : plan(this.book, service, this.namespace(service.namespace))
  }

  /** Plans made so far. */
  planned = 0

  /** Works until nothing is left to do. */
  settle(): void {
    for (let turns = 0; ; turns++) {
      const [line, key] = this.#urgent.size > 0 ? [this.#urgent, first(this.#urgent)] : [this.#line, first(this.#line)]
      if (key === undefined) return
      if (turns > 10_000 + this.services.size * 10) throw new Error('it never comes to rest')
      line.delete(key)
      this.#perform(this.planFor(key))
    }
  }

  #perform(actions: readonly Action[]): void {
    for (const action of actions) {
      switch (action.type) {
        case 'emitEvent':
          this.events.push(`${action.severity} ${action.reason} ${action.service}: ${action.message}`)
          break
        case 'reconsider':
          this.#line.delete(action.service)
          this.#urgent.add(action.service)
          break
        case 'writeStatus':
          this.#write(action)
          this.#confirm(action.service)
          break
      }
    }
  }

  #confirm(key: NamespacedName): void {
    const service = this.view(key)
    if (service !== undefined) this.#perform(confirm(this.book, service))
  }

  #write({ service: key, resourceVersion, addresses, pool, condition }: Extract<Action, { readonly type: 'writeStatus' }>): void {
    const object = this.services.get(key)
    if (object === undefined || object.metadata.resourceVersion !== resourceVersion) throw new Error(`${key}: precondition failed`)
    const { [names.allocatedFromPool]: _, ...others } = object.metadata.annotations ?? {}
    const annotations = pool === undefined ? others : { ...others, [names.allocatedFromPool]: pool }
    const loadBalancer = addresses.length === 0 ? {} : { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) }
    const conditions =
      condition === undefined
        ? {}
        : { conditions: [{ type: allocatedConditionType, lastTransitionTime: '2026-01-01T00:00:00Z', ...condition }] }
    const status = { loadBalancer, ...conditions }
    this.services.set(key, this.#versioned({ ...object, metadata: { ...object.metadata, annotations }, status }))
    this.writes++
  }

  #versioned(service: Service): Service {
    return { ...service, metadata: { ...service.metadata, resourceVersion: String(++this.#version) } }
  }

  #add(keys: Iterable<string>): void {
    for (const key of keys) if (!this.#urgent.has(key)) this.#line.add(key)
  }
}

function first(keys: ReadonlySet<string>): string | undefined {
  return keys.values().next().value
}
