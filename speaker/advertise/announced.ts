// What this node announces: by Service for people, by address for the wire. Several Services may share an address.
import type { NamespacedName } from '../../core/namespaced-name.ts'
import type { Interfaces } from '../l2/responder.ts'
import type { Decision, WireAddress, WithholdReason } from './decide.ts'

/** What a decision changed. */
export type ServiceChange =
  | { readonly type: 'gained'; readonly address: number; readonly interfaces: Interfaces }
  | { readonly type: 'lost'; readonly address: number; readonly reason: WithholdReason | 'loadBalancerIPChanged' }
  /** Nothing was announced before either; the reason is a new one. */
  | { readonly type: 'withheld'; readonly reason: WithholdReason }

export interface WireDelta {
  /** Also addresses whose interfaces changed. */
  readonly gained: readonly WireAddress[]
  readonly lost: readonly number[]
}

export class Announced {
  readonly #decisions = new Map<NamespacedName, Decision>()
  /** By address: who announces it, and where. */
  readonly #holders = new Map<number, Map<NamespacedName, Interfaces>>()
  /** What the wire was told. */
  readonly #told = new Map<number, Interfaces>()
  readonly #touched = new Set<number>()

  /** Takes the newest decision about a Service. The same again changes nothing. */
  apply(service: NamespacedName, decision: Decision): readonly ServiceChange[] {
    const previous = this.#decisions.get(service)
    if (decision.type === 'withhold' && decision.reason === 'serviceDeleted') this.#decisions.delete(service)
    else this.#decisions.set(service, decision)

    const before = addressesOf(previous)
    const now = addressesOf(decision)
    const changes: ServiceChange[] = []
    const reason = decision.type === 'announce' ? 'loadBalancerIPChanged' : decision.reason
    for (const address of before) {
      if (now.includes(address)) continue
      this.#drop(address, service)
      changes.push({ type: 'lost', address, reason })
    }
    if (decision.type === 'announce') {
      for (const { address, interfaces } of decision.answers) {
        this.#hold(address, service, interfaces)
        if (!before.includes(address)) changes.push({ type: 'gained', address, interfaces })
      }
    } else if (changes.length === 0 && (previous?.type !== 'withhold' || previous.reason !== decision.reason)) {
      changes.push({ type: 'withheld', reason: decision.reason })
    }
    return changes
  }

  /** What the wire has to hear since the last call. */
  takeDelta(): WireDelta {
    const gained: WireAddress[] = []
    const lost: number[] = []
    for (const address of this.#touched) {
      const interfaces = unite([...(this.#holders.get(address)?.values() ?? [])])
      const told = this.#told.get(address)
      if (interfaces === undefined) {
        if (told === undefined) continue
        this.#told.delete(address)
        lost.push(address)
      } else if (!areSame(interfaces, told)) {
        this.#told.set(address, interfaces)
        gained.push({ address, interfaces })
      }
    }
    this.#touched.clear()
    return { gained, lost }
  }

  #hold(address: number, service: NamespacedName, interfaces: Interfaces): void {
    const holders = this.#holders.get(address) ?? new Map<NamespacedName, Interfaces>()
    holders.set(service, interfaces)
    this.#holders.set(address, holders)
    this.#touched.add(address)
  }

  #drop(address: number, service: NamespacedName): void {
    const holders = this.#holders.get(address)
    holders?.delete(service)
    if (holders?.size === 0) this.#holders.delete(address)
    this.#touched.add(address)
  }
}

function addressesOf(decision: Decision | undefined): readonly number[] {
  return decision?.type === 'announce' ? decision.answers.map(({ address }) => address) : []
}

/** @returns undefined when nobody announces */
function unite(list: readonly Interfaces[]): Interfaces | undefined {
  if (list.length === 0) return undefined
  return list.reduce((all, one) => (all === 'all' || one === 'all' ? 'all' : all.union(one)))
}

function areSame(a: Interfaces, b: Interfaces | undefined): boolean {
  if (a === 'all' || b === 'all' || b === undefined) return a === b
  return a.size === b.size && a.isSubsetOf(b)
}
