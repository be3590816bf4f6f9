import { expect } from 'chai'
import type { Capabilities } from '../../../../speaker/bgp/capability.ts'
import { nameOf } from '../../../../speaker/bgp/notification.ts'
import { asTrans, type Open } from '../../../../speaker/bgp/open.ts'
import { type LocalSettings, negotiate, ourOpen, type Session } from '../../../../speaker/bgp/session.ts'

const settings: LocalSettings = {
  localAs: 65001,
  peerAs: 65002,
  routerId: 1,
  holdTime: 90,
  keepaliveTime: undefined,
  families: ['IPv4', 'IPv6'],
}
const capabilities: Capabilities = { families: ['IPv4', 'IPv6'], routeRefresh: true, extendedMessage: true, fourOctetAs: 65002 }
const open: Open = { as: 65002, holdTime: 180, routerId: 2, capabilities }
const old: Capabilities = { ...capabilities, fourOctetAs: undefined }

interface Row {
  readonly ours?: Partial<LocalSettings>
  readonly theirs?: Partial<Open>
}

const refused: Readonly<Record<string, readonly [Row, reason: string]>> = {
  'another AS than ours says': [{ ours: { peerAs: 65003 } }, 'BadPeerAs'],
  'AS 0': [{ theirs: { as: 0 } }, 'BadPeerAs'],
  'AS 0 in four octets': [{ theirs: { capabilities: { ...capabilities, fourOctetAs: 0 } } }, 'BadPeerAs'],
  'AS_TRANS and nothing else': [{ theirs: { as: asTrans, capabilities: old } }, 'BadPeerAs'],
  'AS_TRANS and nothing else where any other AS is welcome': [
    { ours: { peerAs: 'external' }, theirs: { as: asTrans, capabilities: old } },
    'BadPeerAs',
  ],
  'our AS where another is wanted': [{ ours: { peerAs: 'external', localAs: 65002 } }, 'BadPeerAs'],
  'another AS where ours is wanted': [{ ours: { peerAs: 'internal' } }, 'BadPeerAs'],
  'identifier 0': [{ theirs: { routerId: 0 } }, 'BadBgpIdentifier'],
  'our own identifier within the AS': [{ ours: { localAs: 65002 }, theirs: { routerId: 1 } }, 'BadBgpIdentifier'],
  'a hold time of one second': [{ theirs: { holdTime: 1 } }, 'UnacceptableHoldTime'],
  'a hold time of two seconds': [{ theirs: { holdTime: 2 } }, 'UnacceptableHoldTime'],
}

const agreed: Readonly<Record<string, readonly [Row, Partial<Session>]>> = {
  'the AS number of four octets over the short one': [
    { ours: { peerAs: 4_200_000_001 }, theirs: { as: asTrans, capabilities: { ...capabilities, fourOctetAs: 4_200_000_001 } } },
    { peerAs: 4_200_000_001, fourOctetAs: true, isInternal: false },
  ],
  'the short AS number of an old speaker': [{ theirs: { capabilities: old } }, { peerAs: 65002, fourOctetAs: false }],
  'an identifier like ours from another AS (RFC 6286)': [{ theirs: { routerId: 1 } }, { peerRouterId: 1 }],
  'whatever AS is ours': [{ ours: { localAs: 65002, peerAs: 'internal' } }, { isInternal: true }],
  'whatever AS is another': [{ ours: { peerAs: 'external' } }, { isInternal: false, peerAs: 65002 }],
  'the lower hold time, and a third of it for keepalives': [{}, { holdTime: 90_000, keepaliveTime: 30_000 } as Partial<Session>],
  'a hold time of three seconds': [{ theirs: { holdTime: 3 } }, { holdTime: 3000, keepaliveTime: 1000 } as Partial<Session>],
  'no hold time when we want none': [{ ours: { holdTime: 0 } }, { holdTime: undefined, keepaliveTime: undefined }],
  'a keepalive time below the third': [{ ours: { keepaliveTime: 10 } }, { keepaliveTime: 10_000 } as Partial<Session>],
  'a keepalive time no longer than the third': [
    { ours: { keepaliveTime: 30 }, theirs: { holdTime: 9 } },
    { keepaliveTime: 3000 } as Partial<Session>,
  ],
  'the families that both speak': [{ theirs: { capabilities: { ...capabilities, families: ['IPv6'] } } }, { families: ['IPv6'] }],
  'no family when there is none in common': [
    { ours: { families: ['IPv4'] }, theirs: { capabilities: { ...capabilities, families: ['IPv6'] } } },
    { families: [] },
  ],
  'long messages when the peer takes them': [{}, { messageLimit: 65535 }],
  'short messages otherwise': [{ theirs: { capabilities: { ...capabilities, extendedMessage: false } } }, { messageLimit: 4096 }],
}

describe('BGP negotiation', () => {
  for (const [name, [{ ours, theirs }, reason]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      const session = negotiate({ ...settings, ...ours }, { ...open, ...theirs })
      expect(session.ok ? 'agreed' : nameOf(session.error)).to.equal(reason)
    })
  }

  for (const [name, [{ ours, theirs }, part]] of Object.entries(agreed)) {
    it(`takes ${name}`, () => {
      const session = negotiate({ ...settings, ...ours }, { ...open, ...theirs })
      expect(session.ok && session.value).to.deep.include(part)
    })
  }

  it('says AS_TRANS for a number that does not fit', () => {
    expect(ourOpen({ ...settings, localAs: 65536 })).to.deep.include({ as: asTrans, holdTime: 90, routerId: 1 })
    expect(ourOpen({ ...settings, localAs: 65535 }).as).to.equal(65535)
  })
})
