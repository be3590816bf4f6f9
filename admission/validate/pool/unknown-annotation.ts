import { annotationPrefix, annotations } from '../../../core/annotations.ts'
import { nearest } from '../../../core/nearest.ts'
import { problem } from '../../../core/problem.ts'
import type { PoolRule } from './rule.ts'

const ofPools: readonly string[] = [annotations.isDefaultPool, annotations.hold, annotations.reuse, annotations.allowDisruption]

/** A misspelled annotation does nothing, silently. */
export const unknownAnnotation: PoolRule = ({ annotations: written }) =>
  Object.keys(written)
    .filter((key) => key.startsWith(annotationPrefix) && !ofPools.includes(key))
    .map((key) => {
      const guess = nearest(key, ofPools)
      const hint = guess === undefined ? `there are ${ofPools.join(', ')}` : `did you mean "${guess}"?`
      const message = `MetalLB reads no such annotation on an IPAddressPool; ${hint}`
      return problem('UnknownAnnotation', `metadata.annotations[${key.slice(0, 100)}]`, message)
    })
