// The story that the demo tells and a test repeats: from `kubectl apply` to an answered ARP and to a route, through refusals, a lost leader and a power cut.
import type { Service } from '../core/objects.ts'
import { resources } from '../kube/client.ts'
import { farClientReachesPods, nextHopComes, nextHopGoes, peersApply, routesAppear, watchRoutes } from './chapters/routes.ts'
import { UnexpectedError } from './narrator.ts'
import { announcer, arpAnswers, curl, eventually, expectKubectl, objectFile, type Stage, showKubectl } from './stage.ts'
import { applyWeb, firstArpAnswer, serviceAddress } from './timing.ts'

export interface Chapter {
  readonly title: string
  readonly tell: (stage: Stage) => Promise<void>
}

const first = '10.99.0.200'
const second = '10.99.0.201'

async function poolApplies(stage: Stage): Promise<void> {
  await expectKubectl(stage, ['apply', '-f', objectFile('pool.yaml')])
  await expectKubectl(stage, ['get', 'ipaddresspools,l2advertisements', '-n', 'metallb-system'])
  stage.narrator.checked('pool and advertisement are stored')
}

/** Applies a document that must be refused, with every one of `causes` in what kubectl prints. */
async function refused(stage: Stage, file: string, causes: readonly RegExp[]): Promise<void> {
  const before = performance.now()
  const { code, stderr } = await showKubectl(stage, ['apply', '-f', objectFile(file)])
  stage.measurements.set('kubectl apply → error (kubectl itself included)', performance.now() - before)
  if (code === 0) throw new UnexpectedError(`${file} to be refused`, 'kubectl exit code 0')
  for (const cause of causes) if (!cause.test(stderr)) throw new UnexpectedError(`the cause ${String(cause)}`, stderr)
}

async function wrongPoolsAreRefused(stage: Stage): Promise<void> {
  await refused(stage, 'overlapping-pool.yaml', [/overlaps with already defined CIDR/, /"lan"/, /spec\.addresses\[0\]/])
  stage.narrator.checked('the overlap is refused, and the other pool is named')
  await refused(stage, 'wrong-range.yaml', [/spec\.addresses\[0\]/, /spec\.addresses\[1\]/])
  stage.narrator.checked('both mistakes of one pool are reported at once')
  await refused(stage, 'wrong-shape.yaml', [/spec\.addresses:/, /spec\.autoAssign:/])
  stage.narrator.checked('both mistakes of shape are reported at once')
  const { stdout } = await stage.lab.kubectl(['get', 'ipaddresspools', '-A', '-o', 'name'])
  if (stdout.trim() !== 'ipaddresspool.metallb.io/lan') throw new UnexpectedError('only the pool "lan" to be stored', stdout)
}

async function serviceGetsAddress(stage: Stage): Promise<void> {
  await expectKubectl(stage, ['apply', '-f', objectFile('web.yaml')])
  await expectKubectl(stage, ['rollout', 'status', 'deployment/web', '--timeout=60s'])
  const answer = firstArpAnswer(stage, first)
  const [{ address, createdAt, addressAt }, answeredAt] = await Promise.all([applyWeb(stage), answer])
  if (address !== first) throw new UnexpectedError(`the first address of the pool, ${first}`, address)
  stage.measurements.set('Service created → address', addressAt - createdAt)
  stage.measurements.set('address → first ARP answer', answeredAt - addressAt)
  await expectKubectl(stage, ['get', 'service', 'web'])
  const service = await stage.kube.get<Service>(resources.services, 'web', 'default')
  const annotations = service.metadata.annotations ?? {}
  if (annotations['metallb.io/address-pool'] !== 'lan' || annotations['metallb.io/address-pool-source'] !== 'default') {
    throw new UnexpectedError('the annotations of the default pool', JSON.stringify(annotations))
  }
  stage.narrator.checked(`the Service carries no annotation of its own, got the default pool "lan" and ${address}`)
}

async function clientReachesPods(stage: Stage): Promise<void> {
  const node = await announcer(stage, first)
  stage.narrator.command(`arping ${first}`)
  stage.narrator.checked(`ARP for ${first} is answered by exactly one node: ${node}`)
  const pods = new Set<string>()
  await eventually('answers of at least two pods', 20_000, async () => {
    const { code, stdout, stderr } = await curl(stage, first)
    if (code === 0) pods.add(stdout.trim())
    return pods.size >= 2 ? { value: pods, seen: '' } : { seen: stderr || [...pods].join('\n') }
  })
  stage.narrator.command(`curl http://${first}/   (from the LAN, several times)`)
  stage.narrator.output([...pods].join('\n'))
  stage.narrator.checked('the client reaches the pods through the address')
}

