import { poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** A pool that the Service names has too few free addresses of a family that it needs, those counted that it could share. */
export const poolExhausted: ServiceRule = (facts) =>
  refusals(facts, 'PoolExhausted').map(({ pool, family, free, wanted }) => {
    const cure = 'add addresses to the pool, delete a Service that holds one, or name another pool'
    if (free !== undefined) {
      const state = `${free} of its ${family} addresses ${free === 1 ? 'is' : 'are'} free, ${wanted} are wanted`
      return refuse('PoolExhausted', poolField(facts), `pool "${pool}" has too few: ${state}; ${cure}`, [pools, { kind: 'services' }])
    }
    const usage = facts.ipam.usage(pool)
    const total = (family === 'IPv4' ? usage?.totalIPv4 : usage?.totalIPv6) ?? 0n
    const state = total === 1n ? `its only ${family} address is in use` : `none of its ${total} ${family} addresses is free`
    return refuse('PoolExhausted', poolField(facts), `pool "${pool}" is full: ${state}; ${cure}`, [pools, { kind: 'services' }])
  })
