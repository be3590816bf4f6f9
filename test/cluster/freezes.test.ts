// A leader that stands still and does not know it: the other replica takes over, and the first one wakes up in the middle of what it was doing.
// FREEZES says how often; the regular suite has time for a few.

import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { KubeObject, Service } from '../../core/objects.ts'
import { resources } from '../../kube/resources.ts'
import { until } from '../lab/wait.ts'
import { AddressWatch, addressesOf } from './address-watch.ts'
import { type ControllerLab, controllerLab } from './controller-lab.ts'
import { lastWords, leaderOf, pool, renewDeadlineMs, served, service, shortLease, tell } from './controllers.ts'
import { must, namespace } from './installed.ts'
import { Replica, type Write } from './replica.ts'

const freezes = Number(process.env['FREEZES'] ?? 5)
const perBurst = 30
/** A double is seen and mended within this time; a suite that shares its machine is no place to say so. */
const mendedMs = process.env['FREEZES'] === undefined ? 20_000 : 1000

interface Event extends KubeObject {
  readonly involvedObject: { readonly name: string }
  readonly type: string
  readonly reason: string
  readonly message: string
}

let stage: ControllerLab
let replicas: readonly [Replica, Replica]
let watch: AddressWatch

async function leader(): Promise<readonly [Replica, Replica]> {
  return (await leaderOf(stage.kube, replicas)) === replicas[0] ? replicas : [replicas[1], replicas[0]]
}

const isStatus = (path: string): boolean => path.startsWith('/api/v1/') && path.endsWith('/status')
/** Leases guard themselves, and an Event tells of what was done before. */
const mayDecide = (path: string): boolean => !/\/(?:leases|events)(?:\/|$)/.test(path)

const count = ({ log }: Replica, event: string): number => log.split(`"event":"${event}"`).length - 1

const allServed = (names: readonly string[]): Promise<void> => served(watch, names, replicas)

