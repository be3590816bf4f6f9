import { expect } from 'chai'
import { bridgeCommands, hostCommands, wireCommands } from '../../lab/links.ts'
import { maxNodes, placesOf, planTopology, routerKinds } from '../../lab/topology.ts'

describe('the topology of a lab', () => {
  const { bridges, nodes, clients } = planTopology([
    {},
    {
      labels: { 'topology.kubernetes.io/zone': 'b' },
      interfaces: [{ name: 'eth1', bridge: 'storage', addresses: ['10.98.0.2/24', 'fd10:98::2/64'] }],
    },
  ])
  const [first, second] = nodes

  it('has a LAN with a gateway and a bridge for each name that an interface uses', () => {
    expect(bridges).to.deep.equal([
      { name: 'lan', addresses: ['10.99.0.1/24', 'fd10:99::1/64'] },
      { name: 'storage', addresses: [] },
    ])
  })

  it('gives the first node the control plane and the nodes their roles and labels', () => {
    expect(nodes.map((node) => node.isControlPlane)).to.deep.equal([true, false])
    expect(first?.labels).to.deep.equal({ 'node-role.kubernetes.io/control-plane': 'true' })
    expect(second?.labels).to.deep.equal({ 'node-role.kubernetes.io/worker': 'true', 'topology.kubernetes.io/zone': 'b' })
  })

  it('routes the pods of every other node, in both families', () => {
    expect(second?.routes).to.deep.equal([
      { to: 'default', via: '10.99.0.1' },
      { to: 'default', via: 'fd10:99::1' },
      { to: '10.244.1.0/24', via: '10.99.0.11' },
      { to: 'fd10:244:1::/64', via: 'fd10:99::11' },
    ])
  })

  it('puts a client on the LAN', () => {
    expect(clients.map(({ name, address, addressV6 }) => ({ name, address, addressV6 }))).to.deep.equal([
      { name: 'client', address: '10.99.0.50', addressV6: 'fd10:99::50' },
    ])
  })

  it('puts routers between the LAN and a client outside, whose packets take the first one there and back', () => {
    const withRouters = planTopology([{}], ['frr', 'bird'])
    expect(withRouters.bridges.map(({ name }) => name)).to.deep.equal(['lan', 'wan'])
    expect(withRouters.routers.map(({ name, asn, address }) => ({ name, asn, address }))).to.deep.equal([
      { name: 'frr', asn: 64_512, address: '10.99.0.2' },
      { name: 'bird', asn: 64_513, address: '10.99.0.3' },
    ])
    expect(withRouters.routers.flatMap(({ links }) => links.map((link) => [link.bridge, link.port, ...link.addresses]))).to.deep.equal([
      ['lan', 'frr', '10.99.0.2/24', 'fd10:99::2/64'],
      ['wan', 'frr.1', '10.98.0.2/24', 'fd10:98::2/64'],
      ['lan', 'bird', '10.99.0.3/24', 'fd10:99::3/64'],
      ['wan', 'bird.1', '10.98.0.3/24', 'fd10:98::3/64'],
    ])
    const [, outside] = withRouters.clients
    expect(outside?.links[0]?.addresses).to.deep.equal(['10.98.0.50/24', 'fd10:98::50/64'])
    expect(outside?.routes).to.deep.equal([
      { to: 'default', via: '10.98.0.2' },
      { to: 'default', via: 'fd10:98::2' },
    ])
    expect(withRouters.nodes[0]?.routes).to.deep.include.members([
      { to: '10.98.0.0/24', via: '10.99.0.2' },
      { to: 'fd10:98::/64', via: 'fd10:99::2' },
    ])
  })

  it('gives every interface another MAC address, name and port', () => {
    const nodeOptions = Array.from({ length: maxNodes }, () => ({ interfaces: [{ name: 'eth1', bridge: 'lan' }] }))
    const links = placesOf(planTopology(nodeOptions, routerKinds)).flatMap((place) => place.links)
    expect(new Set(links.map((link) => link.mac)).size).to.equal(links.length)
    expect(new Set(links.map((link) => link.port)).size).to.equal(links.length)
    for (const { port } of links) expect(port).to.have.lengthOf.at.most(15)
  })

  it('leaves the address of the client and of the service pool to them, with as many nodes as there may be', () => {
    const addresses = planTopology(Array.from({ length: maxNodes }, () => ({}))).nodes.map((node) => Number(node.address.split('.')[3]))
    expect(Math.min(...addresses)).to.equal(11)
    expect(Math.max(...addresses)).to.be.below(50)
  })

  it('becomes commands for ip', () => {
    expect(bridgeCommands(bridges)).to.deep.equal([
      'link set lo up',
      'link add lan type bridge mcast_snooping 0',
      'addr add 10.99.0.1/24 dev lan',
      'addr add fd10:99::1/64 dev lan nodad',
      'link set lan up',
      'link add storage type bridge mcast_snooping 0',
      'link set storage up',
    ])
    expect(wireCommands(second?.links ?? [], '4711')).to.deep.equal([
      'link add n2 type veth peer name eth0 address 02:00:0a:63:00:0c netns 4711',
      'link set n2 master lan up',
      'link add n2.1 type veth peer name eth1 address 02:00:0a:63:01:0c netns 4711',
      'link set n2.1 master storage up',
    ])
    expect(hostCommands(clients[0]?.links ?? [], clients[0]?.routes ?? [])).to.deep.equal([
      'link set lo up',
      'addr add 10.99.0.50/24 dev eth0',
      'addr add fd10:99::50/64 dev eth0 nodad',
      'link set eth0 up',
      'route add default via 10.99.0.1',
      'route add default via fd10:99::1',
    ])
  })
})
