import { expect } from 'chai'
import { type BgpMessage, MessageType } from '../../../bench/routes/bgp-messages.ts'
import { judgeTransfer, type Marks, type Transfer } from '../../../bench/routes/transfer.ts'

const sender = '192.0.2.1'
const receiver = '192.0.2.2'
const base = { from: sender, connection: 'second', length: 19, announced: 0, withdrawn: 0 }

const message = (atMs: number, type: number, more: Partial<BgpMessage> = {}): BgpMessage => ({ ...base, atMs, type, ...more })
const update = (atMs: number, more: Partial<BgpMessage>): BgpMessage => message(atMs, MessageType.Update, more)

const talk: readonly BgpMessage[] = [
  // A first attempt that came to nothing.
  message(1, MessageType.Keepalive, { connection: 'first' }),
  message(10, MessageType.Open),
  message(11, MessageType.Keepalive),
  message(12, MessageType.Keepalive, { from: receiver }),
  message(13, MessageType.Keepalive),
  update(14, { announced: 800, length: 4096 }),
  update(15, { announced: 200, length: 1024 }),
  update(15.5, { announced: 1, length: 50 }),
  update(16, { length: 23 }),
  // The receiver's own routes are not the sender's.
  update(17, { from: receiver, announced: 5, length: 60 }),
  update(51, { withdrawn: 600, length: 3000 }),
  update(52, { withdrawn: 401, length: 2000 }),
]
const marks: Marks = { heldAtMs: 20, withdrawAtMs: 50, goneAtMs: 58 }

const judge = (messages: readonly BgpMessage[] = talk, routes = 1001): Transfer =>
  judgeTransfer(messages, { sender, routes, marks, processorS: 0.5 })

describe('A transfer of routes', () => {
  it('is counted from the moment at which both ends were Established', () => {
    expect(judge()).to.deep.equal({
      firstUpdateMs: 2,
      lastUpdateMs: 3.5,
      heldMs: 8,
      updates: 3,
      octets: 4096 + 1024 + 50,
      fullness: 25,
      goneMs: 8,
      withdrawUpdates: 2,
      processorS: 0.5,
    })
  })

  it('in one message is full', () => {
    const one = talk.filter(({ announced }) => announced !== 800 && announced !== 1)
    expect(judge(one, 200)).to.include({ updates: 1, fullness: 100 })
  })

  it('in messages beyond 4096 octets is measured by the longer limit', () => {
    const long = talk.map((one) => (one.length === 4096 ? { ...one, length: 65_535 } : one))
    expect(judge(long).fullness).to.be.closeTo(1.56, 0.01)
  })

  it('that the capture does not show whole is no measurement', () => {
    expect(() => judge(talk.filter(({ announced }) => announced !== 1))).to.throw(/1000 routes announced and 1001 withdrawn of 1001/)
    expect(() => judge(talk.filter(({ withdrawn }) => withdrawn !== 401))).to.throw(/1001 routes announced and 600 withdrawn of 1001/)
    expect(() => judge(talk.filter(({ from, type }) => !(from === receiver && type === MessageType.Keepalive)))).to.throw(/capture shows/)
    expect(() => judge([])).to.throw(/0 routes announced/)
  })
})
