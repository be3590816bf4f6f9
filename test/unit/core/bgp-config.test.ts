// BGPPeer, BGPAdvertisement and Community objects compiled.
import { expect } from 'chai'
import fc from 'fast-check'
import { compileBgpAdvertisement } from '../../../core/config/bgp-advertisement.ts'
import { compileBgpPeer } from '../../../core/config/bgp-peer.ts'
import { compileCommunities, formatCommunity, parseCommunity } from '../../../core/config/community.ts'
import { parseDuration } from '../../../core/config/duration.ts'
import type { Problem } from '../../../core/problem.ts'
import type { BGPAdvertisement, BGPPeerV1beta2, Community } from '../../../schemas/generated/types.ts'

const peerObject = (spec: object): BGPPeerV1beta2 =>
  ({ apiVersion: 'metallb.io/v1beta2', kind: 'BGPPeer', metadata: { name: 'tor' }, spec }) as unknown as BGPPeerV1beta2

const advertObject = (spec?: object): BGPAdvertisement =>
  ({ apiVersion: 'metallb.io/v1beta1', kind: 'BGPAdvertisement', metadata: { name: 'all' }, spec }) as unknown as BGPAdvertisement

const communityObject = (name: string, communities: readonly { readonly name: string; readonly value: string }[]): Community => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'Community',
  metadata: { name },
  spec: { communities },
})

const codes = (problems: readonly Problem[]): readonly string[] => problems.map(({ code, field }) => `${field} ${code}`)

const minimal = { myASN: 65001, peerASN: 65002, peerAddress: '10.0.0.1' }

