import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { readState } from '../../../cli/cluster-state.ts'
import { readManifests } from '../../../cli/manifest.ts'
import { applied } from '../../../cli/plan/apply.ts'
import { readDeletion } from '../../../cli/plan/deletion.ts'
import { renderJson } from '../../../cli/plan/output/json.ts'
import { renderText } from '../../../cli/plan/output/text.ts'
import { isDisruptive, type Plan, type PlanSettings, planChange, type Wish } from '../../../cli/plan/plan.ts'
import { Rehearsal } from '../../../cli/plan/rehearsal.ts'
import type { Service } from '../../../core/objects.ts'
import type { Fields } from '../../../core/shape.ts'
import { instant } from '../../../core/time.ts'
import type { IPAddressPool } from '../../../schemas/generated/types.ts'
import { Cluster } from '../controller/cluster.ts'
import { poolList, someAddress, someService } from '../core/arbitraries.ts'
import { type ServiceOptions, serviceObject } from '../core/objects.ts'
import { settings as lintSettings } from './settings.ts'

const now = instant(Date.parse('2026-01-01T00:05:00Z'))
const settings: PlanSettings = { ...lintSettings, now, sha256: (text) => createHash('sha256').update(text).digest() }

const own = (kind: string, name: string, spec: Fields = {}, version = 'v1beta1'): Fields => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name, namespace: 'metallb-system', creationTimestamp: '2026-01-01T00:00:00Z', uid: name },
  spec,
})
const pool = (name: string, ...addresses: readonly string[]): Fields => own('IPAddressPool', name, { addresses })
const lan = own('L2Advertisement', 'lan')
const node = (name: string, more: Fields = {}): Fields => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { conditions: [{ type: 'Ready', status: 'True' }], ...more },
})
const nodes = [node('n1'), node('n2'), node('n3')]
const service = (key: string, held: readonly string[], options: ServiceOptions = {}): Fields =>
  serviceObject(key, { held, ...options }) as unknown as Fields
const endpoints = (key: string, ...on: readonly string[]): Fields => {
  const [namespace = '', name = ''] = key.split('/')
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    endpoints: on.map((nodeName) => ({ addresses: ['10.1.0.1'], nodeName, conditions: { ready: true } })),
  }
}

interface Change {
  readonly apply?: readonly Fields[]
  /** As after `--delete`. */
  readonly remove?: readonly string[]
}

function wishesOf({ apply = [], remove = [] }: Change): readonly Wish[] {
  const namespaces = { given: undefined, metallb: 'metallb-system' }
  const text = apply.map((object) => stringify(object, { version: '1.1' })).join('---\n')
  const { manifests, findings } = readManifests([{ name: 'change.yaml', text, isNamed: true }], namespaces)
  expect(findings).to.deep.equal([])
  return [
    ...manifests.map((manifest): Wish => ({ type: 'apply', manifest })),
    ...remove.map((each): Wish => {
      const subject = readDeletion(each, { metallb: 'metallb-system', default: 'default' })
      if (!subject.ok) throw new Error(subject.error)
      return { type: 'delete', subject: subject.value }
    }),
  ]
}

function planOf(cluster: readonly Fields[], change: Change): Plan {
  return planChange(readState(cluster, 'metallb-system'), wishesOf(change), settings)
}

interface Case extends Change {
  readonly cluster: readonly Fields[]
  /** `operation kind/name verdict [codes]` */
  readonly changes: readonly string[]
  /** `change service before>after owner>owner` */
  readonly services: readonly string[]
  readonly untouched?: number
  readonly disruptive: boolean
}

const web = service('shop/web', ['10.0.0.1'])
const api = service('shop/api', ['10.0.0.2'])
const base = [...nodes, lan, pool('a', '10.0.0.0/28'), web, api, endpoints('shop/web', 'n1', 'n2'), endpoints('shop/api', 'n2')]

const holding = {
  ...pool('a', '10.0.0.0/28'),
  metadata: { name: 'a', namespace: 'metallb-system', annotations: { 'metallb.io/hold': '10m' } },
}
const released = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'metallb-released-addresses', namespace: 'metallb-system' },
  data: { a: '2026-01-01T00:00:00Z 10.0.0.3 shop/gone\n' },
}

