// What the parts of this benchmark work with.
import type { KubeClient } from '../../kube/client.ts'
import type { Lab } from '../../test/lab/lab.ts'
import type { AddressWatch } from '../address-watch.ts'
import type { Bench } from '../benchmark.ts'
import type { LoneServices } from '../lone-services.ts'

export interface Stage {
  readonly bench: Bench
  readonly lab: Lab
  readonly kube: KubeClient
  /** Of the namespace `default`, open from the beginning. */
  readonly watch: AddressWatch
  readonly lone: LoneServices
}

/** Requests of a client at a time: what the controller has under way too. */
export const width = 32

/** A Service of this class is nobody's. */
export const foreignClass = 'bench.example/none'
