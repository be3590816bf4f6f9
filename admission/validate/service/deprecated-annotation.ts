import { annotationPrefix, deprecatedPrefix } from '../../../core/annotations.ts'
import { type ServiceRule, warn } from './rule.ts'

/** The old prefix still works. */
export const deprecatedAnnotation: ServiceRule = ({ service }) =>
  service.deprecatedAnnotations.map((key) =>
    warn(
      'DeprecatedAnnotation',
      `metadata.annotations[${key.slice(0, 100)}]`,
      `the prefix ${deprecatedPrefix} is deprecated; write ${annotationPrefix}${key.slice(deprecatedPrefix.length, 100)}`,
    ),
  )