describe('A leader that freezes', () => {
  before('starts a lab and two controllers', async function () {
    this.timeout(120_000)
    stage = await controllerLab()
    await stage.kube.create(resources.ipAddressPools, pool('wide', ['10.210.0.0/22']))
    await stage.kube.create(resources.ipAddressPools, pool('narrow', ['10.211.0.0/30'], false))
    watch = new AddressWatch(stage.kube)
    await watch.start()
    replicas = [await Replica.start(stage.lab, 'one', shortLease), await Replica.start(stage.lab, 'two', shortLease)]
    for (const replica of replicas) await replica.ready()
  })

  after(async () => {
    await watch.stop()
    for (const replica of replicas) await replica.end('SIGTERM')
    await must(stage.lab, ['delete', 'services', '--selector', '!component', '-n', 'default'])
    await must(stage.lab, ['delete', 'ipaddresspools', '-n', namespace, '--all'])
  })

  it('and whose write is carried out after its time makes a double, which is mended at once: the younger Service moves and is told', async function () {
    this.timeout(60_000)
    const { kube } = stage
    const [first, second] = await leader()
    await kube.create(resources.services, service('older', { type: 'ClusterIP', from: 'narrow' }))
    // Age is told in seconds.
    await sleep(1_100)
    const release = first.hold((path) => path.endsWith('/services/younger/status'))
    await kube.create(resources.services, service('younger', { from: 'narrow' }))
    await until('the first write to be on its way', () => first.writes.find(({ path }) => path.endsWith('/younger/status')), {
      limitMs: 5_000,
    })
    first.freeze()
    const releaseSecond = second.hold((path) => path.endsWith('/services/younger/status'))
    await kube.patch(resources.services, 'older', { namespace: 'default', patch: 'merge', body: { spec: { type: 'LoadBalancer' } } })
    await allServed(['older'])
    release()
    await until('the double', () => watch.doubles[0], { limitMs: 5_000 })
    releaseSecond()
    const double = await until('its end', () => watch.doubles.find((each) => each.until !== undefined), { limitMs: 5_000 })
    first.thaw()
    expect(double.holders).to.deep.equal(['default/older', 'default/younger'])
    expect((double.until ?? 0) - double.since).to.be.at.most(mendedMs)
    await allServed(['older', 'younger'])
    expect(watch.losses.map((loss) => loss.service)).to.deep.equal(['default/younger'])
    const told = await until(
      'the Event',
      async () => {
        const { items } = await kube.list<Event>(resources.events, { namespace: 'default' })
        return items.find(({ involvedObject, reason }) => involvedObject.name === 'younger' && reason === 'ClearAssignment')
      },
      { limitMs: 5_000, evidence: () => lastWords(replicas) },
    )
    expect(told.type).to.equal('Warning')
    expect(told.message).to.contain('default/older').and.to.contain('the older Service keeps it')
  })

  it(`in the middle of a burst writes nothing after its time: ${freezes} times, and every Service has an address of its own`, async function () {
    this.timeout(60_000 + freezes * 20_000)
    const { kube } = stage
    const figures = { freezes, writes: 0, onTheirWay: 0, late: 0, mostLateOfOne: 0, doubles: 0 }
    for (let round = 0; round < freezes; round++) {
      const [first, second] = await leader()
      const names = Array.from({ length: perBurst }, (_, index) => `burst-${round}-${index}`)
      const old = [...watch.addresses('default').keys()].filter((name) => name.startsWith(`burst-${round - 1}-`))
      const burst = names.map(async (name, index) => {
        await sleep(index * 10)
        await kube.create(resources.services, service(name, { from: 'wide' }))
        const gone = old[index]
        if (gone !== undefined) await kube.remove(resources.services, gone, { namespace: 'default' })
      })
      await sleep(Math.random() * perBurst * 14)
      // In every other round what is on its way takes longer than the lease.
      const release = round % 2 === 0 ? first.hold(isStatus) : () => undefined
      first.freeze()
      const { renewedAt } = first
      const began = count(first, 'startedLeading')
      const unanswered = (): readonly Write[] => first.writes.filter(({ path, status }) => isStatus(path) && status === undefined)
      await Promise.all(burst)
      const [now] = await until('the other to take over', async () => ((await leader())[0] === second ? [second] : undefined), {
        limitMs: 10_000,
      })
      expect(now.name).to.equal(second.name)
      await allServed(names)
      const writes = first.writes.length
      figures.onTheirWay += unanswered().length
      release()
      first.thaw()
      await until('it to find out', () => count(first, 'stoppedLeading') >= began || undefined, {
        limitMs: 10_000,
        evidence: () => lastWords(replicas),
      })
      await until('what was on its way to arrive', () => unanswered().length === 0 || undefined, {
        limitMs: 10_000,
      })
      await allServed(names)
      const late = first.writes.slice(writes).filter(({ path, sentAt }) => mayDecide(path) && sentAt > renewedAt + renewDeadlineMs)
      figures.late += late.length
      figures.mostLateOfOne = Math.max(figures.mostLateOfOne, late.length)
    }
    figures.writes = replicas.flatMap(({ writes }) => writes).filter(({ path }) => isStatus(path)).length
    figures.doubles = watch.doubles.length
    tell(JSON.stringify(figures))
    for (const double of watch.doubles)
      expect((double.until ?? Number.POSITIVE_INFINITY) - double.since, double.address).to.be.at.most(mendedMs)
    // Nothing live changes but for the younger one of a double.
    for (const { service: name } of watch.losses) expect(watch.doubles.flatMap(({ holders }) => holders)).to.include(name)
    const { items } = await kube.list<Service>(resources.services, { namespace: 'default' })
    const held = items.filter(({ spec }) => spec?.type === 'LoadBalancer').map(addressesOf)
    expect(held.every((addresses) => addresses.length === 1)).to.equal(true)
    expect(new Set(held.flat()).size).to.equal(held.length)
  })
})
