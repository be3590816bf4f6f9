import { addressField, refusals, refuse, type ServiceRule } from './rule.ts'

/** One address of each family of the Service, no more and no less. */
export const requestFamiliesDiffer: ServiceRule = (facts) =>
  refusals(facts, 'RequestFamiliesDiffer').map(({ requested, wanted }) => {
    const message = `asks for ${requested.join(' and ')}, but the Service is ${wanted.join(' and ')} (its cluster IPs); ask for exactly one address of ${wanted.length === 1 ? 'that family' : 'each'}`
    return refuse('RequestFamiliesDiffer', addressField(facts), message)
  })
