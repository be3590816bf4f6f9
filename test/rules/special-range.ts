import { poolWith, type RuleTable } from './table.ts'

export const table: RuleTable = {
  code: 'SpecialRange',
  cases: {
    'refuses addresses that nobody can reach': {
      object: poolWith('a', { addresses: ['127.0.0.10-127.0.0.20', '224.0.0.0/24', '0.0.0.0/8', 'ff02::/112', '::1/128'] }),
      refused: `spec.addresses[0]: "127.0.0.10-127.0.0.20" holds loopback addresses (127.0.0.0/8); nobody can reach them: choose other addresses
spec.addresses[1]: "224.0.0.0/24" holds multicast addresses (224.0.0.0/4); nobody can reach them: choose other addresses
spec.addresses[2]: "0.0.0.0/8" holds addresses that mean "this network" (0.0.0.0/8); nobody can reach them: choose other addresses
spec.addresses[3]: "ff02::/112" holds multicast addresses (ff00::/8); nobody can reach them: choose other addresses
spec.addresses[4]: "::1/128" holds the loopback address (::1/128); nobody can reach them: choose other addresses`,
    },
    'refuses a range that has such addresses among others': {
      object: poolWith('a', { addresses: ['223.255.255.0-224.0.0.9'] }),
      refused:
        'spec.addresses[0]: "223.255.255.0-224.0.0.9" holds multicast addresses (224.0.0.0/4); nobody can reach them: choose other addresses',
    },
    'warns about addresses that work on some networks only': {
      object: poolWith('a', { addresses: ['169.254.7.0/24', '240.0.0.0/28', 'fe80::100/120'] }),
      warned: `spec.addresses[0]: "169.254.7.0/24" holds link-local addresses, which no router forwards (169.254.0.0/16); choose others unless your network is made for them
spec.addresses[1]: "240.0.0.0/28" holds reserved addresses, which many systems do not send to (240.0.0.0/4); choose others unless your network is made for them
spec.addresses[2]: "fe80::100/120" holds link-local addresses, which need an interface to be reached (fe80::/10); choose others unless your network is made for them`,
    },
    'lets a pool be relabelled that was made of them': {
      object: poolWith('a', { addresses: ['127.0.0.0/8'] }, { labels: { a: 'b' } }),
      old: poolWith('a', { addresses: ['127.0.0.0/8'] }),
    },
    'is silent about public and private addresses': {
      object: poolWith('a', { addresses: ['8.8.8.0/24', '10.0.0.0/8', '100.64.0.0/10', '2001:db8::/64', 'fc00::/7'] }),
    },
  },
}
