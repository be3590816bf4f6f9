// What was decided and is in no status yet: it gives way to what is live.
import { type Address, formatAddress } from './address.ts'
import type { Book } from './book.ts'
import { hopesFrom } from './hope.ts'
import { type NamespacedName, splitName } from './namespaced-name.ts'

/** The Service was to have the address, but no status that we know of shows it. */
export function isOnItsWay({ unwritten }: Book, key: NamespacedName, address: Address): boolean {
  return unwritten.get(key)?.split(',').includes(formatAddress(address)) === false
}

/**
 * Somebody else has a better claim to the address. The Service's other addresses stay shut until it was planned, since a status with them may be under way.
 *
 * @returns what is to be done
 */
export function takeBack(
  { ipam, waiting }: Book,
  service: NamespacedName,
  address: Address,
): { readonly type: 'reconsider'; readonly service: NamespacedName } {
  const addresses = ipam.addressesOf(service)
  ipam.giveUp(service, address)
  waiting.fulfil(hopesFrom(ipam, addresses, splitName(service).namespace))
  return { type: 'reconsider', service }
}
