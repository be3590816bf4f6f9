// What an IPAddressPool shows of itself.
import type { Usage } from '../core/ipam.ts'
import { asFields } from '../core/shape.ts'

/** The status of an IPAddressPool; int64. */
export interface PoolStatus {
  readonly assignedIPv4: bigint
  readonly assignedIPv6: bigint
  readonly availableIPv4: bigint
  readonly availableIPv6: bigint
}

const fields = ['assignedIPv4', 'assignedIPv6', 'availableIPv4', 'availableIPv6'] as const

const mostInt64 = 2n ** 63n - 1n

/** A capacity beyond int64 counts as the largest one, as MetalLB has it; what is in use is subtracted from that. */
export function poolStatusOf({ assignedIPv4, assignedIPv6, totalIPv4, totalIPv6 }: Usage): PoolStatus {
  return {
    assignedIPv4,
    assignedIPv6,
    availableIPv4: available(totalIPv4, assignedIPv4),
    availableIPv6: available(totalIPv6, assignedIPv6),
  }
}

/** Whether the object shows it already, whatever somebody may have written there. */
export function showsStatus(object: unknown, wanted: PoolStatus): boolean {
  const shown = asFields(asFields(object)?.['status']) ?? {}
  return fields.every((field) => {
    const value = shown[field]
    return (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) && BigInt(value) === wanted[field]
  })
}

/** More can be in use than there is: a Service keeps an address that its pool came to avoid. */
function available(total: bigint, assigned: bigint): bigint {
  const left = (total > mostInt64 ? mostInt64 : total) - assigned
  return left < 0n ? 0n : left
}
