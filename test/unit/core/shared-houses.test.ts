import { expect } from 'chai'
import fc from 'fast-check'
import { formatAddress } from '../../../core/address.ts'
import { House } from '../../../core/house.ts'
import { type Place, PoolSpace } from '../../../core/pool-space.ts'
import { SharedHouses } from '../../../core/shared-houses.ts'
import { pools } from './objects.ts'

/** A pool whose ranges are not in the order of their addresses. */
function placesOf(count: number): readonly Place[] {
  const [pool] = pools({ main: '10.0.9.0/24 10.0.0.0/24 10.0.4.0/24' })
  const space = pool === undefined ? undefined : new PoolSpace(pool)
  return Array.from({ length: count }, () => {
    const place = space?.next('IPv4')
    if (place === undefined) throw new Error('the pool is too small')
    space?.close(place.lane, place.address)
    return place
  })
}

const ports = ['TCP/80', 'TCP/443', 'UDP/53', 'SCTP/9'] as const

describe('Shared addresses', () => {
  const places = placesOf(600)
  const step = fc.record({
    index: fc.nat({ max: places.length - 1 }),
    wants: fc.subarray([...ports], { minLength: 1 }),
    goes: fc.boolean(),
  })

  it('are found where all wanted ports are free, in the order of the pool', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), fc.array(fc.subarray([...ports]), { maxLength: 5 }), (steps, wishes) => {
        const shared = new SharedHouses()
        const model = new Map<Place, { readonly house: House; readonly taken: Set<string> }>()
        for (const { index, wants, goes } of steps) {
          const place = places[index]
          if (place === undefined) continue
          const known = model.get(place)
          if (goes && known !== undefined) {
            shared.give(known.house, [...known.taken])
            shared.remove(known.house)
            model.delete(place)
          } else if (!goes) {
            const { house, taken } = known ?? { house: new House(place), taken: new Set<string>() }
            if (known === undefined) shared.add(house)
            const free = wants.filter((port) => !taken.has(port))
            shared.take(house, free)
            model.set(place, { house, taken: new Set([...taken, ...free]) })
          }
        }
        for (const wish of wishes) {
          const expected = places.filter((place) => model.has(place) && wish.every((port) => model.get(place)?.taken.has(port) === false))
          const found = [...shared.free(wish)].map(({ address }) => formatAddress(address))
          expect(found).to.deep.equal(expected.map(({ address }) => formatAddress(address)))
        }
        expect(shared.isEmpty).to.equal(model.size === 0)
      }),
      { numRuns: 200 },
    )
  })
})
