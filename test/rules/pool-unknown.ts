import { advertisementWith, bgpAdvertisementWith, named, policyWith, type RuleTable, serviceWith } from './table.ts'

export const table: RuleTable = {
  code: 'PoolUnknown',
  cases: {
    'refuses a name that is nearly that of a pool': {
      pools: { premium: '10.0.0.0/28' },
      object: serviceWith(named('premuim')),
      refused: 'metadata.annotations[metallb.io/address-pool]: there is no pool "premuim"; did you mean "premium"?',
    },
    'lists the pools when none is near': {
      pools: { a: '10.0.0.0/28', b: '10.0.1.0/28' },
      object: serviceWith(named('elsewhere')),
      refused: 'metadata.annotations[metallb.io/address-pool]: there is no pool "elsewhere"; there are: a, b',
    },
    'names each item of a list that is no pool': {
      pools: { premium: '10.0.0.0/28', spare: '10.0.1.0/28' },
      object: serviceWith(named('premuim, spare, elsewhere')),
      refused: [
        'metadata.annotations[metallb.io/address-pool]: there is no pool "premuim"; did you mean "premium"?',
        'metadata.annotations[metallb.io/address-pool]: there is no pool "elsewhere"; there are: premium, spare',
      ].join('\n'),
    },
    'only warns who has listed a pool that is gone': {
      pools: { spare: '10.0.1.0/28' },
      object: serviceWith(named('gone,spare'), { labels: { new: 'label' }, held: ['10.0.1.0'] }),
      old: serviceWith(named('gone,spare'), { held: ['10.0.1.0'] }),
      warned: 'metadata.annotations[metallb.io/address-pool]: there is no pool "gone"; there are: spare',
    },
    'says nothing while no pool exists at all': { object: serviceWith(named('premium')) },
    'never refuses a default': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith({ ...named('gone'), 'metallb.io/address-pool-source': 'default' }),
    },
    'only warns in a Namespace that wants so': {
      pools: { a: '10.0.0.0/28' },
      namespaces: { shop: { annotations: { 'metallb.io/admission': 'warn' } } },
      object: serviceWith(named('b')),
      warned: 'metadata.annotations[metallb.io/address-pool]: there is no pool "b"; there are: a',
    },
    'says nothing in a Namespace that wants so': {
      pools: { a: '10.0.0.0/28' },
      namespaces: { shop: { annotations: { 'metallb.io/admission': 'off' } } },
      object: serviceWith(named('b')),
    },
    'refuses in a Namespace that wants so, whatever the setting': {
      pools: { a: '10.0.0.0/28' },
      serviceAdmission: 'warn',
      namespaces: { shop: { annotations: { 'metallb.io/admission': 'enforce' } } },
      object: serviceWith(named('b')),
      refused: 'metadata.annotations[metallb.io/address-pool]: there is no pool "b"; there are: a',
    },
    'only warns about what was wrong before': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('x'), { labels: { new: 'label' } }),
      old: serviceWith(named('x')),
      warned: 'metadata.annotations[metallb.io/address-pool]: there is no pool "x"; there are: a',
    },
    'refuses what an update makes wrong': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('x')),
      old: serviceWith(named('a')),
      refused: 'metadata.annotations[metallb.io/address-pool]: there is no pool "x"; there are: a',
    },
    'refuses a Service that becomes a LoadBalancer': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('x')),
      old: serviceWith(named('x'), { spec: { type: 'ClusterIP' } }),
      refused: 'metadata.annotations[metallb.io/address-pool]: there is no pool "x"; there are: a',
    },
    'leaves other types alone': { pools: { a: '10.0.0.0/28' }, object: serviceWith(named('x'), { spec: { type: 'ClusterIP' } }) },
    'leaves foreign classes alone': {
      pools: { a: '10.0.0.0/28' },
      object: serviceWith(named('x'), { spec: { loadBalancerClass: 'example.com/x' } }),
    },
    'only warns in a BGPAdvertisement': {
      pools: { 'first-pool': '10.0.0.0/28' },
      object: bgpAdvertisementWith({ ipAddressPools: ['first-pool', 'other'] }),
      warned: 'spec.ipAddressPools[1]: there is no pool "other" yet, so nothing of it is announced',
    },
    'only warns in an L2Advertisement': {
      pools: { 'first-pool': '10.0.0.0/28' },
      object: advertisementWith({ ipAddressPools: ['frist-pool'] }),
      warned: 'spec.ipAddressPools[0]: there is no pool "frist-pool" yet, so nothing of it is announced; did you mean "first-pool"?',
    },
    'only warns of the default of a policy': {
      pools: { premium: '10.0.0.0/28' },
      object: policyWith('rules', { defaultPool: 'premuim' }),
      warned: 'spec.defaultPool: there is no pool "premuim" yet, so nobody gets it as default; did you mean "premium"?',
    },
  },
}
