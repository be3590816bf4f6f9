import { refusals, refuse, type ServiceRule } from './rule.ts'

/** RequireDualStack in a cluster that gives the Service one cluster IP only. */
export const dualStackImpossible: ServiceRule = (facts) =>
  refusals(facts, 'DualStackImpossible').map(() =>
    refuse(
      'DualStackImpossible',
      'spec.ipFamilyPolicy',
      `RequireDualStack needs a cluster IP of each family, and the Service has ${facts.service.families.join(', ')} only; write PreferDualStack or SingleStack`,
    ),
  )
