// The address of a deleted Service on a real cluster: who gets it, and who does not, while leaders come and go.
import { expect } from 'chai'
import type { Lab } from '../lab/lab.ts'
import { until } from '../lab/wait.ts'
import { expectGolden } from './golden-text.ts'
import { must, namespace } from './installed.ts'
import { productLab } from './product-lab.ts'

let lab: Lab

const pool = (name: string, addresses: string, hold: string): object => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name, namespace, annotations: { 'metallb.io/hold': hold } },
  spec: { addresses: [addresses], autoAssign: false },
})

const service = (name: string, annotations: Readonly<Record<string, string>>, home = 'default'): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: home, annotations },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'none' } },
})

const inKept = { 'metallb.io/address-pool': 'kept' }
const asking = (address: string): Readonly<Record<string, string>> => ({ 'metallb.io/loadBalancerIPs': address })

async function apply(...objects: readonly object[]): Promise<void> {
  await must(lab, ['apply', '-f', '-'], objects)
}

async function remove(...names: readonly string[]): Promise<void> {
  await must(lab, ['delete', 'service', ...names])
}

const reasonPath = 'jsonpath={.status.conditions[?(@.type=="metallb.io/Allocated")].reason}'

async function shows(argv: readonly string[], expected: string | RegExp): Promise<void> {
  let seen = ''
  const isShown = (): boolean => (typeof expected === 'string' ? seen === expected : expected.test(seen))
  await until(
    `${argv.join(' ')} to show ${String(expected)}`,
    async () => {
      seen = (await lab.kubectl(['get', ...argv])).stdout
      return isShown() ? true : undefined
    },
    { limitMs: 60_000, everyMs: 200, evidence: () => `it shows ${seen}` },
  )
}

function holds(name: string, address: string, home = 'default'): Promise<void> {
  return shows(['service', name, '-n', home, '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'], address)
}

function isWrittenDown(expected: RegExp): Promise<void> {
  return shows(['configmap', 'metallb-released-addresses', '-n', namespace, '-o', 'jsonpath={.data}'], expected)
}

before('starts the shared lab', async function () {
  this.timeout(240_000)
  lab = (await productLab()).lab
})

describe('The address of a deleted Service', () => {
  before(async () => {
    await apply(pool('kept', '10.99.41.0/30', '1h'), pool('briefly', '10.99.41.4/32', '4s'))
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lenient', annotations: { 'metallb.io/admission': 'off' } } })
  })

  after(async () => {
    await must(lab, ['delete', 'service', 'one', 'two', '--ignore-not-found'])
    await must(lab, ['delete', 'namespace', 'lenient'])
    await must(lab, ['delete', 'ipaddresspools', '-n', namespace, 'kept', 'briefly', '--ignore-not-found'])
  })

  it('is for the Service when it comes back, and for nobody who asks for it meanwhile', async () => {
    await apply(service('one', inKept))
    await holds('one', '10.99.41.0')
    await remove('one')
    const thief = JSON.stringify(service('thief', asking('10.99.41.0')))
    const { code, stderr } = await lab.kubectl(['apply', '-f', '-'], { input: thief })
    expect(code).to.equal(1)
    expectGolden('hold', stderr.replace(/until \S+Z/, 'until TIME'))
    await isWrittenDown(/Z 10\.99\.41\.0 default\/one\\n/)
    await apply(service('two', inKept))
    await holds('two', '10.99.41.1')
    await apply(service('one', inKept))
    await holds('one', '10.99.41.0')
  })

  it('is as certain when the leader is killed, and for those who are deleted while there is none', async function () {
    this.timeout(120_000)
    await remove('one')
    const leader = await must(lab, ['get', 'lease', 'metallb-controller', '-n', namespace, '-o', 'jsonpath={.spec.holderIdentity}'])
    await must(lab, ['delete', 'pod', leader, '-n', namespace, '--grace-period=0', '--force'])
    await remove('two')
    await apply(service('two', inKept), service('one', inKept))
    await holds('two', '10.99.41.1')
    await holds('one', '10.99.41.0')
  })

  it('is as certain when all replicas are killed', async function () {
    this.timeout(120_000)
    await remove('one', 'two')
    await isWrittenDown(/10\.99\.41\.0 default\/one.*10\.99\.41\.1 default\/two|10\.99\.41\.1 default\/two.*10\.99\.41\.0 default\/one/)
    await must(lab, ['delete', 'pod', '-l', 'component=controller', '-n', namespace, '--grace-period=0', '--force'])
    await apply(service('two', inKept), service('one', inKept))
    await holds('two', '10.99.41.1')
    await holds('one', '10.99.41.0')
  })

  it('goes to who waits for it when the time is over', async () => {
    await apply(service('short', { 'metallb.io/address-pool': 'briefly' }, 'lenient'))
    await holds('short', '10.99.41.4', 'lenient')
    await apply(service('heir', asking('10.99.41.4'), 'lenient'))
    await shows(['service', 'heir', '-n', 'lenient', '-o', reasonPath], 'AddressInUse')
    await must(lab, ['delete', 'service', 'short', '-n', 'lenient'])
    await holds('heir', '10.99.41.4', 'lenient')
    // The condition said so for four seconds; the Event stays.
    const told = [
      'events',
      '-n',
      'lenient',
      '--field-selector=involvedObject.name=heir,reason=AllocationFailed',
      '-o',
      'jsonpath={.items[*].message}',
    ]
    await shows(told, /10\.99\.41\.4 is held for Service lenient\/short until/)
  })
})
