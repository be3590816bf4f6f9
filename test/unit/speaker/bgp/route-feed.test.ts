import { expect } from 'chai'
import { instant } from '../../../../core/time.ts'
import { nlriOf } from '../../../../speaker/bgp/nlri.ts'
import { type RouteAttributes, type RouteWriter, routeAttributes } from '../../../../speaker/bgp/route-attributes.ts'
import { RouteFeed } from '../../../../speaker/bgp/route-feed.ts'

const writer: RouteWriter = {
  localAs: 65001,
  isInternal: false,
  fourOctetAs: true,
  nextHops: { IPv4: { family: 'IPv4', value: 1 } },
  messageLimit: 4096,
}
const plain = routeAttributes(undefined, [], [])

function want(feed: RouteFeed, from: number, count: number): void {
  set(feed, from, count, plain)
}

function set(feed: RouteFeed, from: number, count: number, attributes: RouteAttributes | undefined): void {
  for (let value = from; value < from + count; value += 1) feed.routes.IPv4.set(nlriOf({ family: 'IPv4', value }, 32), attributes)
}

describe('BGP route feed', () => {
  it('says nothing while there is no session', () => {
    const feed = new RouteFeed()
    want(feed, 0, 10)
    expect(feed.isDue(instant(0))).to.equal(true)
    expect([feed.take(instant(0)), feed.writeAt]).to.deep.equal([undefined, undefined])
  })

  it('writes at once, and then what comes within ten milliseconds together', () => {
    const feed = new RouteFeed()
    feed.begin(['IPv4'], writer)
    want(feed, 0, 1)
    expect(feed.isDue(instant(100))).to.equal(true)
    expect(feed.take(instant(100))).to.have.length(48)
    want(feed, 1, 1)
    expect([feed.isDue(instant(101)), feed.writeAt]).to.deep.equal([false, 110])
    want(feed, 2, 1)
    expect([feed.isDue(instant(109)), feed.writeAt]).to.deep.equal([false, 110])
    expect(feed.take(instant(110))).to.have.length(53)
    expect([feed.writeAt, feed.updates]).to.deep.equal([undefined, 2])
  })

  it('takes much in portions of 64 KiB, each due as soon as the one before is gone', () => {
    const feed = new RouteFeed()
    want(feed, 0, 100_000)
    feed.begin(['IPv4'], writer)
    const sizes: number[] = []
    while (feed.isDue(instant(100))) {
      const octets = feed.take(instant(100))
      if (octets === undefined) break
      sizes.push(octets.length)
    }
    expect(sizes).to.have.length(8)
    expect(sizes[0]).to.be.within(64 << 10, (64 << 10) + 4096)
    expect(feed.updates).to.equal(124)
  })

  it('waits for nothing while the peer does not read', () => {
    const feed = new RouteFeed()
    feed.begin(['IPv4'], writer)
    want(feed, 0, 1)
    feed.take(instant(100))
    want(feed, 1, 1)
    feed.isDue(instant(101))
    feed.hold()
    expect(feed.writeAt).to.equal(undefined)
  })

  it('begins again with everything after a session was lost', () => {
    const feed = new RouteFeed()
    want(feed, 0, 10)
    feed.begin(['IPv4'], writer)
    feed.take(instant(0))
    set(feed, 0, 5, undefined)
    feed.end()
    feed.begin(['IPv4'], writer)
    expect(feed.take(instant(50))).to.have.length(43 + 5 * 5)
    expect(feed.routes.IPv4.sentCount).to.equal(5)
  })

  it('sends no family that the peer does not speak', () => {
    const feed = new RouteFeed()
    want(feed, 0, 10)
    feed.begin(['IPv6'], writer)
    expect(feed.take(instant(0))).to.equal(undefined)
  })
})
