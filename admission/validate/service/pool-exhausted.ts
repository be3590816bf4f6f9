import { poolField, pools, refusals, refuse, type ServiceRule } from './rule.ts'

/** The pool that the Service names has no free address of a family that it needs, and none that it could share. */
export const poolExhausted: ServiceRule = (facts) =>
  refusals(facts, 'PoolExhausted').map(({ pool, family }) => {
    const usage = facts.ipam.usage(pool)
    const total = (family === 'IPv4' ? usage?.totalIPv4 : usage?.totalIPv6) ?? 0n
    const state = total === 1n ? `its only ${family} address is in use` : `none of its ${total} ${family} addresses is free`
    const cure = 'add addresses to the pool, delete a Service that holds one, or name another pool'
    return refuse('PoolExhausted', poolField(facts), `pool "${pool}" is full: ${state}; ${cure}`, [pools, { kind: 'services' }])
  })
