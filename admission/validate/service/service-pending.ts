import { formatAddress } from '../../../core/address.ts'
import { describeRefusal, type PoolRefusal, type Refusal } from '../../../core/refusal.ts'
import { listed } from '../listed.ts'
import { type ServiceRule, warn } from './rule.ts'

/** Not the Service's mistake: it is stored, and waits until the cluster changes. */
const waitsFor: ReadonlySet<Refusal['reason']> = new Set(['NoPools', 'NoPoolAvailable', 'NoClusterAddress', 'PoolFrozen'])

export const servicePending: ServiceRule = ({ service, outcome }) => {
  // What is wrong with what it asks for by name has its own codes.
  if (outcome.ok && outcome.value.missing !== undefined)
    return [warn('ServicePending', 'spec.type', `keeps what it has, and waits for more because ${describeRefusal(outcome.value.missing)}`)]
  if (outcome.ok || !waitsFor.has(outcome.error.reason) || service.requestFault !== undefined) return []
  const { error } = outcome
  if (error.reason !== 'NoPoolAvailable') return [pending(describeRefusal(error))]
  if (service.requestedPools.length > 0) return []
  return [pending(`no pool can serve it: ${summarize(error.tried)}`)]
}

function pending(reason: string): ReturnType<typeof warn> {
  return warn('ServicePending', 'spec.type', `will stay pending because ${reason}`)
}

/** All pools in one line, by what stands in the way: a warning has only 256 characters. */
function summarize(tried: readonly PoolRefusal[]): string {
  const groups = Map.groupBy(tried, obstacle)
  return [...groups].map(([what, members]) => `${what}: ${listed([...new Set(members.map(({ pool }) => pool))], 3)}`).join('; ')
}

function obstacle(refusal: PoolRefusal): string {
  switch (refusal.reason) {
    case 'PoolExhausted':
      return refusal.wanted === undefined
        ? `no free ${refusal.family} address`
        : `fewer than ${refusal.wanted} free ${refusal.family} addresses`
    case 'FamilyUnavailable':
      return `no ${refusal.family} addresses`
    case 'HostPartOutside':
      return 'no IPv6 prefix with room for the host part'
    case 'HostPartTaken':
      return `${formatAddress(refusal.address)} is taken`
    case 'NamespaceNotAllowed':
      return 'for other namespaces'
    case 'ServiceNotSelected':
      return 'for other labels'
    case 'AutoAssignOff':
      return 'only when named (autoAssign: false)'
    case 'PoolFrozen':
      return 'closed until its problem is corrected'
    case 'PoolUnknown':
      return 'unknown'
  }
}
