// What tests of BGP on the shared lab have in common: a Service to whose address every node gives both routers a route.
import { expect } from 'chai'
import type { Narrator } from '../../demo/narrator.ts'
import { eventually, objectFile, type Stage } from '../../demo/stage.ts'
import { serviceAddress } from '../../demo/timing.ts'
import type { ObjectMeta } from '../../schemas/object-meta.ts'
import type { Lab } from '../lab/lab.ts'
import { namespacePlace } from '../lab/network.ts'
import { RouteWatch } from '../lab/route-watch.ts'
import { productLab } from './product-lab.ts'

/** The first address of the story's pool for BGP. */
export const routed = '10.97.0.0'

export const routers = ['frr', 'bird'] as const
export type RouterName = (typeof routers)[number]
export type Watches = Readonly<Record<RouterName, RouteWatch>>

export const namespace = 'metallb-system'

const silent: Narrator = { chapter: () => undefined, command: () => undefined, output: () => undefined, checked: () => undefined }

/** Runs kubectl, which must succeed. */
export async function kubectl(lab: Lab, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.kubectl(argv)
  expect(code, `kubectl ${argv.join(' ')}: ${stderr}`).to.equal(0)
  return stdout
}

/** Starts the shared lab and applies peers, pools, pods and Service; resolves when both routers have the route over all nodes. */
export async function announceRouted(): Promise<Stage> {
  const stage = { ...(await productLab()), narrator: silent, measurements: new Map() }
  const { lab } = stage
  const files = ['pool.yaml', 'bgp.yaml', 'web.yaml', 'routed-service.yaml']
  await kubectl(lab, 'apply', ...files.flatMap((file) => ['-f', objectFile(file)]))
  await kubectl(lab, 'rollout', 'status', 'deployment/web', '--timeout=60s')
  expect(await serviceAddress(stage, 'routed')).to.equal(routed)
  await untilEveryNode(lab)
  return stage
}

export async function removeRouted(): Promise<void> {
  const { lab } = await productLab()
  const files = ['routed-service.yaml', 'web.yaml', 'bgp.yaml', 'pool.yaml']
  await lab.kubectl(['delete', '--ignore-not-found', ...files.flatMap((file) => ['-f', objectFile(file)])])
}

interface KernelRoute {
  readonly gateway?: string
  readonly nexthops?: readonly { readonly gateway: string }[]
}

/** Of the route in a router's kernel, sorted. */
async function nextHops(lab: Lab, router: RouterName): Promise<readonly string[]> {
  const { stdout } = await lab.exec(router, ['ip', '-json', 'route', 'show', routed])
  const routes = JSON.parse(stdout || '[]') as readonly KernelRoute[]
  return routes.flatMap(({ gateway, nexthops = [] }) => gateway ?? nexthops.map((hop) => hop.gateway)).toSorted()
}

export function addressesOf(lab: Lab): readonly string[] {
  return lab.nodes.map(({ address }) => address).toSorted()
}

/** Until both routers have the route over all nodes. */
export async function untilEveryNode(lab: Lab): Promise<void> {
  const wanted = addressesOf(lab).join()
  for (const router of routers) {
    await eventually(`${router} to have the route over every node`, 60_000, async () => {
      const seen = (await nextHops(lab, router)).join()
      return seen === wanted ? { value: true, seen } : { seen }
    })
  }
}

const unusedPool = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: unused, namespace: ${namespace} }
spec: { addresses: [10.96.255.1/32] }
`

/**
 * Until the API server reaches a webhook again. It kept a connection to one on a node without power: it learns of that after 30 s of silence
 * and 15 s without an answer to its ping.
 */
export async function untilAdmission(lab: Lab): Promise<void> {
  await eventually('the API server to reach a webhook', 90_000, async () => {
    const { code, stdout, stderr } = await lab.kubectl(['create', '--dry-run=server', '-f', '-'], { input: unusedPool })
    return code === 0 ? { value: true, seen: stdout } : { seen: stderr }
  })
}

/** Watches both routers while the work is done. */
export async function watching<T>(lab: Lab, work: (watches: Watches) => Promise<T>): Promise<T> {
  await using frr = await RouteWatch.open(namespacePlace(lab.name, 'frr'))
  await using bird = await RouteWatch.open(namespacePlace(lab.name, 'bird'))
  return await work({ frr, bird })
}

interface Summary {
  readonly ipv4Unicast: { readonly peers: Readonly<Record<string, { readonly state: string; readonly peerUptimeMsec: number }>> }
}

/** Of FRR's sessions that are up: for how many seconds they have been. */
export async function sessionAges(lab: Lab): Promise<readonly number[]> {
  const { stdout } = await lab.exec('frr', ['vtysh', '-c', 'show bgp summary json'])
  const peers = Object.values((JSON.parse(stdout) as Summary).ipv4Unicast.peers)
  return peers.flatMap(({ state, peerUptimeMsec }) => (state === 'Established' ? peerUptimeMsec / 1000 : []))
}

/** What happened to the route while somebody watched. */
export function changesOf(watch: RouteWatch): readonly string[] {
  return watch.changes.filter(({ prefix }) => prefix === routed).map(({ nextHops: hops }) => hops.join() || 'gone')
}

/** Puts a figure behind the name of the test under way: what was measured, which no assertion depends on. */
export function report({ test }: Mocha.Context, figure: string): void {
  if (test !== undefined) test.title += ` [${figure}]`
}

/** The name of the speaker's pod on that node. */
export async function speakerOn(lab: Lab, node: string): Promise<string> {
  const selectors = ['-l', 'component=speaker', '--field-selector', `spec.nodeName=${node},status.phase=Running`]
  const text = await kubectl(lab, 'get', 'pods', '-n', namespace, ...selectors, '-o', 'json')
  const { items } = JSON.parse(text) as { readonly items: readonly { readonly metadata: ObjectMeta }[] }
  const names = items.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? metadata.name : undefined) ?? [])
  expect(names, `speakers on ${node} that stay`).to.have.lengthOf(1)
  return names[0] ?? ''
}

/** As the node sees it. */
export async function speakerPid(lab: Lab, node: string): Promise<string> {
  const { stdout } = await lab.exec(node, ['pgrep', '--full', '^/usr/bin/node /app/speaker'])
  expect(stdout, `the pid of the speaker on ${node}`).to.match(/^\d+\n$/)
  return stdout.trim()
}

/** How often each speaker was started again, in the order of their names. */
export async function speakerRestarts(lab: Lab): Promise<string> {
  const path = 'jsonpath={.items[*].status.containerStatuses[*].restartCount}'
  return kubectl(lab, 'get', 'pods', '-n', namespace, '-l', 'component=speaker', '-o', path)
}