describe('BGPPeer', () => {
  it('needs little', () => {
    expect(compileBgpPeer(peerObject(minimal)).peer).to.deep.include({
      name: 'tor',
      localAs: 65001,
      peerAs: 65002,
      port: 179,
      holdTime: 90,
      keepaliveTime: undefined,
      connectTime: undefined,
      isMultiHop: false,
      isDualStack: false,
      source: undefined,
      routerId: undefined,
      password: undefined,
      passwordSecret: undefined,
    })
  })

  const takes: Readonly<Record<string, readonly [spec: object, part: object]>> = {
    'localASN instead of myASN': [{ localASN: 65100 }, { localAs: 65100 }],
    'a router that says its AS itself': [{ peerASN: undefined, dynamicASN: 'external' }, { peerAs: 'external' }],
    'AS 0 of the older version as none': [{ peerASN: 0, dynamicASN: 'internal' }, { peerAs: 'internal' }],
    'a hold time alone': [{ holdTime: '9s' }, { holdTime: 9, keepaliveTime: undefined }],
    'a keepalive time alone, with three times as much to hold': [{ keepaliveTime: '10s' }, { holdTime: 30, keepaliveTime: 10 }],
    'no hold time': [
      { holdTime: '0s', keepaliveTime: '0s' },
      { holdTime: 0, keepaliveTime: 0 },
    ],
    'half a second of hold time cut': [{ holdTime: '3.5s' }, { holdTime: 3 }],
    'a connect time': [{ connectTime: '1m' }, { connectTime: 60 }],
    'a router ID': [{ routerID: '10.0.0.9' }, { routerId: 0x0a000009 }],
    'a Secret with the usual key': [{ passwordSecret: { name: 'bgp' } }, { passwordSecret: { name: 'bgp', key: 'password' } }],
    'a Secret with a key': [{ passwordSecret: { name: 'bgp', key: 'md5' } }, { passwordSecret: { name: 'bgp', key: 'md5' } }],
    'empty texts as nothing': [
      { password: '', vrf: '', sourceAddress: '' },
      { password: undefined, vrf: undefined, source: undefined },
    ],
    'a router of our own AS': [{ peerASN: 65001 }, { peerAs: 65001 }],
  }
  for (const [name, [spec, part]] of Object.entries(takes)) {
    it(`takes ${name}`, () => expect(compileBgpPeer(peerObject({ ...minimal, ...spec })).peer).to.deep.include(part))
  }

  const refuses: Readonly<Record<string, readonly [spec: object, problems: readonly string[]]>> = {
    'no AS number of ours': [{ myASN: undefined }, ['spec.myASN MissingField']],
    'an AS number that does not fit': [{ myASN: 4_294_967_296 }, ['spec.myASN OutOfBounds']],
    'no AS number of the router': [{ peerASN: undefined }, ['spec.peerASN MissingField']],
    'two ways to know the AS': [{ dynamicASN: 'internal' }, ['spec.peerASN Contradiction']],
    'a third kind of AS': [{ peerASN: undefined, dynamicASN: 'auto' }, ['spec.dynamicASN NotSupported']],
    'many hops within the AS': [{ peerASN: 65001, ebgpMultiHop: true }, ['spec.ebgpMultiHop Contradiction']],
    'no router': [{ peerAddress: undefined }, ['spec.peerAddress MissingField']],
    'an address and an interface': [{ interface: 'eth0' }, ['spec.peerAddress Contradiction']],
    'an address that is none, once': [{ peerAddress: '10.0.0.256' }, ['spec.peerAddress AddressSyntax']],
    'a router ID of IPv6': [{ routerID: 'fd00::1' }, ['spec.routerID WrongFamily']],
    'a router ID of zero': [{ routerID: '0.0.0.0' }, ['spec.routerID WrongFamily']],
    'a source of the other family': [{ sourceAddress: 'fd00::1' }, ['spec.sourceAddress WrongFamily']],
    'a hold time of two seconds': [{ holdTime: '2s' }, ['spec.holdTime OutOfBounds']],
    'a hold time of a day': [{ holdTime: '24h' }, ['spec.holdTime OutOfBounds']],
    'a hold time in words': [{ holdTime: 'long' }, ['spec.holdTime DurationSyntax']],
    'keepalives later than the hold time': [{ holdTime: '9s', keepaliveTime: '10s' }, ['spec.keepaliveTime OutOfBounds']],
    'a connect time of half a second': [{ connectTime: '500ms' }, ['spec.connectTime OutOfBounds']],
    'two passwords': [{ password: 'a', passwordSecret: { name: 'b' } }, ['spec.password Contradiction']],
    'a selector that is none': [
      { nodeSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Maybe' }] }] },
      ['spec.nodeSelectors[0].matchExpressions[0].operator SelectorInvalid'],
    ],
    'everything at once': [
      { myASN: undefined, peerAddress: 'x', holdTime: '1s' },
      ['spec.peerAddress AddressSyntax', 'spec.myASN MissingField', 'spec.holdTime OutOfBounds'],
    ],
  }
  for (const [name, [spec, problems]] of Object.entries(refuses)) {
    it(`refuses ${name}`, () => {
      const compiled = compileBgpPeer(peerObject({ ...minimal, ...spec }))
      expect([compiled.peer, codes(compiled.problems)]).to.deep.equal([undefined, problems])
    })
  }

  it('survives whatever an object holds', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom('spec', 'metadata', 'myASN', 'peerAddress', 'holdTime', 'nodeSelectors') }),
        (object) => {
          compileBgpPeer(object as unknown as BGPPeerV1beta2)
          compileBgpAdvertisement(object as unknown as BGPAdvertisement, new Map())
          compileCommunities([object as unknown as Community])
        },
      ),
    )
  })
})

