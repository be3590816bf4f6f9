// One three-node lab with the product, an address pool and web pods, for all benchmarks that need one.
import process from 'node:process'
import { connectLab, objectFile } from '../demo/stage.ts'
import { buildImages } from '../images/build.ts'
import { buildLabImages } from '../images/lab.ts'
import type { KubeClient, Writable } from '../kube/client.ts'
import { type Lab, type LabImages, upLab } from '../test/lab/lab.ts'
import type { Progress } from '../tools/progress.ts'
import { setup, type Toolchain } from '../tools/setup.ts'

export interface ProductLab {
  readonly lab: Lab
  readonly kube: KubeClient
}

/** The lowest address of the pool on the LAN: a Service gets it when no other has one. */
export const lanAddress = '10.99.0.200'
/** The same of the pool that is announced by BGP. */
export const routedAddress = '10.97.0.0'

export interface Materials {
  readonly toolchain: Toolchain
  readonly images: LabImages
}

/** Sets the machine up and builds the images: nothing of that is part of a measurement. */
export async function prepare(progress: Progress): Promise<Materials> {
  const toolchain = await setup(progress)
  const images = await buildImages(toolchain.cache, progress)
  const labImages = await buildLabImages(toolchain.cache, progress)
  return { toolchain, images: { images, labImages } }
}

export class SharedLab {
  readonly #progress: Progress
  readonly #signal: AbortSignal
  #started: Promise<ProductLab> | undefined

  constructor(progress: Progress, signal: AbortSignal) {
    this.#progress = progress
    this.#signal = signal
  }

  get(): Promise<ProductLab> {
    this.#started ??= this.#start()
    return this.#started
  }

  /** Removes the lab if there is one. */
  async end(): Promise<void> {
    const started = await this.#started?.catch(() => undefined)
    if (started === undefined) return
    started.kube.close()
    await started.lab.down()
  }

  async #start(): Promise<ProductLab> {
    const { toolchain, images } = await prepare(this.#progress)
    const lab = await upLab({ name: `bench-${process.pid}`, signal: this.#signal }, toolchain, images, this.#progress)
    try {
      for (const file of ['pool.yaml', 'bgp.yaml', 'web.yaml']) await mustKubectl(lab, ['apply', '-f', objectFile(file)])
      await mustKubectl(lab, ['rollout', 'status', 'deployment/web', '--timeout=60s'])
      return { lab, kube: connectLab(lab) }
    } catch (error) {
      await lab.down()
      throw error
    }
  }
}

export async function mustKubectl(lab: Lab, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.kubectl(argv, { limitMs: 90_000 })
  if (code !== 0) throw new Error(`kubectl ${argv.join(' ')} ended with ${code}: ${stderr || stdout}`)
  return stdout
}

export interface ServiceOptions {
  readonly loadBalancerClass?: string
  readonly pool?: string
}

/** A Service in front of the lab's web pods. */
export function webService(name: string, { loadBalancerClass, pool }: ServiceOptions = {}): Writable {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', ...(pool === undefined ? {} : { annotations: { 'metallb.io/address-pool': pool } }) },
    spec: {
      type: 'LoadBalancer',
      ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080 }],
    },
  }
}

/** A pool for those who name it. */
export function namedPool(name: string, addresses: string): Writable {
  return {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name, namespace: 'metallb-system' },
    spec: { addresses: [addresses], autoAssign: false },
  }
}
