// Everything that a router reads, rendered before it starts. Each takes any node of the LAN for a neighbour, with both families on one session.
import { type Files, unit } from './holder.ts'
import { lanRanges, nodeAsn, type RouterPlan } from './topology.ts'

export function routerFiles(router: RouterPlan): Files {
  return { name: `${router.name}\n`, ...files[router.kind](router) }
}

/**
 * `start` lists the units in their order, one per line; behind a tab the socket that the next ones need.
 * In the router the folder is /run/node, and sockets are where vtysh and birdc look for them.
 */
const files: Readonly<Record<RouterPlan['kind'], (router: RouterPlan) => Files>> = {
  frr: (router) => ({
    start: 'zebra\t/run/frr/zserv.api\nbgpd\n',
    'units/zebra': unit(['/usr/lib/frr/zebra', '-P', '0', '-f', '/etc/frr/zebra.conf']),
    'units/bgpd': unit(['/usr/lib/frr/bgpd', '-P', '0', '-f', '/etc/frr/bgpd.conf']),
    'frr/zebra.conf': frrLog,
    'frr/bgpd.conf': `${frrLog}${frrNeighbours(router)}`,
    // vtysh complains when it has none.
    'frr/vtysh.conf': '',
  }),
  bird: (router) => ({
    start: 'bird\n',
    'units/bird': unit(['/usr/sbin/bird', '-f', '-c', '/run/node/bird.conf']),
    'bird.conf': birdConfig(router),
  }),
  gobgp: (router) => ({
    start: 'gobgpd\n',
    'units/gobgpd': unit(['/usr/bin/gobgpd', '--config-file=/run/node/gobgpd.toml', '--pprof-disable']),
    'gobgpd.toml': gobgpConfig(router),
  }),
}

const frrLog = `log stdout informational
log timestamp precision 3
`

const frrNeighbours = ({ asn, address }: RouterPlan): string => `router bgp ${asn}
 bgp router-id ${address}
 bgp log-neighbor-changes
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor NODES peer-group
 neighbor NODES remote-as ${nodeAsn}
 bgp listen range ${lanRanges.v4} peer-group NODES
 bgp listen range ${lanRanges.v6} peer-group NODES
 address-family ipv4 unicast
  neighbor NODES activate
  maximum-paths 16
 exit-address-family
 address-family ipv6 unicast
  neighbor NODES activate
  maximum-paths 16
 exit-address-family
`

const birdConfig = ({ asn, address }: RouterPlan): string => `log stderr all;
timeformat log iso long ms;
timeformat protocol iso long ms;
timeformat route iso long ms;
router id ${address};
protocol device {}
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; merge paths yes; }
protocol kernel { ipv6 { import none; export where source = RTS_BGP; }; merge paths yes; }
template bgp nodes {
  local as ${asn};
  dynamic name "node";
  # Not for a minute, its default, is a node turned away that came back from a power cut.
  error wait time 1, 2;
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}
protocol bgp nodes4 from nodes { neighbor range ${lanRanges.v4} as ${nodeAsn}; }
protocol bgp nodes6 from nodes { neighbor range ${lanRanges.v6} as ${nodeAsn}; }
`

/** It knows nothing of the kernel: its routes carry no packets. */
const gobgpConfig = ({ asn, address }: RouterPlan): string => `[global.config]
  as = ${asn}
  router-id = "${address}"
[global.use-multiple-paths.config]
  enabled = true
[[peer-groups]]
  [peer-groups.config]
    peer-group-name = "nodes"
    peer-as = ${nodeAsn}
  [[peer-groups.afi-safis]]
    [peer-groups.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[peer-groups.afi-safis]]
    [peer-groups.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
${Object.values(lanRanges).map(gobgpRange).join('')}`

const gobgpRange = (prefix: string): string => `[[dynamic-neighbors]]
  [dynamic-neighbors.config]
    prefix = "${prefix}"
    peer-group = "nodes"
`
