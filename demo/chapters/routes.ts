// The part of the story that has routers: addresses outside the LAN, routes to them, and a client far away.
import { namespacePlace } from '../../test/lab/network.ts'
import { RouteWatch } from '../../test/lab/route-watch.ts'
import { UnexpectedError } from '../narrator.ts'
import { curl, eventually, expectKubectl, objectFile, type Stage } from '../stage.ts'
import { applyService } from '../timing.ts'

const address = '10.97.0.0'
const addressV6 = 'fd10:97::'

/** Asks a router as its operator would, and shows command and output. */
async function ask(stage: Stage, router: string, argv: readonly string[]): Promise<string> {
  stage.narrator.command(`npm run lab -- exec ${router} -- ${argv.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')}`)
  const { stdout, stderr } = await stage.lab.exec(router, argv)
  stage.narrator.output(stdout + stderr)
  return stdout
}

interface Summary {
  readonly ipv4Unicast?: { readonly peers: Readonly<Record<string, { readonly state: string }>> }
}

export async function peersApply(stage: Stage): Promise<void> {
  await expectKubectl(stage, ['apply', '-f', objectFile('bgp.yaml')])
  const nodes = stage.lab.nodes.length
  await eventually(`a session of FRR with each of ${nodes} nodes`, 20_000, async () => {
    const { stdout } = await stage.lab.exec('frr', ['vtysh', '-c', 'show bgp summary json'])
    const peers = Object.values((JSON.parse(stdout) as Summary).ipv4Unicast?.peers ?? {})
    const up = peers.filter(({ state }) => state === 'Established').length
    return up === nodes ? { value: up, seen: '' } : { seen: `${up} of ${peers.length} neighbours are Established` }
  })
  await ask(stage, 'frr', ['vtysh', '-c', 'show bgp ipv4 summary'])
  stage.narrator.checked('each node has a session with FRR; nobody told FRR which nodes there are')
}

/** Watches the kernel's routes of a router. */
export function watchRoutes(stage: Stage, router: string): Promise<RouteWatch> {
  return RouteWatch.open(namespacePlace(stage.lab.name, router))
}

export async function routesAppear(stage: Stage): Promise<void> {
  const everyNode = (family: 'address' | 'addressV6'): ((hops: readonly string[]) => boolean) => {
    const wanted = stage.lab.nodes.map((node) => node[family]).toSorted()
    return (hops) => hops.join() === wanted.join()
  }
  const watches = await Promise.all(['frr', 'bird'].map(async (router) => ({ router, watch: await watchRoutes(stage, router) })))
  try {
    const sightings = await applyService(stage, 'routed', 'routed-service.yaml')
    if (sightings.address !== address) throw new UnexpectedError(`the first address of the pool, ${address}`, sightings.address)
    for (const { router, watch } of watches) {
      const [route] = await Promise.all([
        watch.whenNextHops(address, everyNode('address'), { limitMs: 10_000 }),
        watch.whenNextHops(addressV6, everyNode('addressV6'), { limitMs: 10_000 }),
      ])
      stage.measurements.set(`Service created → route over all nodes in the kernel of ${router}`, route.at - sightings.createdAt)
    }
  } finally {
    await Promise.all(watches.map(({ watch }) => watch.close()))
  }
  await expectKubectl(stage, ['get', 'service', 'routed'])
  await ask(stage, 'frr', ['vtysh', '-c', `show ip route ${address}/32`])
  await ask(stage, 'frr', ['vtysh', '-c', `show ipv6 route ${addressV6}/128`])
  stage.narrator.checked('FRR has one route for each family, and each node is a next hop of it')
}

/** Through which node a request came: the pod sees that node's address, on the LAN or towards its own pods. */
function enteredThrough(stage: Stage, answer: string): string | undefined {
  const client = / client (\S+)/.exec(answer)?.[1]
  return stage.lab.nodes.find((node, index) => client === node.address || client === `10.244.${index + 1}.1`)?.name
}

export async function farClientReachesPods(stage: Stage): Promise<void> {
  const answers = new Map<string, string>()
  await eventually('answers through every node', 30_000, async () => {
    const { code, stdout, stderr } = await curl(stage, address, 'outside')
    const node = code === 0 ? enteredThrough(stage, stdout) : undefined
    if (node !== undefined) answers.set(node, stdout.trim())
    return answers.size === stage.lab.nodes.length ? { value: answers, seen: '' } : { seen: stderr || [...answers.values()].join('\n') }
  })
  stage.narrator.command(`npm run lab -- exec outside -- curl http://${address}/   (10.98.0.50, behind the router; several times)`)
  stage.narrator.output([...answers.values()].join('\n'))
  const { code, stdout, stderr } = await curl(stage, addressV6, 'outside')
  if (code !== 0) throw new UnexpectedError(`an answer of ${addressV6}`, stderr || stdout)
  stage.narrator.checked(`a client outside the LAN reaches the pods through FRR, which spreads its connections over ${answers.size} nodes`)
}

/** What FRR makes of a node that has just lost its power at `cutAt` (performance.now()). */
export async function nextHopGoes(stage: Stage, watch: RouteWatch, node: string, cutAt: number): Promise<void> {
  const lost = addressOf(stage, node)
  const { at, nextHops } = await watch.whenNextHops(address, (hops) => !hops.includes(lost), { since: cutAt, limitMs: 10_000 })
  if (nextHops.length !== stage.lab.nodes.length - 1) throw new UnexpectedError(`${lost} alone to go`, nextHops.join(', '))
  stage.measurements.set('power cut → next hop gone in the kernel of frr (hold time 3 s)', at - cutAt)
  await ask(stage, 'frr', ['vtysh', '-c', `show ip route ${address}/32`])
  stage.narrator.checked(`${node} is no next hop of FRR any more`)
}

/** And when the node has been switched on again at `backAt`. */
export async function nextHopComes(stage: Stage, watch: RouteWatch, node: string, backAt: number): Promise<void> {
  const { at } = await watch.whenNextHops(address, (hops) => hops.includes(addressOf(stage, node)), { since: backAt, limitMs: 60_000 })
  stage.measurements.set('power back → next hop in the kernel of frr', at - backAt)
  stage.narrator.checked(`${node} is a next hop of FRR again`)
}

function addressOf(stage: Stage, node: string): string {
  const found = stage.lab.nodes.find(({ name }) => name === node)
  if (found === undefined) throw new Error(`no node ${node}`)
  return found.address
}
