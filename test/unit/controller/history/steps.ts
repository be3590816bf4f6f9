// Random histories: what users, the network and fate do.
import fc from 'fast-check'
import type { AllocationPolicy, IPAddressPool } from '../../../../schemas/generated/types.ts'
import { poolList, someAddress, someService } from '../../core/arbitraries.ts'
import { policyObject, poolObject, type ServiceOptions } from '../../core/objects.ts'
import { type Kind, kinds } from './scripted-api.ts'
import type { Fate, Stage, Wish } from './stage.ts'

export type Step =
  | ({ readonly verb: 'put' } & Wish)
  | ({ readonly verb: 'replace' } & Wish)
  | { readonly verb: 'remove' | 'terminate'; readonly key: string }
  | { readonly verb: 'pools'; readonly pools: readonly IPAddressPool[]; readonly names: readonly string[] }
  | { readonly verb: 'policies'; readonly policies: readonly AllocationPolicy[] }
  | { readonly verb: 'namespace'; readonly name: string; readonly tier: string; readonly defaultPool: string | undefined }
  | { readonly verb: 'node'; readonly name: string; readonly addresses: readonly string[] }
  | { readonly verb: 'show'; readonly key: string; readonly addresses: readonly string[]; readonly pool: string | undefined }
  | { readonly verb: 'hear'; readonly replica: number; readonly kind: Kind; readonly count: number }
  | { readonly verb: 'list'; readonly replica: number; readonly kind: Kind }
  | { readonly verb: 'arrive'; readonly index: number; readonly fate: Fate | undefined }
  | { readonly verb: 'answer'; readonly index: number }
  | { readonly verb: 'pass'; readonly ms: number }
  | { readonly verb: 'takeOver'; readonly how: 'handover' | 'freeze' | 'crash' }
  | { readonly verb: 'thaw' | 'rest' }

const twoPorts: Partial<ServiceOptions['spec']> = { ports: [80, 443].map((port) => ({ port, protocol: 'TCP' })) }

/** What `someService` leaves out. */
const extras: fc.Arbitrary<{ readonly annotations?: Readonly<Record<string, string>>; readonly spec?: ServiceOptions['spec'] }> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ spec: twoPorts }) },
  { weight: 1, arbitrary: someAddress.map((loadBalancerIP) => ({ spec: { loadBalancerIP } })) },
  { weight: 1, arbitrary: fc.constantFrom('x', 'y').map((key) => ({ annotations: { 'metallb.universe.tf/allow-shared-ip': key } })) },
  { weight: 1, arbitrary: fc.constantFrom('p0', 'q1').map((pool) => ({ annotations: { 'metallb.universe.tf/address-pool': pool } })) },
  { weight: 1, arbitrary: fc.constant({ annotations: { 'metallb.io/loadBalancerIPs': '10.0.0.256' } }) },
)

const types = fc.constantFrom('LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'ClusterIP')
const classes = fc.constantFrom(undefined, undefined, undefined, 'metallb.io/internal', 'example.com/lb')

/** Without what the rules do not know: host parts. */
function plain(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { 'metallb.io/host-part': _, ...others } = annotations
  return others
}

export const someWish = fc
  .tuple(someService, extras, types, classes)
  .map(([{ key, options }, { annotations = {}, spec = {} }, type, loadBalancerClass]): Wish => {
    const texts = plain({ ...options.annotations, ...annotations })
    const merged = { ...options, annotations: texts, spec: { ...options.spec, ...spec } }
    return { key, options: merged, type, ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }) }
  })
export const someKey = someService.map(({ key }) => key)

/** A pool may come under another name with the ranges of the first, and overlap with it while both are there. */
const poolNames = ['p0', 'p1', 'p2', 'p3', 'q0', 'q1', 'z'] as const
const renamed = fc.tuple(poolList, fc.subarray(['p0', 'p1'])).map(([list, names]) =>
  list.map((pool): IPAddressPool => {
    const { name = '' } = pool.metadata
    return names.includes(name) ? { ...pool, metadata: { ...pool.metadata, name: name.replace('p', 'q') } } : pool
  }),
)
const wide = poolObject('z', { addresses: ['10.0.0.254-10.0.2.4', 'fd00::2/128', '10.9.9.9/32'] })
const broken = poolObject('p3', { addresses: ['10.0.5.1/32', 'nonsense'] })
const someNames = fc.oneof(
  fc.constant([...poolNames]),
  fc.constantFrom(...poolNames).map((name) => [name]),
  fc.subarray([...poolNames]),
)
export const somePools = fc.tuple(renamed, fc.constantFrom([], [], [], [wide], [broken]), someNames).map(([list, more, names]): Step => {
  const others = list.filter(({ metadata }) => more.every((each) => each.metadata.name !== metadata.name))
  return { verb: 'pools', pools: [...others, ...more], names }
})

const limits = fc.record({ ipv4: fc.integer({ min: 0, max: 3 }), ipv6: fc.integer({ min: 0, max: 2 }) }, { requiredKeys: [] })
const policy = fc
  .tuple(fc.constantFrom('a', 'b'), fc.subarray(['shop', 'bank']), limits, fc.constantFrom(undefined, 'p0', 'p1'))
  .map(([name, namespaces, addresses, defaultPool]) =>
    policyObject(name, {
      namespaces,
      ...(Object.keys(addresses).length === 0 ? {} : { quota: { addresses } }),
      ...(defaultPool === undefined ? {} : { defaultPool }),
    }),
  )

