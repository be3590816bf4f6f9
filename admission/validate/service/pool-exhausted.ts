import { annotations } from '../../../core/annotations.ts'
import type { Refusal } from '../../../core/refusal.ts'
import { poolField, pools, refusals, refuse, type ServiceCase, type ServiceRule } from './rule.ts'

const held = `held for a deleted Service (${annotations.hold})`

type Exhausted = Extract<Refusal, { readonly reason: 'PoolExhausted' }>

/** A pool that the Service names has too few free addresses of a family that it needs, those counted that it could share. */
export const poolExhausted: ServiceRule = (facts) =>
  refusals(facts, 'PoolExhausted').map((refusal) => {
    const cure = 'add addresses to the pool, delete a Service that holds one, or name another pool'
    const message = `pool "${refusal.pool}" ${stateOf(refusal, facts)}; ${cure}`
    return refuse('PoolExhausted', poolField(facts), message, [pools, { kind: 'services' }])
  })

function stateOf({ pool, family, free, wanted, kept = 0 }: Exhausted, { ipam }: ServiceCase): string {
  const more = kept === 0 ? '' : `, and ${kept} ${kept === 1 ? 'is' : 'are'} ${held}`
  if (free !== undefined)
    return `has too few: ${free} of its ${family} addresses ${free === 1 ? 'is' : 'are'} free, ${wanted} are wanted${more}`
  const usage = ipam.usage(pool)
  const total = (family === 'IPv4' ? usage?.totalIPv4 : usage?.totalIPv6) ?? 0n
  if (total === 1n) return `is full: its only ${family} address is ${kept === 0 ? 'in use' : held}`
  return `is full: none of its ${total} ${family} addresses is free${more}`
}
