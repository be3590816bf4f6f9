// What layer 2 and BGP advertisements have in common: which pools, Services and nodes they are about.
import type { Problem } from '../problem.ts'
import type { Labels, Selector } from '../selector.ts'
import type { Fields } from '../shape.ts'
import type { Pool } from './pool.ts'
import { anyMatches, compileNames, compileSelectors } from './selectors.ts'

export interface Selection {
  readonly poolNames: ReadonlySet<string>
  readonly poolSelectors: readonly Selector[]
  /** Alternatives; none means every node. */
  readonly nodeSelectors: readonly Selector[]
  /** Alternatives; none means every Service. */
  readonly serviceSelectors: readonly Selector[]
}

export function compileSelection(spec: Fields, owner: string): { readonly selection: Selection; readonly problems: readonly Problem[] } {
  const pools = compileNames(spec['ipAddressPools'], 'spec.ipAddressPools', owner)
  const poolSelectors = compileSelectors(spec['ipAddressPoolSelectors'], 'spec.ipAddressPoolSelectors', owner)
  const nodeSelectors = compileSelectors(spec['nodeSelectors'], 'spec.nodeSelectors', owner)
  const serviceSelectors = compileSelectors(spec['serviceSelectors'], 'spec.serviceSelectors', owner)
  return {
    selection: {
      poolNames: new Set(pools.names),
      poolSelectors: poolSelectors.selectors,
      nodeSelectors: nodeSelectors.selectors,
      serviceSelectors: serviceSelectors.selectors,
    },
    problems: [...pools.problems, ...poolSelectors.problems, ...nodeSelectors.problems, ...serviceSelectors.problems],
  }
}

/** No names and no selectors mean every pool. */
export function selectsPool({ poolNames, poolSelectors }: Selection, pool: Pool): boolean {
  if (poolNames.size === 0 && poolSelectors.length === 0) return true
  return poolNames.has(pool.name) || anyMatches(poolSelectors, pool.labels)
}

export function selectsService({ serviceSelectors }: Selection, labels: Labels): boolean {
  return serviceSelectors.length === 0 || anyMatches(serviceSelectors, labels)
}

export function selectsNode({ nodeSelectors }: Pick<Selection, 'nodeSelectors'>, labels: Labels): boolean {
  return nodeSelectors.length === 0 || anyMatches(nodeSelectors, labels)
}
