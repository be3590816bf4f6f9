// Every event in every state (RFC 4271 §8.2.2), one row each.
import { expect } from 'chai'
import { instant, millis } from '../../../../core/time.ts'
import {
  type Connection,
  type ConnectionEffect,
  type ConnectionEvent,
  connectionDeadline,
  createConnection,
  dueEvents,
  type State,
} from '../../../../speaker/bgp/connection.ts'
import { step } from '../../../../speaker/bgp/connection-step.ts'
import { headerLength } from '../../../../speaker/bgp/header.ts'
import { administrativeShutdown, describeNotification, nameOf, notify } from '../../../../speaker/bgp/notification.ts'
import { decodeNotification } from '../../../../speaker/bgp/notification-message.ts'
import type { Open } from '../../../../speaker/bgp/open.ts'
import type { LocalSettings } from '../../../../speaker/bgp/session.ts'

const settings: LocalSettings = {
  localAs: 65001,
  peerAs: 65002,
  routerId: 1,
  holdTime: 90,
  keepaliveTime: undefined,
  families: ['IPv4', 'IPv6'],
}

const peerOpen: Open = {
  as: 65002,
  holdTime: 30,
  routerId: 2,
  capabilities: { families: ['IPv4'], routeRefresh: true, extendedMessage: false, fourOctetAs: 65002 },
}

const events = {
  start: { type: 'start' },
  startPassive: { type: 'startPassive' },
  stop: { type: 'stop', notification: administrativeShutdown('bye') },
  connectRetryTimerExpires: { type: 'connectRetryTimerExpires' },
  holdTimerExpires: { type: 'holdTimerExpires' },
  keepaliveTimerExpires: { type: 'keepaliveTimerExpires' },
  tcpConnected: { type: 'tcpConnected' },
  tcpFails: { type: 'tcpFails', cause: 'ECONNRESET' },
  open: { type: 'open', open: peerOpen },
  wrongOpen: { type: 'open', open: { ...peerOpen, holdTime: 2 } },
  messageError: { type: 'messageError', notification: notify('BadMessageLength') },
  collisionDump: { type: 'collisionDump' },
  notification: { type: 'notification', notification: notify('AdministrativeReset') },
  keepalive: { type: 'keepalive' },
  update: { type: 'update' },
  routeRefresh: { type: 'routeRefresh', family: 'IPv4' },
  foreignRefresh: { type: 'routeRefresh', family: undefined },
  sendBlocked: { type: 'sendBlocked' },
  sendDrained: { type: 'sendDrained' },
  sendHoldTimerExpires: { type: 'sendHoldTimerExpires' },
} as const satisfies Readonly<Record<string, ConnectionEvent>>

type EventName = keyof typeof events

const path: Readonly<Record<State, readonly EventName[]>> = {
  Idle: [],
  Connect: ['start'],
  Active: ['startPassive'],
  OpenSent: ['start', 'tcpConnected'],
  OpenConfirm: ['start', 'tcpConnected', 'open'],
  Established: ['start', 'tcpConnected', 'open', 'keepalive'],
}

const reach = (state: State): Connection =>
  path[state].reduce((connection, name) => step(connection, events[name], instant(0), 0)[0], createConnection('outgoing', settings))

function words(effect: ConnectionEffect): string {
  switch (effect.type) {
    case 'send': {
      const type = ['', 'OPEN', 'UPDATE', 'NOTIFICATION', 'KEEPALIVE'][effect.message[18] ?? 0] ?? ''
      return type === 'NOTIFICATION' ? nameOf(decodeNotification(effect.message.subarray(headerLength))) : type
    }
    case 'ended': {
      const { cause } = effect
      if (cause.type === 'sent' || cause.type === 'received') return `ended (${cause.type} ${nameOf(cause.notification)})`
      return cause.type === 'tcp' ? `ended (${cause.cause})` : `ended (${cause.type})`
    }
    case 'resend':
      return `resend ${effect.family}`
    default:
      return effect.type
  }
}

const closes = (reason: string): string => `Idle: ${reason}, disconnect, ended (sent ${reason})`
const drops = (cause: string): string => `Idle: disconnect, ended (${cause})`

