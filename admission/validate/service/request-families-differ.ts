import { addressField, refusals, refuse, type ServiceRule } from './rule.ts'

/** Addresses of each family of the Service, and of no other. */
export const requestFamiliesDiffer: ServiceRule = (facts) =>
  refusals(facts, 'RequestFamiliesDiffer').map(({ requested, wanted }) => {
    const message = `asks for ${requested.join(' and ')}, but the Service is ${wanted.join(' and ')} (its cluster IPs); ask for addresses of ${wanted.length === 1 ? 'that family alone' : 'each'}`
    return refuse('RequestFamiliesDiffer', addressField(facts), message)
  })
