import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Candidate, elect } from '../../../core/announce/election.ts'

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
const among = (...nodes: readonly string[]): Candidate[] => nodes.map((node) => ({ node, score: 0 }))

describe('election', () => {
  it('hashes as the worked vectors say', () => {
    const starts = (text: string): string => Buffer.from(sha256(text)).toString('hex').slice(0, 12)
    expect(starts('iris1#10.20.30.1')).to.equal('e42ad61a4159')
    expect(starts('iris2#10.20.30.1')).to.equal('af6cb4e76058')
    expect(starts('iris1#10.20.30.2')).to.equal('610c5b6d22f6')
    expect(starts('iris2#10.20.30.2')).to.equal('6429fb4c07ee')
  })

  const table: Readonly<Record<string, readonly [candidates: readonly Candidate[], address: string, owner: string | undefined]>> = {
    'the smaller digest wins': [among('iris1', 'iris2'), '10.20.30.1', 'iris2'],
    'each address has its own order': [among('iris1', 'iris2'), '10.20.30.2', 'iris1'],
    'a higher score beats a smaller digest': [
      [
        { node: 'iris1', score: 1 },
        { node: 'iris2', score: 0 },
      ],
      '10.20.30.1',
      'iris1',
    ],
    'equal scores leave it to the digest': [
      [
        { node: 'iris1', score: 7 },
        { node: 'iris2', score: 7 },
      ],
      '10.20.30.1',
      'iris2',
    ],
    'the only candidate wins': [among('iris1'), '10.20.30.1', 'iris1'],
    'nobody wins among nobody': [[], '10.20.30.1', undefined],
  }
  for (const [name, [candidates, address, owner]] of Object.entries(table)) {
    it(name, () => expect(elect(candidates, address, sha256)).to.equal(owner))
  }

  it('does not depend on the order in which a speaker learned of the nodes', () => {
    const candidates = fc.uniqueArray(fc.record({ node: fc.string({ minLength: 1 }), score: fc.integer({ min: 0, max: 3 }) }), {
      selector: (candidate) => candidate.node,
    })
    const shuffled = candidates.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(elect(list, '10.0.0.1', sha256)).to.equal(elect(other, '10.0.0.1', sha256))
      }),
    )
  })
})