/** The new state, and what is asked for; '=' where nothing happens. */
const table: Readonly<Record<EventName, Readonly<Record<State, string>>>> = {
  start: { Idle: 'Connect: connect', Connect: '=', Active: '=', OpenSent: '=', OpenConfirm: '=', Established: '=' },
  startPassive: { Idle: 'Active:', Connect: '=', Active: '=', OpenSent: '=', OpenConfirm: '=', Established: '=' },
  stop: {
    Idle: '=',
    Connect: drops('stop'),
    Active: drops('stop'),
    OpenSent: closes('AdministrativeShutdown'),
    OpenConfirm: closes('AdministrativeShutdown'),
    Established: closes('AdministrativeShutdown'),
  },
  connectRetryTimerExpires: {
    Idle: '=',
    Connect: drops('connectTimeout'),
    Active: 'Connect: connect',
    OpenSent: closes('UnexpectedMessageInOpenSent'),
    OpenConfirm: closes('UnexpectedMessageInOpenConfirm'),
    Established: closes('UnexpectedMessageInEstablished'),
  },
  holdTimerExpires: {
    Idle: '=',
    Connect: drops('holdTimerExpires'),
    Active: drops('holdTimerExpires'),
    OpenSent: closes('HoldTimerExpired'),
    OpenConfirm: closes('HoldTimerExpired'),
    Established: closes('HoldTimerExpired'),
  },
  keepaliveTimerExpires: {
    Idle: '=',
    Connect: drops('keepaliveTimerExpires'),
    Active: drops('keepaliveTimerExpires'),
    OpenSent: closes('UnexpectedMessageInOpenSent'),
    OpenConfirm: 'OpenConfirm: KEEPALIVE',
    Established: 'Established: KEEPALIVE',
  },
  tcpConnected: {
    Idle: '=',
    Connect: 'OpenSent: OPEN',
    Active: 'OpenSent: OPEN',
    OpenSent: '=',
    OpenConfirm: '=',
    Established: '=',
  },
  tcpFails: {
    Idle: '=',
    Connect: drops('ECONNRESET'),
    Active: drops('ECONNRESET'),
    OpenSent: drops('ECONNRESET'),
    OpenConfirm: drops('ECONNRESET'),
    Established: drops('ECONNRESET'),
  },
  open: {
    Idle: '=',
    Connect: drops('open'),
    Active: drops('open'),
    OpenSent: 'OpenConfirm: KEEPALIVE',
    OpenConfirm: closes('UnexpectedMessageInOpenConfirm'),
    Established: closes('UnexpectedMessageInEstablished'),
  },
  wrongOpen: {
    Idle: '=',
    Connect: drops('open'),
    Active: drops('open'),
    OpenSent: closes('UnacceptableHoldTime'),
    OpenConfirm: closes('UnexpectedMessageInOpenConfirm'),
    Established: closes('UnexpectedMessageInEstablished'),
  },
  messageError: {
    Idle: '=',
    Connect: drops('messageError'),
    Active: drops('messageError'),
    OpenSent: closes('BadMessageLength'),
    OpenConfirm: closes('BadMessageLength'),
    Established: closes('BadMessageLength'),
  },
  collisionDump: {
    Idle: '=',
    Connect: drops('collisionDump'),
    Active: drops('collisionDump'),
    OpenSent: closes('ConnectionCollisionResolution'),
    OpenConfirm: closes('ConnectionCollisionResolution'),
    Established: closes('ConnectionCollisionResolution'),
  },
  notification: {
    Idle: '=',
    Connect: drops('received AdministrativeReset'),
    Active: drops('received AdministrativeReset'),
    OpenSent: drops('received AdministrativeReset'),
    OpenConfirm: drops('received AdministrativeReset'),
    Established: drops('received AdministrativeReset'),
  },
  keepalive: {
    Idle: '=',
    Connect: drops('keepalive'),
    Active: drops('keepalive'),
    OpenSent: closes('UnexpectedMessageInOpenSent'),
    OpenConfirm: 'Established: established',
    Established: 'Established:',
  },
  update: {
    Idle: '=',
    Connect: drops('update'),
    Active: drops('update'),
    OpenSent: closes('UnexpectedMessageInOpenSent'),
    OpenConfirm: closes('UnexpectedMessageInOpenConfirm'),
    Established: 'Established:',
  },
  routeRefresh: {
    Idle: '=',
    Connect: drops('routeRefresh'),
    Active: drops('routeRefresh'),
    OpenSent: closes('UnexpectedMessageInOpenSent'),
    OpenConfirm: closes('UnexpectedMessageInOpenConfirm'),
    Established: 'Established: resend IPv4',
  },
  foreignRefresh: {
    Idle: '=',
    Connect: drops('routeRefresh'),
    Active: drops('routeRefresh'),
    OpenSent: closes('UnexpectedMessageInOpenSent'),
    OpenConfirm: closes('UnexpectedMessageInOpenConfirm'),
    Established: 'Established:',
  },
  sendBlocked: { Idle: '=', Connect: '=', Active: '=', OpenSent: '=', OpenConfirm: 'OpenConfirm:', Established: 'Established:' },
  sendDrained: {
    Idle: '=',
    Connect: '=',
    Active: '=',
    OpenSent: 'OpenSent:',
    OpenConfirm: 'OpenConfirm:',
    Established: 'Established:',
  },
  sendHoldTimerExpires: {
    Idle: '=',
    Connect: drops('sendHoldTimerExpires'),
    Active: drops('sendHoldTimerExpires'),
    OpenSent: closes('SendHoldTimerExpired'),
    OpenConfirm: closes('SendHoldTimerExpired'),
    Established: closes('SendHoldTimerExpired'),
  },
}

