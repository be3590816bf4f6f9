import type { Problem } from '../../../core/problem.ts'
import type { Fields } from '../../../core/shape.ts'
import { selectorDuplicates } from '../selector-duplicates.ts'

export function selectionDuplicates(spec: Fields): readonly Problem[] {
  return ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors'].flatMap((field) =>
    selectorDuplicates(spec[field], `spec.${field}`),
  )
}
