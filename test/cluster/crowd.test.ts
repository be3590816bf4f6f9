// Two controllers, a crowd of Services, and everything that happens to a cluster: at the end every Service is right. CROWD says how many; the regular suite has
// time for a few hundred.

import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Service } from '../../core/objects.ts'
import { resources } from '../../kube/resources.ts'
import type { ConfigurationState, IPAddressPool } from '../../schemas/generated/types.ts'
import { until } from '../lab/wait.ts'
import { AddressWatch, addressesOf } from './address-watch.ts'
import { type ControllerLab, controllerLab } from './controller-lab.ts'
import { create, type Fields, forEach, lastWords, leaderOf, pool, remove, served, service, shortLease, tell } from './controllers.ts'
import { must, namespace } from './installed.ts'
import { Replica } from './replica.ts'

const crowd = Number(process.env['CROWD'] ?? 300)
const third = Math.floor(crowd / 3)
const names = Array.from({ length: 3 * third }, (_, index) => `crowd-${index}`)
/** Of the larger pools. */
const room = names.length + 100
const limitMs = 30_000 + crowd * 20

/** So many addresses from there on. */
function range(start: number, count: number): string {
  const text = (value: number): string => `10.220.${Math.floor(value / 256)}.${value % 256}`
  return `${text(start)}-${text(start + count - 1)}`
}

