import { annotationPrefix, annotations, deprecatedPrefix } from '../../../core/annotations.ts'
import { quote } from '../../../core/quote.ts'
import { refuse, type ServiceRule } from './rule.ts'

/** Two spellings of one annotation that say different things: whichever we took, somebody meant the other. */
export const conflictingAnnotations: ServiceRule = ({ annotations: written }) =>
  [annotations.addressPool, annotations.loadBalancerIPs, annotations.addressCount, annotations.hostPart, annotations.allowSharedIP].flatMap(
    (name) => {
      const old = deprecatedPrefix + name.slice(annotationPrefix.length)
      const [now, before] = [written[name]?.trim() ?? '', written[old]?.trim() ?? '']
      if (now === '' || before === '' || now === before) return []
      const message = `${old} says ${quote(before)} and ${name} says ${quote(now)}; remove the deprecated ${old}`
      return [refuse('ConflictingAnnotations', `metadata.annotations[${old}]`, message)]
    },
  )
