import { expect } from 'chai'
import { viewNode } from '../../../core/node.ts'
import { type Configuration, configurationProblems } from '../../../speaker/advertise/configuration.ts'
import { poolObject } from '../core/objects.ts'

const none: Configuration = { pools: [], l2Advertisements: [], bgpPeers: [], bgpAdvertisements: [], communities: [] }
const metadata = (name: string): { readonly name: string; readonly namespace: string } => ({ name, namespace: 'metallb-system' })
const peer = (name: string, spec: object): Configuration['bgpPeers'][number] => ({
  apiVersion: 'metallb.io/v1beta2',
  kind: 'BGPPeer',
  metadata: metadata(name),
  spec: { myASN: 64500, peerASN: 64501, ...spec },
})
const self = viewNode({ metadata: { name: 'n1', labels: { rack: 'a' } } })
const elsewhere = { nodeSelectors: [{ matchLabels: { rack: 'b' } }] }

const rows: Readonly<Record<string, readonly [Partial<Configuration>, readonly RegExp[]]>> = {
  'nothing at all is right': [{}, []],
  'a range that cannot be read': [{ pools: [poolObject('a', { addresses: ['10.0.0.9-10.0.0.1'] })] }, [/RangeReversed/]],
  'a peer of this node': [{ bgpPeers: [peer('r', { peerAddress: 'router' })] }, [/BGPPeer "r".*AddressSyntax/]],
  'a peer of another node is its business': [{ bgpPeers: [peer('r', { peerAddress: 'router', ...elsewhere })] }, []],
  'a community that nobody defines, in an advertisement of this node': [
    {
      bgpAdvertisements: [
        { apiVersion: 'metallb.io/v1beta1', kind: 'BGPAdvertisement', metadata: metadata('x'), spec: { communities: ['gold'] } },
        {
          apiVersion: 'metallb.io/v1beta1',
          kind: 'BGPAdvertisement',
          metadata: metadata('y'),
          spec: { communities: ['tin'], ...elsewhere },
        },
      ],
    },
    [/"gold".*CommunityUnknown/],
  ],
}

describe('The configuration of a node has problems:', () => {
  for (const [name, [part, expected]] of Object.entries(rows)) {
    it(name, () => {
      const problems = configurationProblems({ ...none, ...part }, self)
      expect(problems).to.have.length(expected.length)
      for (const [index, pattern] of expected.entries()) expect(problems[index]).to.match(pattern)
    })
  }

  it('before the Node is known, those of every peer count', () => {
    expect(configurationProblems({ ...none, bgpPeers: [peer('r', { peerAddress: 'router', ...elsewhere })] }, undefined)).to.have.length(1)
  })
})