/** What is neither a renewal of the Lease nor the mark by which a new leader knows that its cache is new. */
const decided = ({ writes }: Replica): readonly string[] =>
  writes
    .filter(({ path }) => !/\/leases|\/namespaces\/metallb-system\/services\//.test(path))
    .map(({ method, path }) => `${method} ${path}`)

describe(`Two controllers and a crowd of ${crowd}`, () => {
  let stage: ControllerLab
  let watch: AddressWatch
  let replicas: readonly Replica[] = []
  let started = 0

  before(async function () {
    this.timeout(120_000)
    stage = await controllerLab()
    watch = new AddressWatch(stage.kube)
    await watch.start()
  })

  after(async function () {
    this.timeout(limitMs)
    await watch.stop()
    for (const replica of replicas) await replica.end('SIGTERM')
    await forEach(
      [...watch.addresses('default').keys()].filter((name) => name !== 'kubernetes'),
      (name) => remove(stage.kube, resources.services, name, 'default'),
    )
    await must(stage.lab, ['delete', 'ipaddresspools,secrets', '-n', namespace, '--all'])
  })

  async function start(...argv: readonly string[]): Promise<Replica> {
    const replica = await Replica.start(stage.lab, `replica-${++started}`, [...shortLease, ...argv])
    replicas = [...replicas, replica]
    await replica.ready()
    return replica
  }

  async function end(replica: Replica, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    replicas = replicas.filter((each) => each !== replica)
    await replica.end(signal)
  }

  const leader = (among = replicas): Promise<Replica> => leaderOf(stage.kube, among)

  /** Ends the leader and waits for the next one. */
  async function succeeded(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const last = await leader()
    const then = performance.now()
    await end(last, signal)
    tell(`${signal}: the next one led after ${(await leader()).tookOverAfter(then)} ms`)
  }

  async function put(object: Fields): Promise<void> {
    await must(stage.lab, ['apply', '-f', '-'], [object])
  }

  /** Against what the API server has now. */
  async function expectAllRight(expected: readonly string[]): Promise<void> {
    await served(watch, expected, replicas, limitMs)
    const { items } = await stage.kube.list<Service>(resources.services, { namespace: 'default' })
    const held = items.filter(({ spec }) => spec?.type === 'LoadBalancer').map(addressesOf)
    expect(held.map(({ length }) => length)).to.deep.equal(expected.map(() => 1))
    expect(new Set(held.flat()).size, 'distinct addresses').to.equal(expected.length)
    await until(
      'the pools to say what is in use',
      async () => {
        const pools = await stage.kube.list<IPAddressPool>(resources.ipAddressPools, { namespace })
        return pools.items.reduce((sum, { status }) => sum + Number(status?.assignedIPv4 ?? 0), 0) === expected.length ? true : undefined
      },
      { limitMs: 10_000, evidence: () => lastWords(replicas) },
    )
  }

  /** Nobody lost what he had, but the younger one of a double that a frozen leader made; there is none now. */
  function expectNoLoss(): void {
    const doubled = watch.doubles.flatMap(({ holders }) => holders)
    expect(watch.losses.filter((loss) => !doubled.includes(loss.service))).to.deep.equal([])
    expect(watch.doubles.filter((double) => double.until === undefined)).to.deep.equal([])
  }

  it('take over from MetalLB without moving anybody, and write only what is missing', async () => {
    const { kube } = stage
    await create(kube, resources.ipAddressPools, pool('old', ['10.229.0.0/28', 'fd00:229::/120']))
    await create(kube, resources.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'memberlist', namespace },
      data: { secretkey: 'c2VjcmV0' },
    })
    const from = (prefix: string): Readonly<Record<string, string>> => ({ [`${prefix}/ip-allocated-from-pool`]: 'old' })
    const there: Readonly<
      Record<string, { readonly held: readonly string[]; readonly annotations: Readonly<Record<string, string>>; readonly spec?: object }>
    > = {
      plain: { held: ['10.229.0.3'], annotations: from('metallb.io') },
      asked: { held: ['10.229.0.4'], annotations: { ...from('metallb.io'), 'metallb.io/loadBalancerIPs': '10.229.0.4' } },
      asked2: {
        held: ['10.229.0.5'],
        annotations: {
          ...from('metallb.io'),
          'metallb.universe.tf/address-pool': 'old',
          'metallb.universe.tf/loadBalancerIPs': '10.229.0.5',
        },
      },
      both: {
        held: ['fd00:229::7', '10.229.0.7'],
        annotations: from('metallb.io'),
        spec: { ipFamilyPolicy: 'RequireDualStack' },
      },
      before: { held: ['10.229.0.8'], annotations: {} },
      older: { held: ['10.229.0.9'], annotations: from('metallb.universe.tf') },
      theirs: { held: ['198.51.100.1'], annotations: {}, spec: { loadBalancerClass: 'example.org/theirs' } },
    }
    for (const [name, { annotations, held, spec }] of Object.entries(there)) {
      const { spec: ordinary, ...rest } = service(name)
      await kube.create(resources.services, {
        ...rest,
        metadata: { name, namespace: 'default', annotations },
        spec: { ...(ordinary as object), ...spec },
      })
      const status = { loadBalancer: { ingress: held.map((ip) => ({ ip })) } }
      await kube.patch(resources.services, name, { namespace: 'default', subresource: 'status', patch: 'merge', body: { status } })
    }
    const memberlist = ['--ml-secret-name=memberlist', '--deployment=controller']
    await start(...memberlist)
    await start(...memberlist)
    await until(
      'the controller to say that all is well',
      async () => {
        const state = await kube.get<ConfigurationState>(resources.configurationStates, 'controller', namespace)
        const { status } = await kube.get<IPAddressPool>(resources.ipAddressPools, 'old', namespace)
        return state.status?.result === 'Valid' && Number(status?.assignedIPv4) === 6 ? true : undefined
      },
      { limitMs: 20_000, evidence: () => lastWords(replicas) },
    )
    // Time for what should not come.
    await sleep(1000)
    const services = '/api/v1/namespaces/default/services'
    const states = `/apis/metallb.io/v1beta1/namespaces/${namespace}/configurationstates`
    expect(replicas.flatMap(decided).toSorted()).to.deep.equal(
      [
        // They had no annotation of today.
        `PATCH ${services}/before/status`,
        `PATCH ${services}/older/status`,
        `PATCH /apis/metallb.io/v1beta1/namespaces/${namespace}/ipaddresspools/old/status`,
        `POST ${states}`,
        `PATCH ${states}/controller/status`,
      ].toSorted(),
    )
    expect(Object.fromEntries(watch.addresses('default'))).to.deep.include(
      Object.fromEntries(Object.entries(there).map(([name, { held }]) => [name, held])),
    )
    expectNoLoss()
    await forEach(Object.keys(there), (name) => remove(kube, resources.services, name, 'default'))
    await must(stage.lab, ['delete', 'ipaddresspool', '-n', namespace, 'old'])
  })

  it('make the Secret of the membership when it is missing, and leave it to the Deployment', async () => {
    const { kube } = stage
    await must(stage.lab, ['delete', 'secret', '-n', namespace, 'memberlist'])
    await end(await leader(), 'SIGTERM')
    const secret = await until(
      'the Secret',
      () => kube.get<Fields & { readonly data: Readonly<Record<string, string>> }>(resources.secrets, 'memberlist', namespace),
      { limitMs: 10_000, evidence: () => lastWords(replicas) },
    )
    const uid = await must(stage.lab, ['get', 'deployment', '-n', namespace, 'controller', '-o', 'jsonpath={.metadata.uid}'])
    expect(secret.metadata.ownerReferences).to.deep.equal([{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'controller', uid }])
    expect(Buffer.from(secret.data['secretkey'] ?? '', 'base64').toString()).to.match(/^[A-Za-z0-9+/]{22}$/)
    await start()
  })

  it('serve all of it, though the leader is killed, frozen, and told to end while it comes', async function () {
    this.timeout(120_000 + limitMs)
    const { kube } = stage
    // Room for the first and the second third in one pool, for the rest in another.
    await create(kube, resources.ipAddressPools, pool('left', [range(0, third), range(8192, third)]))
    await create(kube, resources.ipAddressPools, pool('right', [range(16_384, room)]))
    const add = (list: readonly string[]): Promise<void> => forEach(list, (name) => create(kube, resources.services, service(name)))
    const comes = (list: readonly string[]): Promise<unknown> =>
      until('the middle of it', () => watch.addresses('default').has(list[Math.floor(list.length / 2)] ?? '') || undefined, { limitMs })

    const parts = [0, 1, 2].map((part) => names.slice(part * third, (part + 1) * third))
    const [killed = [], frozen = [], ended = []] = parts
    let adding = add(killed)
    await comes(killed)
    await succeeded('SIGKILL')
    await adding
    await served(watch, killed, replicas, limitMs)
    await start()

    adding = add(frozen)
    await comes(frozen)
    const first = await leader()
    first.freeze()
    await adding
    await served(watch, frozen, replicas, limitMs)
    first.thaw()

    adding = add(ended)
    await comes(ended)
    await succeeded('SIGTERM')
    await adding
    await expectAllRight(names)
    expectNoLoss()
    tell(`doubles on the way: ${watch.doubles.length}`)
    await start()
  })

  it('keep all others when a third of them is deleted', async function () {
    this.timeout(limitMs)
    const gone = names.filter((_, index) => index % 3 === 1)
    await forEach(gone, (name) => remove(stage.kube, resources.services, name, 'default'))
    await expectAllRight(names.filter((name) => !gone.includes(name)))
    expectNoLoss()
    await forEach(gone, (name) => create(stage.kube, resources.services, service(name)))
    await expectAllRight(names)
    expectNoLoss()
  })

  it('write nothing when both start anew', async function () {
    this.timeout(60_000)
    const before = [...replicas]
    for (const replica of before) await end(replica, 'SIGTERM')
    const anew = [await start(), await start()]
    await leader(anew)
    await until('the books to be open', () => replicas.some(({ log }) => log.includes('bookRebuilt')) || undefined, { limitMs: 10_000 })
    await sleep(1000)
    expect(replicas.flatMap(decided)).to.deep.equal([])
    expectNoLoss()
  })

  it('move only whom a change of the pools concerns: grow, shrink, split, rename, delete', async function () {
    this.timeout(60_000 + 3 * limitMs)
    const { lab } = stage
    const where = (): ReadonlyMap<string, string> =>
      new Map([...watch.addresses('default')].flatMap(([name, [address]]) => (address === undefined ? [] : [[name, address] as const])))
    const movedSince = (before: ReadonlyMap<string, string>): readonly string[] => {
      const now = where()
      return [...before].filter(([name, address]) => now.get(name) !== address).map(([name]) => name)
    }
    const inside = (address: string, from: number, count: number): boolean => {
      const [, , third = '0', fourth = '0'] = address.split('.')
      const value = Number(third) * 256 + Number(fourth)
      return address.startsWith('10.220.') && value >= from && value < from + count
    }

    const atFirst = where()
    await put(pool('left', [range(0, third), range(8192, third), range(24_576, room)]))
    await expectAllRight(names)
    expect(movedSince(atFirst), 'by growing').to.deep.equal([])

    // The second range goes, and those on it to what is left.
    await put(pool('left', [range(0, third), range(24_576, room)]))
    await until('those on it to have left', () => [...where().values()].every((address) => !inside(address, 8192, third)) || undefined, {
      limitMs,
    })
    await expectAllRight(names)
    const concerned = [...atFirst].filter(([, address]) => inside(address, 8192, third)).map(([name]) => name)
    expect(movedSince(atFirst).toSorted(), 'by shrinking').to.deep.equal(concerned.toSorted())

    const beforeSplit = where()
    const half = Math.floor(third / 2)
    await put(pool('left', [range(0, half), range(24_576, room)]))
    await put(pool('left-2', [range(half, third - half)]))
    await expectAllRight(names)
    const split = [...beforeSplit].filter(([, address]) => inside(address, half, third - half)).map(([name]) => name)
    expect(split, 'by splitting').to.include.members([...movedSince(beforeSplit)])

    const beforeRename = where()
    await must(lab, ['delete', 'ipaddresspool', '-n', namespace, 'right'])
    await put(pool('renamed', [range(16_384, room)]))
    await expectAllRight(names)
    const renamed = [...beforeRename].filter(([, address]) => inside(address, 16_384, room)).map(([name]) => name)
    expect(renamed, 'by renaming').to.include.members([...movedSince(beforeRename)])

    await must(lab, ['delete', 'ipaddresspool', '-n', namespace, 'left'])
    await must(lab, ['delete', 'ipaddresspool', '-n', namespace, 'left-2'])
    await until(
      'those of the deleted pools to have left',
      () => [...where().values()].every((address) => inside(address, 16_384, room)) || undefined,
      { limitMs },
    )
    await expectAllRight(names)
    watch.losses.splice(0)
  })

  describe('come back by themselves, lose nothing and change nothing after', () => {
    let serial = 0

    /** Services come before it, during it and after it. @returns milliseconds from its end until all are served */
    async function through(outage: () => Promise<void>): Promise<number> {
      const more = Array.from({ length: 12 }, () => `outage-${++serial}`)
      const add = (list: readonly string[]): Promise<void> => forEach(list, (name) => create(stage.kube, resources.services, service(name)))
      const before = add(more.slice(0, 6))
      await outage()
      const over = performance.now()
      await before
      await add(more.slice(6))
      await served(watch, [...names, ...more], replicas, 40_000)
      const tookMs = performance.now() - over
      expectNoLoss()
      return Math.round(tookMs)
    }

    const tellOf = (tookMs: number): void => tell(`served ${tookMs} ms after the end of it`)
    const onNode = async (command: string): Promise<void> => {
      const { code, stderr } = await stage.lab.exec('n1', ['sh', '-c', command])
      expect(code, stderr).to.equal(0)
    }
    const untilReady = async (): Promise<void> => {
      await until(
        'the API server to answer again',
        async () => ((await stage.lab.kubectl(['get', '--raw', '/readyz'])).code === 0 ? true : undefined),
        { limitMs: 30_000 },
      )
    }

    it('an API server that is killed and starts again', async function () {
      this.timeout(120_000)
      tellOf(
        await through(async () => {
          await onNode('kill -KILL $(cat /run/kube-apiserver.pid)')
          await sleep(500)
          await untilReady()
        }),
      )
    })

    it('an etcd that stands still for 10 s', async function () {
      this.timeout(120_000)
      tellOf(
        await through(async () => {
          await onNode('kill -STOP $(cat /run/etcd.pid)')
          try {
            await sleep(10_000)
          } finally {
            await onNode('kill -CONT $(cat /run/etcd.pid)')
          }
          await untilReady()
        }),
      )
    })

    it('a history that the API server has forgotten', async function () {
      this.timeout(120_000)
      const expired = (): readonly number[] => replicas.map(({ log }) => log.split('"versionExpired"').length)
      const before = expired()
      tellOf(
        await through(async () => {
          for (const replica of replicas) replica.freeze()
          const gone = names.slice(0, 3)
          await forEach(gone, (name) => remove(stage.kube, resources.services, name, 'default'))
          await forEach(gone, (name) => create(stage.kube, resources.services, service(name)))
          await onNode(`
            etcd=http://127.0.0.1:2379/v3/kv
            revision=$(curl -sf $etcd/range -d '{"key":"AA=="}' | sed 's/.*"revision":"\\([0-9]*\\)".*/\\1/')
            curl -sf $etcd/compaction -d '{"revision":'$revision',"physical":true}'`)
          await onNode('kill -KILL $(cat /run/kube-apiserver.pid)')
          await sleep(500)
          await untilReady()
          for (const replica of replicas) replica.thaw()
        }),
      )
      for (const [index, count] of expired().entries()) expect(count).to.be.above(before[index] ?? 0)
    })

    it('permissions that are taken away and given back', async function () {
      this.timeout(120_000)
      const role = 'clusterrole/metallb-system:controller'
      const rules = JSON.parse(await must(stage.lab, ['get', role, '-o', 'jsonpath={.rules}'])) as unknown
      const allow = (some: unknown): Promise<string> =>
        must(stage.lab, ['patch', role, '--type=merge', '-p', JSON.stringify({ rules: some })])
      tellOf(
        await through(async () => {
          await allow([])
          try {
            await create(stage.kube, resources.services, service(`outage-${++serial}`))
            const last = await leader()
            await until('the controller to be refused', () => last.log.includes('"permissionMissing"') || undefined, { limitMs: 10_000 })
          } finally {
            await allow(rules)
          }
        }),
      )
    })
  })
})
