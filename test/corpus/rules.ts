// What the webhook's rules say of an object of the corpus while nothing else is in the cluster.
import { review } from '../../admission/review.ts'
import type { Verdict } from '../../admission/verdict.ts'
import type { Fields } from '../../core/shape.ts'
import { requestFor, worldOf } from '../unit/admission/example.ts'
import type { ApiObject, Example } from './example.ts'

const nothingElse = worldOf([], { l2Advertisements: [] })

export function verdictOn({ object, before }: Pick<Example, 'object' | 'before'>): Verdict {
  return review(requestFor(asReviewed(object), before === undefined ? undefined : asReviewed(before)), nothingElse)
}

/** The API server asks about a BGPPeer as what it becomes in v1beta2; the fields that both have are the same. */
function asReviewed(object: ApiObject): Fields {
  return { ...object, ...(object.kind === 'BGPPeer' ? { apiVersion: 'metallb.io/v1beta2' } : {}) }
}
