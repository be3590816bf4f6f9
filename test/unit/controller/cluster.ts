// A cluster for core/service-plan.ts: Services as the API would hold them, and a controller that can be restarted. What the shell does, without time and network.

import type { Family } from '../../../core/address.ts'
import { annotations as names } from '../../../core/annotations.ts'
import { compilePolicies } from '../../../core/config/policy.ts'
import { compilePools } from '../../../core/config/pools.ts'
import { createIpam, type Ipam } from '../../../core/ipam.ts'
import type { NamespaceView } from '../../../core/namespace.ts'
import type { NamespacedName } from '../../../core/namespaced-name.ts'
import type { Service } from '../../../core/objects.ts'
import { quotaOf } from '../../../core/quota.ts'
import { rebuild } from '../../../core/rebuild.ts'
import { allocatedConditionType, type ServiceView, viewService } from '../../../core/service.ts'
import { type Action, type Book, confirm, listWaiting, openBook, plan, planGone } from '../../../core/service-plan.ts'
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
  #line: string[] = []

  constructor(pools: readonly IPAddressPool[] = []) {
    this.pools = pools
  }

  /** A new process: it knows nothing but what the API shows. */
  restart(): void {
    const ipam = this.#rebuilt(undefined)
    this.book = openBook(ipam)
    this.#line = this.#everything()
    this.settle()
  }

  /** Pools or Nodes changed. */
  reconfigure(pools: readonly IPAddressPool[] = this.pools): void {
    this.pools = pools
    this.book = { ...this.book, ipam: this.#rebuilt(this.book.ipam) }
    this.#line.push(...this.#everything())
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
    this.#line.push(key)
    this.settle()
  }

  remove(key: string): void {
    this.services.delete(key)
    this.#line.push(key)
    this.settle()
  }

  /** As when its watch event comes. */
  look(key: string): void {
    this.#line.push(key)
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
    const service = this.view(key)
    return service === undefined ? planGone(this.book, key as NamespacedName) : plan(this.book, service, this.namespace(service.namespace))
  }

  /** Works until nothing is left to do. */
  settle(): void {
    for (let turns = 0; ; turns++) {
      const key = this.#line.shift()
      if (key === undefined) return
      if (turns > 10_000) throw new Error('it never comes to rest')
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
          this.#line.push(action.service)
          break
        case 'retryWaiting':
          this.#line.push(...listWaiting(this.book))
          break
        case 'writeStatus':
          this.#write(action)
          this.#perform(confirm(this.book, action.service))
          break
      }
    }
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

  #everything(): string[] {
    return [...this.services.keys()]
  }

  #rebuilt(previous: Ipam | undefined): Ipam {
    const ipam = createIpam(compilePools(this.pools).pools, {
      poolPriority: 'highest',
      reserved: this.nodeAddresses.map(address),
      policies: compilePolicies(this.policies),
    })
    const views = [...this.services.values()].map((service) => viewService(service))
    rebuild(ipam, views, (name) => this.namespace(name), previous)
    return ipam
  }
}
