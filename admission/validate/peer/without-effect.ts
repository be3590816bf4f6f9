import { problem } from '../../../core/problem.ts'
import { asFields, asText } from '../../../core/shape.ts'
import type { PeerRule } from './rule.ts'

export const withoutEffect: PeerRule = ({ spec, world }) => {
  const namespace = asText(asFields(spec['passwordSecret'])?.['namespace']) ?? ''
  const isElsewhere = namespace !== '' && namespace !== world.namespace
  return [
    ...(spec['disableMP'] === true
      ? [problem('WithoutEffect', 'spec.disableMP', 'disableMP has done nothing since MetalLB 0.15; remove it')]
      : []),
    ...(isElsewhere
      ? [
          problem(
            'WithoutEffect',
            'spec.passwordSecret.namespace',
            `the Secret is read from namespace ${world.namespace} whatever stands here, not from "${namespace}"; create it there`,
            namespace,
          ),
        ]
      : []),
  ]
}
