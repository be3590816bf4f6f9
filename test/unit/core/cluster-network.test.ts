import { expect } from 'chai'
import fc from 'fast-check'
import { type ClusterNetwork, podNetworks, serviceNetworks } from '../../../core/cluster-network.ts'
import type { Node, ServiceCIDR } from '../../../core/objects.ts'
import { formatRange } from '../../../core/range.ts'

const shown = (networks: readonly ClusterNetwork[]): readonly string[] =>
  networks.map((network) => `${network.text} ${formatRange(network)} ${network.of}`)

describe('the networks of the cluster itself', () => {
  it('are those of Pods, in both families', () => {
    expect(shown(podNetworks({ metadata: { name: 'n1' }, spec: { podCIDRs: ['10.244.0.0/24', 'fd00::/120'] } }))).to.deep.equal([
      '10.244.0.0/24 10.244.0.0-10.244.0.255 the Pods of Node n1',
      'fd00::/120 fd00::-fd00::ff the Pods of Node n1',
    ])
    expect(podNetworks({ metadata: { name: 'n1' } })).to.deep.equal([])
  })

  it('are those of cluster IPs', () => {
    expect(shown(serviceNetworks({ metadata: { name: 'kubernetes' }, spec: { cidrs: ['10.96.0.0/12', 'soon'] } }))).to.deep.equal([
      '10.96.0.0/12 10.96.0.0-10.111.255.255 the cluster IPs of Services',
    ])
  })

  it('are none, when an object is odd', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom('spec', 'metadata', 'podCIDRs', 'cidrs') }), (object) => {
        podNetworks(object as unknown as Node)
        serviceNetworks(object as unknown as ServiceCIDR)
      }),
    )
  })
})
