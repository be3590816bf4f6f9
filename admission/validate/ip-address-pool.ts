import { asFields, asTexts, type Fields } from '../../core/shape.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { type Verdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { verdictOn } from './own-kind.ts'
import { type Place, placed } from './place.ts'
import { aggregationTooShort } from './pool/aggregation-too-short.ts'
import { clusterNetworkInPool } from './pool/cluster-network-in-pool.ts'
import { equalPriorities } from './pool/equal-priorities.ts'
import { localPrefConflicts } from './pool/local-pref-conflict.ts'
import { nodeAddressInPool } from './pool/node-address-in-pool.ts'
import { poolNotAdvertised } from './pool/pool-not-advertised.ts'
import { poolOrder } from './pool/pool-order.ts'
import { priorityWithoutAutoAssign } from './pool/priority-without-auto-assign.ts'
import { rangeNotCanonical } from './pool/range-not-canonical.ts'
import type { PoolRule } from './pool/rule.ts'
import { selectsNothing } from './pool/selects-nothing.ts'
import { doubtfulRange, impossibleRange } from './pool/special-range.ts'
import { unknownAnnotation } from './pool/unknown-annotation.ts'
import { selectorDuplicates } from './selector-duplicates.ts'

const refusing: readonly PoolRule[] = [impossibleRange, aggregationTooShort]

const advising: readonly PoolRule[] = [
  rangeNotCanonical,
  nodeAddressInPool,
  clusterNetworkInPool,
  doubtfulRange,
  poolNotAdvertised,
  poolOrder,
  equalPriorities,
  priorityWithoutAutoAssign,
  selectsNothing,
  localPrefConflicts,
  unknownAnnotation,
]

/** Shape, ranges, selectors, overlaps with every pool of the world, and a second default pool: everything that is wrong, at once. */
export function validateIPAddressPool(object: Fields, place: Place, world: World): Verdict {
  const { pool, problems, warnings } = world.pools.review(underReview(object, place))
  const spec = asFields(object['spec']) ?? {}
  const annotations = asTexts(asFields(object['metadata'])?.['annotations'])
  const facts = { spec, annotations, others: world.pools.pools.filter(({ name }) => name !== place.name), world }
  const said = (rules: readonly PoolRule[]) => (pool === undefined ? [] : rules.flatMap((rule) => rule({ ...facts, pool })))
  const allocation = asFields(spec['serviceAllocation']) ?? {}
  const duplicates = ['namespaceSelectors', 'serviceSelectors'].flatMap((field) =>
    selectorDuplicates(allocation[field], `spec.serviceAllocation.${field}`),
  )
  const verdict = verdictOn(
    { key: 'metallb.io/v1beta1/IPAddressPool', object, place, world },
    [...problems, ...duplicates, ...said(refusing)],
    () => said(advising),
  )
  return { ...verdict, warnings: [...warnings.map(warningText), ...verdict.warnings] }
}

/**
 * As the youngest of all, because between two pools that exclude each other the one that is being written is the one to refuse, however old
 * it is.
 */
function underReview(object: Fields, place: Place): IPAddressPool {
  const { creationTimestamp: _age, ...metadata } = asFields(object['metadata']) ?? {}
  return placed({ ...object, metadata }, place)
}