const acts: fc.WeightedArbitrary<Step>[] = [
  { weight: 12, arbitrary: someWish.map((each): Step => ({ verb: 'put', ...each })) },
  { weight: 1, arbitrary: someWish.map((each): Step => ({ verb: 'put', ...each, replaces: true })) },
  { weight: 1, arbitrary: someWish.map((each): Step => ({ verb: 'replace', ...each })) },
  { weight: 4, arbitrary: someKey.map((key): Step => ({ verb: 'remove', key })) },
  { weight: 1, arbitrary: someKey.map((key): Step => ({ verb: 'terminate', key })) },
  { weight: 3, arbitrary: somePools },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(policy, { maxLength: 2, selector: ({ metadata }) => metadata.name })
      .map((policies): Step => ({ verb: 'policies', policies })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('shop', 'bank', 'lab'), fc.constantFrom('gold', 'none', ''), fc.constantFrom(undefined, 'p1', 'p2'))
      .map(([name, tier, defaultPool]): Step => ({ verb: 'namespace', name, tier, defaultPool })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('n1', 'n2'), fc.subarray(['10.0.0.253', '10.0.5.1', 'fd00:1::1']))
      .map(([name, addresses]): Step => ({ verb: 'node', name, addresses })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(someKey, fc.uniqueArray(someAddress, { minLength: 1, maxLength: 2 }), fc.constantFrom(undefined, 'p0'))
      .map(([key, addresses, pool]): Step => ({ verb: 'show', key, addresses, pool })),
  },
]

const replica = fc.constantFrom(0, 0, 0, 1)
const kind = fc.constantFrom<Kind>('services', 'services', 'services', ...kinds)
const index = fc.nat({ max: 3 })
const fates: fc.WeightedArbitrary<Step>[] = [
  {
    weight: 16,
    arbitrary: fc
      .tuple(replica, kind, fc.constantFrom(1, 2, 50))
      .map(([which, what, count]): Step => ({ verb: 'hear', replica: which, kind: what, count })),
  },
  { weight: 1, arbitrary: fc.tuple(replica, kind).map(([which, what]): Step => ({ verb: 'list', replica: which, kind: what })) },
  {
    weight: 10,
    arbitrary: fc
      .tuple(
        index,
        fc.constantFrom<(Fate | undefined)[]>(
          undefined,
          undefined,
          undefined,
          undefined,
          undefined,
          undefined,
          'refused',
          'forbidden',
          'unanswered',
        ),
      )
      .map(([which, fate]): Step => ({ verb: 'arrive', index: which, fate })),
  },
  { weight: 10, arbitrary: index.map((which): Step => ({ verb: 'answer', index: which })) },
  { weight: 3, arbitrary: fc.constantFrom(10, 1100, 11_000).map((ms): Step => ({ verb: 'pass', ms })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<('handover' | 'freeze' | 'crash')[]>('handover', 'freeze', 'crash')
      .map((how): Step => ({ verb: 'takeOver', how })),
  },
  { weight: 1, arbitrary: fc.constantFrom<('thaw' | 'rest')[]>('thaw', 'rest', 'rest').map((verb): Step => ({ verb })) },
]

export const someSteps = (most: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.oneof(...acts, ...fates), { maxLength: most, size: 'max' })

/** Does it, and lets everybody who can go on. */
export async function perform(stage: Stage, step: Step): Promise<void> {
  switch (step.verb) {
    case 'put':
      stage.put(step)
      break
    case 'replace':
      stage.remove(step.key)
      stage.put(step)
      break
    case 'remove':
      stage.remove(step.key)
      break
    case 'terminate':
      stage.terminate(step.key)
      break
    case 'pools':
      stage.putPools(step.pools, step.names)
      break
    case 'policies':
      stage.putPolicies(step.policies)
      break
    case 'namespace':
      stage.putNamespace(step.name, step.tier === '' ? {} : { tier: step.tier }, step.defaultPool)
      break
    case 'node':
      stage.putNode(step.name, step.addresses)
      break
    case 'show':
      stage.show(step.key, step.addresses, step.pool)
      break
    default:
      await suffer(stage, step)
  }
  await stage.turn()
}

type Fateful = Extract<Step, { readonly verb: 'hear' | 'list' | 'arrive' | 'answer' | 'pass' | 'takeOver' | 'thaw' | 'rest' }>

async function suffer(stage: Stage, step: Fateful): Promise<void> {
  switch (step.verb) {
    case 'hear':
      stage.hear(stage.replicas[step.replica === 0 ? 0 : 1], step.kind, step.count)
      break
    case 'list':
      stage.list(stage.replicas[step.replica === 0 ? 0 : 1], step.kind)
      break
    case 'arrive':
      stage.arrive(step.index, step.fate)
      break
    case 'answer':
      stage.answer(step.index)
      break
    case 'pass':
      stage.pass(step.ms)
      break
    case 'takeOver':
      await stage.takeOver(step.how)
      break
    case 'thaw':
      await stage.thaw()
      break
    case 'rest':
      await stage.rest()
      break
  }
}
