import { expect } from 'chai'
import { poolStatusOf, showsStatus } from '../../../controller/pool-status.ts'
import { createIpam } from '../../../core/ipam.ts'
import { namespaceOf, pools, service } from '../core/objects.ts'

const statusOf = (addresses: string, ...keys: readonly string[]): string => {
  const ipam = createIpam(pools({ a: addresses }), { poolPriority: 'highest', reserved: [] })
  for (const key of keys) ipam.allocate(service(key, addresses.includes(':') ? { clusterIPs: ['fd96::1'] } : {}), namespaceOf('shop'))
  const usage = ipam.usage('a')
  if (usage === undefined) throw new Error('no such pool')
  const { assignedIPv4, assignedIPv6, availableIPv4, availableIPv6 } = poolStatusOf(usage)
  return `${assignedIPv4}/${availableIPv4} ${assignedIPv6}/${availableIPv6}`
}

describe('The status of a pool', () => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ['10.0.0.0/30', [], '0/4 0/0'],
    ['10.0.0.0/30', ['shop/a', 'shop/b'], '2/2 0/0'],
    ['10.0.0.0/30 fd00::/126', ['shop/a'], '0/4 1/3'],
    ['fd00::/66', ['shop/a'], '0/0 1/4611686018427387903'],
    ['fd00::/65', ['shop/a'], '0/0 1/9223372036854775806'],
    ['fd00::/32', ['shop/a'], '0/0 1/9223372036854775806'],
    ['fd00::/32', [], '0/0 0/9223372036854775807'],
  ]
  for (const [addresses, keys, expected] of rows) {
    it(`of ${addresses} with ${keys.length} Services is ${expected}`, () => {
      expect(statusOf(addresses, ...keys)).to.equal(expected)
    })
  }

  it('is shown when every number is there, exactly', () => {
    const wanted = { assignedIPv4: 0n, assignedIPv6: 1n, availableIPv4: 0n, availableIPv6: 9223372036854775806n }
    const shown = { assignedIPv4: 0, assignedIPv6: 1, availableIPv4: 0, availableIPv6: 9223372036854775806n }
    expect(showsStatus({ status: shown }, wanted)).to.equal(true)
    for (const status of [undefined, {}, { ...shown, availableIPv6: 9223372036854775807n }, { ...shown, assignedIPv6: '1' }, 'full'])
      expect(
        showsStatus({ status }, wanted),
        JSON.stringify(status, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)),
      ).to.equal(false)
  })
})
