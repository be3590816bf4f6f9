// Times of the story: taken from a watch and from the first ARP answer, not from polling with a command.
import type { Service } from '../core/objects.ts'
import { resources } from '../kube/client.ts'
import { createLogger } from '../kube/logger.ts'
import { Reflector } from '../kube/reflector.ts'
import { UnexpectedError } from './narrator.ts'
import { eventually, objectFile, type Stage, showKubectl } from './stage.ts'

/** When a Service was seen by a watch: moments of performance.now(). */
export interface Sightings {
  readonly address: string
  readonly createdAt: number
  readonly addressAt: number
}

function addressOf(service: Service | undefined): string | undefined {
  return service?.status?.loadBalancer?.ingress?.[0]?.ip
}

/** The Service's address once it has one. */
export async function serviceAddress(stage: Stage, name: string): Promise<string> {
  return eventually(`Service "${name}" to get an address`, 20_000, async () => {
    const service = await stage.kube.get<Service>(resources.services, name, 'default')
    const address = addressOf(service)
    return address === undefined ? { seen: JSON.stringify(service.status ?? {}) } : { value: address, seen: address }
  })
}

/** Applies the Service "web" as `applyService` does. */
export function applyWeb(stage: Stage): Promise<Sightings> {
  return applyService(stage, 'web', 'service.yaml')
}

/** Applies a Service with kubectl under a watch that was there before, and reports when it was created and when it had an address. */
export async function applyService(stage: Stage, name: string, file: string): Promise<Sightings> {
  const reflector = new Reflector<Service>({
    client: stage.kube,
    resource: resources.services,
    namespace: 'default',
    log: createLogger({ component: 'demo', level: 'none' }),
  })
  const { promise, resolve } = Promise.withResolvers<Sightings>()
  let createdAt: number | undefined
  reflector.store.subscribe(({ type, object }) => {
    if (object.metadata.name !== name || type === 'deleted') return
    createdAt ??= performance.now()
    const address = addressOf(object)
    if (address !== undefined) resolve({ address, createdAt, addressAt: performance.now() })
  })
  reflector.start()
  try {
    await reflector.whenSynced()
    const { code, stderr } = await showKubectl(stage, ['apply', '-f', objectFile(file)])
    if (code !== 0) throw new UnexpectedError('the Service to apply', stderr)
    await serviceAddress(stage, name)
    return await promise
  } finally {
    await reflector.stop()
  }
}

/** Asks for `address` each 5 ms from now on; the moment (performance.now) at which the first ARP answer was seen. */
export async function firstArpAnswer(stage: Stage, address: string): Promise<number> {
  const { code, stdout } = await stage.lab.exec('client', ['arping', '-r', '-I', 'eth0', '-C', '1', '-W', '0.005', '-w', '30', address])
  if (code !== 0) throw new UnexpectedError(`an ARP answer for ${address} within 30 s`, stdout)
  return performance.now()
}