async function leaderIsDeleted(stage: Stage): Promise<void> {
  const lease = ['get', 'lease', 'metallb-controller', '-n', 'metallb-system', '-o', 'jsonpath={.spec.holderIdentity}']
  const leader = (await stage.lab.kubectl(lease)).stdout.trim()
  await expectKubectl(stage, ['delete', 'pod', leader, '-n', 'metallb-system', '--wait=false'])
  await eventually('another controller to lead', 30_000, async () => {
    const holder = (await stage.lab.kubectl(lease)).stdout.trim()
    return holder !== '' && holder !== leader ? { value: holder, seen: holder } : { seen: holder }
  })
  stage.narrator.command('kubectl create service loadbalancer second --tcp=80:8080')
  const before = performance.now()
  const created = await stage.lab.kubectl(['create', 'service', 'loadbalancer', 'second', '--tcp=80:8080'])
  stage.narrator.output(created.stdout + created.stderr)
  const address = await serviceAddress(stage, 'second')
  stage.measurements.set('new Service under a new leader → address', performance.now() - before)
  if (address !== second) throw new UnexpectedError(`the next address, ${second}`, address)
  const kept = await serviceAddress(stage, 'web')
  if (kept !== first) throw new UnexpectedError(`the Service "web" to keep ${first}`, kept)
  await expectKubectl(stage, ['get', 'services', 'web', 'second'])
  stage.narrator.checked('the address stayed, and the new leader serves a new Service')
}

async function deletedServiceIsSilent(stage: Stage): Promise<void> {
  await expectKubectl(stage, ['delete', 'service', 'web'])
  await eventually(`ARP for ${first} to fall silent`, 10_000, async () => {
    const answers = await arpAnswers(stage, first, 2)
    return answers.length === 0 ? { value: true, seen: '' } : { seen: answers.join(' ') }
  })
  stage.narrator.checked(`nobody answers ARP for ${first}`)
  const { address } = await applyWeb(stage)
  if (address !== first) throw new UnexpectedError(`the freed address ${first} to be handed out again`, address)
  stage.narrator.checked(`the address was free: a new Service has it`)
}

/** A Service whose address a worker announces: the first node has the control plane and stays up. */
async function addressOfWorker(stage: Stage): Promise<{ readonly address: string; readonly node: string }> {
  const control = stage.lab.nodes[0]?.name
  for (let index = 1; index <= 16; index += 1) {
    const name = `worker-${index}`
    await stage.lab.kubectl(['create', 'service', 'loadbalancer', name, '--tcp=80:8080'])
    await stage.lab.kubectl(['set', 'selector', `service/${name}`, 'app=web'])
    const address = await serviceAddress(stage, name)
    const node = await announcer(stage, address)
    if (node !== control) return { address, node }
  }
  throw new UnexpectedError('one of 16 addresses to be announced by a worker', 'all of them by the first node')
}

async function workerLosesPower(stage: Stage): Promise<void> {
  const { address, node } = await addressOfWorker(stage)
  stage.narrator.checked(`${address} is announced by ${node}`)
  const watch = await watchRoutes(stage, 'frr')
  try {
    stage.narrator.command(`npm run lab -- kill-node ${node}`)
    const cutAt = performance.now()
    await stage.lab.killNode(node)
    const answers = await arpAnswers(stage, address, 2)
    if (answers.length > 0) throw new UnexpectedError('a node without power to be silent', answers.join(' '))
    await nextHopGoes(stage, watch, node, cutAt)
    stage.narrator.command(`npm run lab -- start-node ${node}`)
    const before = performance.now()
    await stage.lab.startNode(node)
    await answersAgain(stage, { address, node }, before)
    await nextHopComes(stage, watch, node, before)
  } finally {
    await watch.close()
  }
  await expectKubectl(stage, ['get', 'nodes'])
}

async function answersAgain(stage: Stage, { address, node }: { address: string; node: string }, since: number): Promise<void> {
  const back = await announcer(stage, address, 60_000)
  stage.measurements.set('power back → ARP answered', performance.now() - since)
  if (back !== node) throw new UnexpectedError(`${node} to announce ${address} again`, back)
  stage.narrator.checked(`${node} is back and answers for ${address} again`)
}

export const chapters: readonly Chapter[] = [
  { title: 'A pool and an advertisement apply', tell: poolApplies },
  { title: 'Wrong pools are refused, every mistake at once', tell: wrongPoolsAreRefused },
  { title: 'A Service without any annotation gets the default pool and an address', tell: serviceGetsAddress },
  { title: 'A client on the LAN reaches the pods; one node answers ARP', tell: clientReachesPods },
  { title: 'Routers for peers, and a pool outside the LAN', tell: peersApply },
  { title: 'A Service from that pool is a route, with every node a next hop', tell: routesAppear },
  { title: 'A client outside the LAN reaches the pods through the router, over all nodes', tell: farClientReachesPods },
  { title: "The controller leader's pod is deleted", tell: leaderIsDeleted },
  { title: 'The Service is deleted: its address is free, ARP is silent', tell: deletedServiceIsSilent },
  { title: 'A worker loses power and comes back: so do its ARP answers and its next hop', tell: workerLosesPower },
]