const cases: Readonly<Record<string, Case>> = {
  'nothing when nothing changes': {
    cluster: base,
    apply: [pool('a', '10.0.0.0/28')],
    changes: ['none IPAddressPool/a allowed'],
    services: [],
    untouched: 2,
    disruptive: false,
  },
  'an address for a new Service, and who announces it': {
    cluster: base,
    apply: [service('shop/new', [], { createdAt: '', uid: '' })],
    changes: ['create Service/new allowed'],
    services: ['gained shop/new >10.0.0.0 >n3'],
    untouched: 2,
    disruptive: false,
  },
  'an owner for a Service of which one pool has an advertisement': {
    cluster: [...nodes, own('L2Advertisement', 'only', { ipAddressPools: ['b'] }), pool('a', '10.0.0.0/32'), pool('b', '10.0.1.0/28')],
    apply: [
      service('shop/new', [], {
        createdAt: '',
        uid: '',
        annotations: { 'metallb.io/address-pool': 'a,b', 'metallb.io/loadBalancerIPs': '10.0.0.0,10.0.1.1' },
      }),
    ],
    changes: ['create Service/new allowed'],
    services: ['gained shop/new >10.0.0.0,10.0.1.1 >n3'],
    disruptive: false,
  },
  'what the webhook would refuse, and that it changes nothing': {
    cluster: base,
    apply: [service('shop/new', [], { annotations: { 'metallb.io/address-pool': 'b' } }), pool('b', '10.0.0.8/29')],
    changes: ['create Service/new refused [PoolUnknown]', 'create IPAddressPool/b refused [PoolOverlap]'],
    services: [],
    untouched: 2,
    disruptive: true,
  },
  'that what comes first counts for what comes next': {
    cluster: base,
    apply: [pool('b', '10.5.0.0/24'), service('shop/new', [], { annotations: { 'metallb.io/address-pool': 'b' } })],
    changes: ['create IPAddressPool/b allowed', 'create Service/new allowed'],
    services: ['gained shop/new >10.5.0.0 >n2'],
    untouched: 2,
    disruptive: false,
  },
  'for whom addresses of deleted Services are held': {
    cluster: [...nodes, lan, holding, released],
    apply: [
      service('shop/new', [], { createdAt: '', uid: '', annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.3' } }),
      service('shop/gone', [], { createdAt: '', uid: '' }),
    ],
    changes: ['create Service/new refused [AddressHeld]', 'create Service/gone allowed'],
    services: ['gained shop/gone >10.0.0.3 >n1'],
    disruptive: true,
  },
  'who moves when a pool shrinks, though that is refused': {
    cluster: base,
    apply: [pool('a', '10.0.0.2-10.0.0.9')],
    changes: ['update IPAddressPool/a disruption [Disruption]'],
    services: ['moved shop/web 10.0.0.1>10.0.0.3 n2>n1'],
    untouched: 1,
    disruptive: true,
  },
  'who loses an address with a pool': {
    cluster: base,
    remove: ['ipaddresspools/a'],
    changes: ['delete IPAddressPool/a disruption [Disruption]'],
    services: ['lost shop/api 10.0.0.2> n1>', 'lost shop/web 10.0.0.1> n2>'],
    disruptive: true,
  },
  'who is not announced any more': {
    cluster: base,
    remove: ['l2advertisement/lan'],
    changes: ['delete L2Advertisement/lan disruption [Disruption]'],
    services: ['kept shop/api 10.0.0.2>10.0.0.2 n1>', 'kept shop/web 10.0.0.1>10.0.0.1 n2>'],
    disruptive: true,
  },
  'where announcements go when a node goes': {
    cluster: base,
    remove: ['node/n2'],
    changes: ['delete Node/n2 allowed'],
    services: ['kept shop/web 10.0.0.1>10.0.0.1 n2>n3'],
    untouched: 1,
    disruptive: false,
  },
  'that a Service which is gone makes room': {
    cluster: [...nodes, lan, pool('a', '10.0.0.1/32'), web, service('shop/next', []), endpoints('shop/next', 'n1')],
    remove: ['svc/shop/web'],
    changes: ['delete Service/web allowed'],
    services: ['gained shop/next >10.0.0.1 >n2', 'deleted shop/web 10.0.0.1> >'],
    disruptive: false,
  },
  'a namespace with its Services': {
    cluster: [...base, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }],
    remove: ['ns/shop'],
    changes: ['delete Namespace/shop allowed'],
    services: ['deleted shop/api 10.0.0.2> n1>', 'deleted shop/web 10.0.0.1> n2>'],
    disruptive: false,
  },
  'that what is not there cannot be deleted': {
    cluster: base,
    remove: ['bgppeer/r1'],
    changes: ['delete BGPPeer/r1 refused [NotFound]'],
    services: [],
    untouched: 2,
    disruptive: true,
  },
  'that the profile of a peer cannot be deleted': {
    cluster: [
      ...base,
      own('BFDProfile', 'fast'),
      own('BGPPeer', 'r1', { myASN: 1, peerASN: 2, peerAddress: '10.9.0.1', bfdProfile: 'fast' }, 'v1beta2'),
    ],
    remove: ['bfdprofile/fast'],
    changes: ['delete BFDProfile/fast refused [ProfileInUse]'],
    services: [],
    untouched: 2,
    disruptive: true,
  },
  'a Service that has to wait': {
    cluster: base,
    apply: [service('shop/new', [], { clusterIPs: ['fd96::1'] })],
    changes: ['create Service/new allowed [ServicePending]'],
    services: ['waits shop/new > >'],
    untouched: 2,
    disruptive: false,
  },
  'what the controller had still to do before': {
    cluster: [...base, service('shop/late', [])],
    apply: [pool('b', '10.5.0.0/24')],
    changes: ['create IPAddressPool/b allowed'],
    services: [],
    untouched: 3,
    disruptive: false,
  },
}

describe('metallb plan', () => {
  for (const [name, { cluster, changes, services, untouched = 0, disruptive, ...change }] of Object.entries(cases))
    it(`finds ${name}`, () => {
      const plan = planOf(cluster, change)
      expect(
        plan.changes.map(({ operation, subject, verdict, remarks }) => {
          const codes = remarks.map(({ code }) => code).join()
          return `${operation} ${subject.kind}/${subject.name} ${verdict}${codes === '' ? '' : ` [${codes}]`}`
        }),
      ).to.deep.equal(changes)
      expect(
        plan.services.map(
          ({ change: what, service: key, before, after, announcedBefore, announcedAfter }) =>
            `${what} ${key} ${before.join()}>${after.join()} ${announcedBefore?.layer2 ?? ''}>${announcedAfter?.layer2 ?? ''}`,
        ),
      ).to.deep.equal(services)
      expect(plan.untouched).to.equal(untouched)
      expect(isDisruptive(plan)).to.equal(disruptive)
    })

  it('names the peers of each node', () => {
    const peer = own('BGPPeer', 'r1', { myASN: 1, peerASN: 2, peerAddress: '10.9.0.1' }, 'v1beta2')
    const advertisement = own('BGPAdvertisement', 'all')
    const { services } = planOf([...base, peer], { apply: [advertisement] })
    expect(services[0]?.announcedAfter?.bgp).to.deep.equal(['n1', 'n2', 'n3'].map((name) => ({ node: name, peers: ['r1'] })))
  })

  it('says on what it rests', () => {
    expect(planOf([pool('a', '10.0.0.0/28'), web], { remove: ['svc/shop/web'] }).notes).to.deep.equal([
      'there are no Nodes, so nobody announces anything',
      'there are no EndpointSlices, so every Service is taken to have a pod on every Node',
    ])
  })

  it('reads well', () => {
    const plan = planOf([...base, own('BGPAdvertisement', 'all')], {
      apply: [
        pool('a', '10.0.0.2-10.0.0.9'),
        service('shop/new', [], { createdAt: '', uid: '' }),
        own('BGPPeer', 'r1', { myASN: 1, peerASN: 2, peerAddress: '10.9.0.1', ebgpMultiHop: true }, 'v1beta2'),
      ],
      remove: ['svc/shop/gone'],
    })
    expect(renderText(plan)).to.equal(`change.yaml:4: IPAddressPool metallb-system/a is refused (update)
  error: spec.addresses: this change would cost 1 live Service its address: shop/web (10.0.0.1); move it to another address first, or accept it: run "kubectl annotate ipaddresspool a -n metallb-system metallb.io/allow-disruption=true" and try again [Disruption]
change.yaml:16: Service shop/new created
change.yaml:38: BGPPeer metallb-system/r1 created
Service shop/gone is refused (delete)
  error: metadata.name: there is no Service "gone" in namespace "shop" [NotFound]

If it were allowed nevertheless:
  ~ shop/web moves from 10.0.0.1 to 10.0.0.3, announced by n1 (layer 2), n1, n2, n3 (BGP to r1)
      Service loses 10.0.0.1: address 10.0.0.1 is in no IPAddressPool
      Assigned IP 10.0.0.3 from pool "a"
  = shop/api keeps 10.0.0.2, announced by n1 (layer 2), n1, n2, n3 (BGP to r1), until now by n1 (layer 2)
  + shop/new gets 10.0.0.4, announced by n1 (layer 2), n1, n2, n3 (BGP to r1)
      Assigned IP 10.0.0.4 from pool "a"

3 Services of type LoadBalancer: 1 moves, 1 gains one, 1 is announced from elsewhere

Note: new Services are taken to have a pod on every Node.
`)
    const { disruptive, changes, services } = JSON.parse(renderJson(plan)) as Plan & { readonly disruptive: boolean }
    expect([disruptive, changes.length, services.map(({ change }) => change)]).to.deep.equal([true, 4, ['kept', 'gained', 'moved']])
  })
})

describe('The text of a plan', () => {
  it('shows a hundred Services, the worst first', () => {
    const many = Array.from({ length: 150 }, (_, index) => service(`shop/s${index}`, [`10.0.0.${index + 1}`], { uid: `${index}` }))
    const plan = planOf([...nodes, lan, pool('a', '10.0.0.0/24'), ...many], { apply: [pool('a', '10.0.1.0/24')], remove: ['svc/shop/s0'] })
    const lines = renderText(plan).split('\n')
    expect(lines.filter((line) => /^ {2}[-~] /.test(line))).to.have.length(100)
    expect(lines.filter((line) => line.startsWith('  x '))).to.deep.equal([])
    expect(lines).to.include('  … and 50 Services more; --output json lists all')
  })
})

describe('A rehearsal', () => {
  const services = fc
    .array(fc.record({ service: someService, held: fc.uniqueArray(someAddress, { maxLength: 2 }) }), { minLength: 1, maxLength: 8 })
    .map((list) => [
      ...new Map(list.map(({ service: { key, options }, held }) => [key, serviceObject(key, { ...options, held })])).values(),
    ])

  it('ends where the controller ends', () => {
    fc.assert(
      fc.property(poolList, services, poolList, services, (pools, all, otherPools, written) => {
        const real = new Cluster(pools)
        // The harness goes by insertion, the controller by age: of one age, by UID.
        for (const each of all.toSorted((a, b) => ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1)))
          real.services.set(`${each.metadata.namespace}/${each.metadata.name}`, each)
        real.restart()
        const rehearsal = new Rehearsal(readState([...pools, ...all], 'metallb-system'), settings, settings.now)
        expect(shown(rehearsal.state().services)).to.deep.equal(shown([...real.services.values()]))

        changePools(real, rehearsal, pools, otherPools)
        for (const each of written) {
          const key = `${each.metadata.namespace}/${each.metadata.name}`
          const before = real.services.get(key)
          const next =
            before === undefined
              ? each
              : {
                  ...each,
                  metadata: { ...each.metadata, uid: before.metadata.uid ?? '' },
                  ...(before.status === undefined ? {} : { status: before.status }),
                }
          rehearsal.change('services', key as never, next as unknown as Fields)
          real.put(next)
        }
        expect(shown(rehearsal.state().services)).to.deep.equal(shown([...real.services.values()]))
      }),
      { numRuns: 200 },
    )
  })

  function changePools(real: Cluster, rehearsal: Rehearsal, before: readonly IPAddressPool[], after: readonly IPAddressPool[]): void {
    let present = [...before]
    for (const name of new Set([...before, ...after].map(({ metadata }) => metadata.name ?? ''))) {
      const next = after.find(({ metadata }) => metadata.name === name)
      present = [...present.filter(({ metadata }) => metadata.name !== name), ...(next === undefined ? [] : [next])]
      rehearsal.change('pools', `metallb-system/${name}` as never, next as unknown as Fields | undefined)
      real.reconfigure(present)
    }
  }

  function shown(list: readonly Service[]): readonly string[] {
    return list
      .map(
        ({ metadata, status }) =>
          `${metadata.namespace}/${metadata.name} ${(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).join()}`,
      )
      .toSorted()
  }

  it('says of a pool that goes what the change guard says', () => {
    const seen = { losses: 0 }
    fc.assert(
      fc.property(poolList, services, (pools, all) => {
        const [first] = pools
        fc.pre(first !== undefined)
        const state = readState([...pools, ...all], 'metallb-system')
        // At rest: what the controller still had to do is no loss.
        const rested = new Rehearsal(state, settings, settings.now).state()
        const plan = planChange(rested, wishesOf({ remove: [`ipaddresspool/${first?.metadata.name}`] }), settings)
        const lost = plan.services.filter(({ change }) => change === 'lost' || change === 'moved').map(({ service: key }) => key)
        const said = plan.changes[0]?.remarks.find(({ message }) => message.includes('would cost'))?.message ?? ''
        seen.losses += lost.length
        const told = [...said.matchAll(/(\w+\/\w+) \(/g)].map(([, key]) => key)
        expect(told).to.deep.equal(lost.slice(0, 10).toSorted())
      }),
      { numRuns: 200 },
    )
    expect(seen.losses).to.be.greaterThan(20)
  })
})

describe('kubectl apply in memory', () => {
  const last = (object: Fields): Fields => ({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object) } })
  const table: Readonly<Record<string, { readonly live: Fields; readonly written: Fields; readonly gives: Fields }>> = {
    'writes what is written': { live: { spec: { a: 1 } }, written: { spec: { a: 2 } }, gives: { spec: { a: 2 } } },
    'keeps what others wrote': { live: { spec: { a: 1, b: 1 } }, written: { spec: { a: 2 } }, gives: { spec: { a: 2, b: 1 } } },
    'removes what is not written any more': {
      live: { metadata: last({ spec: { a: 1, b: 1 } }), spec: { a: 1, b: 1, c: 1 } },
      written: { spec: { a: 1 } },
      gives: { metadata: last({ spec: { a: 1, b: 1 } }), spec: { c: 1, a: 1 } },
    },
    'removes what is null': { live: { spec: { a: 1, b: 1 } }, written: { spec: { a: null } }, gives: { spec: { b: 1 } } },
    'replaces lists': { live: { spec: { a: [1, 2] } }, written: { spec: { a: [3] } }, gives: { spec: { a: [3] } } },
    'leaves the status alone': { live: { status: { a: 1 } }, written: { status: {} }, gives: { status: { a: 1 } } },
    'survives a last state that is no JSON': {
      live: { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } }, spec: { a: 1 } },
      written: { spec: { b: 1 } },
      gives: { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } }, spec: { a: 1, b: 1 } },
    },
  }
  for (const [name, { live, written, gives }] of Object.entries(table))
    it(name, () => void expect(applied(live, written)).to.deep.equal(gives))
})

