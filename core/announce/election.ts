// Who announces an address on layer 2: every speaker computes the same order over the same nodes, so they agree without a word.

/** SHA-256 of the UTF-8 octets of a text. The shell brings it. */
export type Sha256 = (text: string) => Uint8Array

export interface Candidate {
  readonly node: string
  /** Sum of the weights of the preferences that the node meets; the highest wins. */
  readonly score: number
}

/**
 * MetalLB's order exactly, so that its speakers and ours agree while a cluster moves from one to the other: score first, then the
 * smallest SHA-256 of `node#address`. No memory: a node that returns takes back what is its own.
 *
 * @param address canonical text of the Service's first address; all addresses of a Service land on one node
 * @returns the owner's name; undefined when there is no candidate
 */
export function elect(candidates: readonly Candidate[], address: string, sha256: Sha256): string | undefined {
  const best = candidates.reduce((highest, candidate) => Math.max(highest, candidate.score), 0)
  let owner: { readonly node: string; readonly digest: Uint8Array } | undefined
  for (const { node, score } of candidates) {
    if (score !== best) continue
    const digest = sha256(`${node}#${address}`)
    if (owner === undefined || compareBytes(digest, owner.digest) < 0) owner = { node, digest }
  }
  return owner?.node
}

/** Bytewise; both have the same length. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (const [index, octet] of a.entries()) {
    const difference = octet - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