describe('BGPAdvertisement', () => {
  it('without a spec announces every address to every peer', () => {
    expect(compileBgpAdvertisement(advertObject(), new Map()).advert).to.deep.include({
      aggregationLength: { IPv4: 32, IPv6: 128 },
      localPref: undefined,
      communities: [],
      peers: new Set(),
    })
  })

  const names = new Map([['no-export', { type: 'plain', value: 0xffffff01 } as const]])

  it('takes communities as values and by name', () => {
    const spec = { communities: ['65000:1', 'no-export', 'large:1:2:3'], localPref: 200, peers: ['tor'], aggregationLength: 24 }
    expect(compileBgpAdvertisement(advertObject(spec), names).advert).to.deep.include({
      communities: [65000 * 65536 + 1, 0xffffff01],
      largeCommunities: [{ global: 1, local1: 2, local2: 3 }],
      localPref: 200,
      peers: new Set(['tor']),
      aggregationLength: { IPv4: 24, IPv6: 128 },
    })
  })

  const refuses: Readonly<Record<string, readonly [spec: object, problems: readonly string[]]>> = {
    'a name that nobody defines': [{ communities: ['no-expert'] }, ['spec.communities[0] CommunityUnknown']],
    'a community that is none': [{ communities: ['65536:1'] }, ['spec.communities[0] CommunityInvalid']],
    'a prefix longer than an address': [{ aggregationLength: 33 }, ['spec.aggregationLength OutOfBounds']],
    'no prefix': [{ aggregationLengthV6: 0 }, ['spec.aggregationLengthV6 OutOfBounds']],
    'a choice by Service with addresses rolled up': [
      { aggregationLength: 24, serviceSelectors: [{ matchLabels: { a: 'b' } }] },
      ['spec.serviceSelectors AggregationWithSelectors'],
    ],
  }
  for (const [name, [spec, problems]] of Object.entries(refuses)) {
    it(`refuses ${name}`, () => {
      const compiled = compileBgpAdvertisement(advertObject(spec), names)
      expect([compiled.advert, codes(compiled.problems)]).to.deep.equal([undefined, problems])
    })
  }

  it('leaves names alone that may still be defined', () => {
    const { advert, problems } = compileBgpAdvertisement(advertObject({ communities: ['later', '65000:1'] }), undefined)
    expect([advert?.communities, problems]).to.deep.equal([[65000 * 65536 + 1], []])
  })
})

describe('Community', () => {
  const good = { '0:0': 0, '65535:65281': 0xffffff01, '65000:100': 65000 * 65536 + 100 }
  for (const [text, value] of Object.entries(good)) {
    it(`reads ${text}`, () => {
      const community = { type: 'plain', value } as const
      expect(parseCommunity(text)).to.deep.equal({ ok: true, value: community })
      expect(formatCommunity(community)).to.equal(text)
    })
  }

  it('reads large:4294967295:0:1', () => {
    const parsed = parseCommunity('large:4294967295:0:1')
    expect(parsed.ok && formatCommunity(parsed.value)).to.equal('large:4294967295:0:1')
  })

  for (const text of ['', '1', '65536:1', '-1:1', '1:', '1:2:3', 'a:b', '1.5:1', '0x1:1']) {
    it(`refuses "${text}"`, () => expect(parseCommunity(text).ok).to.equal(false))
  }

  it("refuses with MetalLB's words", () => {
    const invalid = parseCommunity('99999:1')
    expect(invalid.ok ? '' : invalid.error).to.match(/^invalid community value: invalid section/)
    const small = parseCommunity('small:1:2:3')
    expect(small.ok ? '' : small.error).to.match(/^expected community to be of format large/)
  })

  it('means the same everywhere: the object that comes first by name defines it', () => {
    const { names, problems } = compileCommunities([
      communityObject('b', [{ name: 'x', value: '1:2' }]),
      communityObject('a', [
        { name: 'x', value: '1:1' },
        { name: 'y', value: 'nonsense' },
      ]),
    ])
    expect([...names]).to.deep.equal([['x', { type: 'plain', value: 65537 }]])
    expect(codes(problems.get('a') ?? [])).to.deep.equal(['spec.communities[1].value CommunityInvalid'])
    expect(codes(problems.get('b') ?? [])).to.deep.equal(['spec.communities[0].name DuplicateEntry'])
  })
})

describe('a duration', () => {
  const good: Readonly<Record<string, number>> = {
    '90s': 90_000,
    '1m30s': 90_000,
    '1.5h': 5_400_000,
    '100ms': 100,
    '0': 0,
    '0s': 0,
    '.5s': 500,
  }
  for (const [text, milliseconds] of Object.entries(good)) {
    it(`of ${text} is ${milliseconds} ms`, () => expect(parseDuration(text)).to.deep.equal({ ok: true, value: milliseconds }))
  }
  for (const text of ['', '90', '-1s', 's', '1s ', '1d', '1 s', '1e3s']) {
    it(`is not "${text}"`, () => expect(parseDuration(text).ok).to.equal(false))
  }
})
