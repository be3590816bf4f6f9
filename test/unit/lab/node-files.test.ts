import { expect } from 'chai'
import { controlPlaneUnits } from '../../lab/control-plane.ts'
import { type Files, unit } from '../../lab/holder.ts'
import { nodeFiles, programList } from '../../lab/node-files.ts'
import { issuePki, type Pki } from '../../lab/pki.ts'
import { planTopology } from '../../lab/topology.ts'

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string } }]
}

describe('the files of a node', () => {
  const { nodes } = planTopology([{}, {}])
  let pki: Pki
  let first: Files
  let second: Files

  before(async () => {
    pki = await issuePki(nodes, '198.18.0.2')
    const files = nodes.map((node) => nodeFiles(node, pki))
    first = files[0] ?? {}
    second = files[1] ?? {}
  })

  it('start a control plane on the first node only', () => {
    const units = (files: Files): readonly string[] => Object.keys(files).filter((path) => path.startsWith('units/'))
    expect(units(second)).to.have.members(['units/containerd', 'units/kubelet', 'units/kube-proxy'])
    expect(units(first)).to.include.members(['units/etcd', 'units/kube-apiserver', 'units/kube-controller-manager', 'units/kube-scheduler'])
  })

  it('keep the keys of the cluster on the first node', () => {
    expect(Object.keys(second)).not.to.include.members(['ca.key', 'service-account.key', 'apiserver.key'])
  })

  it('lead every node to the API server', () => {
    const { clusters } = JSON.parse(second['kubelet.conf'] ?? '') as Kubeconfig
    expect(clusters[0].cluster.server).to.equal('https://10.99.0.11:6443')
  })

  it('differ between nodes only in names, addresses and certificates', () => {
    const same = ['containerd.toml', 'kubelet.json', 'proxy.json', 'sysctls', 'units/containerd']
    for (const path of same) expect(second[path], path).to.equal(first[path])
    expect(second['units/kubelet']).to.contain('--node-ip=10.99.0.12,fd10:99::12')
  })

  it('name files that are there', () => {
    const named = [
      ...Object.values(first)
        .join('\n')
        .matchAll(/\/run\/node\/([\w./-]+)/g),
    ].map((match) => match[1] ?? '')
    expect(named.length).to.be.above(10)
    for (const path of named)
      expect(
        Object.keys(first).some((known) => known === path || known.startsWith(`${path}/`)),
        path,
      ).to.equal(true)
  })

  it('hold a unit as one argument per line', () => {
    expect(unit(['etcd', '--flag=a b'])).to.equal('etcd\n--flag=a b\n')
    const [node] = nodes
    if (node === undefined) throw new Error('no node')
    for (const argument of Object.values(controlPlaneUnits(node)).flat()) expect(argument).not.to.contain('\n')
  })

  it('hold programs as name and path', () => {
    expect(programList({ etcd: '/a/etcd', kubectl: '/b/kubectl' })).to.equal('etcd\t/a/etcd\nkubectl\t/b/kubectl\n')
  })
})
