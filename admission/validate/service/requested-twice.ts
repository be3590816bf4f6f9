import { annotations, readAnnotation } from '../../../core/annotations.ts'
import { refuse, type ServiceCase, type ServiceRule } from './rule.ts'

/** The annotation and the deprecated field together, even when they agree: MetalLB serves neither. */
export const requestedTwice: ServiceRule = (facts) =>
  asksTwice(facts) && facts.service.requestFault !== undefined
    ? [refuse('RequestedTwice', 'spec.loadBalancerIP', facts.service.requestFault.message)]
    : []

export function asksTwice({ annotations: written, specAddress }: ServiceCase): boolean {
  return specAddress !== '' && readAnnotation(written, annotations.loadBalancerIPs) !== undefined
}