describe('BGP connection', () => {
  for (const [name, row] of Object.entries(table) as [EventName, Readonly<Record<State, string>>][]) {
    for (const [state, expected] of Object.entries(row) as [State, string][]) {
      it(`in ${state}, on ${name}: ${expected}`, () => {
        const before = reach(state)
        expect(before.state).to.equal(state)
        const [after, effects] = step(before, events[name], instant(1000), 0)
        const seen = `${after.state}: ${effects.map(words).join(', ')}`.trimEnd()
        expect(after === before && effects.length === 0 ? '=' : seen).to.equal(expected)
        if (after.state === 'Idle') expect(connectionDeadline(after), 'no timer is left').to.equal(undefined)
      })
    }
  }

  it('gives an attempt to connect five seconds', () => {
    expect(connectionDeadline(reach('Connect'))).to.equal(5000)
    expect(dueEvents(reach('Connect'), instant(4999))).to.deep.equal([])
    expect(dueEvents(reach('Connect'), instant(5000))).to.deep.equal([{ type: 'connectRetryTimerExpires' }])
  })

  it('gives the OPEN of the peer four minutes', () => expect(connectionDeadline(reach('OpenSent'))).to.equal(240_000))

  it('holds for the lower of both hold times and sends KEEPALIVE at 75 to 100 % of a third of it', () => {
    const { holdAt, keepaliveAt, session } = reach('OpenConfirm')
    expect({ holdAt, keepaliveAt, keepaliveTime: session?.keepaliveTime }).to.deep.equal({
      holdAt: 30_000,
      keepaliveAt: 7500,
      keepaliveTime: 10_000,
    })
    const [late] = step(reach('Established'), events.keepaliveTimerExpires, instant(20_000), 1)
    expect(late.keepaliveAt).to.equal(30_000)
  })

  it('starts the hold timer anew with every sign of life', () => {
    for (const name of ['keepalive', 'update', 'routeRefresh'] as const) {
      expect(step(reach('Established'), events[name], instant(29_000), 0)[0].holdAt).to.equal(59_000)
    }
  })

  it('knows no timer when the peer offers no hold time', () => {
    const open = { ...peerOpen, holdTime: 0 }
    const [confirmed] = step(reach('OpenSent'), { type: 'open', open }, instant(0), 0)
    const [established] = step(confirmed, events.keepalive, instant(0), 0)
    expect([confirmed, established].map(connectionDeadline)).to.deep.equal([undefined, undefined])
  })

  it('keeps the instant from which on it waits for the peer to read', () => {
    const [blocked] = step(reach('Established'), events.sendBlocked, instant(1000), 0)
    const [still] = step(blocked, events.sendBlocked, instant(2000), 0)
    expect(still.sendHoldAt).to.equal(millis(481_000))
    expect(step(still, events.sendDrained, instant(3000), 0)[0].sendHoldAt).to.equal(undefined)
  })

  it('tells the peer why it was stopped', () => {
    const [, effects] = step(reach('Established'), events.stop, instant(0), 0)
    const [first] = effects
    expect(first?.type === 'send' && describeNotification(decodeNotification(first.message.subarray(headerLength)))).to.equal(
      'AdministrativeShutdown: bye',
    )
  })
})