describe('--delete', () => {
  const table: Readonly<Record<string, string>> = {
    'ipaddresspool/lan': 'metallb.io/v1beta1 IPAddressPool lb lan',
    'IPAddressPools/lan': 'metallb.io/v1beta1 IPAddressPool lb lan',
    'bgppeer/lb2/r1': 'metallb.io/v1beta2 BGPPeer lb2 r1',
    'community/x': 'metallb.io/v1beta1 Community lb x',
    'communities/x': 'metallb.io/v1beta1 Community lb x',
    'allocationpolicies/x': 'metallb.io/v1alpha1 AllocationPolicy lb x',
    'svc/web': 'v1 Service apps web',
    'services/shop/web': 'v1 Service shop web',
    'no/n1': 'v1 Node  n1',
    'ns/shop': 'v1 Namespace  shop',
    'ipaddrespool/lan': '"ipaddrespool/lan": there is no kind "ipaddrespool" that matters here; did you mean ipaddresspool?',
    lan: '"lan": there is no kind "lan" that matters here',
    svc: '"svc": write svc/NAME or svc/NAMESPACE/NAME',
    'node/a/b': '"node/a/b": write node/NAME',
    'svc//web': '"svc//web": write svc/NAME or svc/NAMESPACE/NAME',
  }
  for (const [text, gives] of Object.entries(table))
    it(`reads ${text}`, () => {
      const subject = readDeletion(text, { metallb: 'lb', default: 'apps' })
      expect(
        subject.ok ? [subject.value.apiVersion, subject.value.kind, subject.value.namespace, subject.value.name].join(' ') : subject.error,
      ).to.equal(gives)
    })
})
