import { expect } from 'chai'
import fc from 'fast-check'
import type { Address } from '../../../core/address.ts'
import { AddressMap } from '../../../core/address-map.ts'

const someAddress: fc.Arbitrary<Address> = fc.oneof(
  // Few pages, both ends of the address space among them.
  fc
    .tuple(fc.constantFrom(0, 1, 2 ** 23, 2 ** 24 - 1), fc.nat({ max: 255 }))
    .map(([page, last]): Address => ({ family: 'IPv4', value: page * 256 + last })),
  fc.bigInt({ min: 0n, max: 300n }).map((value): Address => ({ family: 'IPv6', value })),
)

describe('a map by address', () => {
  it('holds what a Map holds, both families apart', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(someAddress, fc.nat()), { maxLength: 2000, size: 'max' }), (steps) => {
        const [ours, plain] = [new AddressMap<number>(), new Map<number | bigint, number>()]
        for (const [address, entry] of steps) {
          const { value } = address
          expect(ours.get(address)).to.equal(plain.get(value))
          if (plain.delete(value)) ours.delete(address)
          else {
            ours.add(address, entry)
            plain.set(value, entry)
          }
        }
        expect([...ours.values()].toSorted((a, b) => a - b)).to.deep.equal([...plain.values()].toSorted((a, b) => a - b))
        for (const [address] of steps) expect(ours.get(address)).to.equal(plain.get(address.value))
      }),
      { numRuns: 50 },
    )
  })
})
