// Where the documents of the seeds are played: the shared lab, a client that finds their addresses on its LAN, and an end that leaves nothing.
import { expect } from 'chai'
import type { Service } from '../../core/objects.ts'
import type { Narrator } from '../../demo/narrator.ts'
import { objectFile, type Stage } from '../../demo/stage.ts'
import { resources } from '../../kube/client.ts'
import type { Outcome } from '../lab/place.ts'
import { until } from '../lab/wait.ts'
import { documentOf, pathOf } from '../seeds/documents.ts'
import { productLab } from './product-lab.ts'

export const own = 'metallb-system'

const ourKinds = 'ipaddresspools,l2advertisements,bgppeers,bgpadvertisements,bfdprofiles,communities'
const silent: Narrator = { chapter: () => undefined, command: () => undefined, output: () => undefined, checked: () => undefined }

/** Addresses of the documents that no LAN of the lab has: their clients ask for them by ARP all the same. */
const foreignPrefixes = ['192.168.0.0/16', '10.0.3.0/24', '203.0.113.0/24']

export class SeedStage {
  readonly stage: Stage

  private constructor(stage: Stage) {
    this.stage = stage
  }

  /** Starts the shared lab. */
  static async open(): Promise<SeedStage> {
    return new SeedStage({ ...(await productLab()), narrator: silent, measurements: new Map() })
  }

  run(argv: readonly string[], input = ''): Promise<Outcome> {
    return this.stage.lab.kubectl(argv, { input })
  }

  /** Runs kubectl, which must succeed. */
  async must(argv: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, input)
    expect(code, `kubectl ${argv.join(' ')}: ${stderr}`).to.equal(0)
    return stdout
  }

  /** Runs kubectl, which must fail; what it says. */
  async refused(argv: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, input)
    expect(code, `kubectl ${argv.join(' ')}: ${stdout}`).to.equal(1)
    return stderr
  }

  /** Applies documents as they are, in this order. */
  async apply(...ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.must(['apply', '-f', pathOf(documentOf(id))])
  }

  /** Applies one document, and shows what kubectl wrote. */
  applyShown(id: string): Promise<Outcome> {
    return this.run(['apply', '-f', pathOf(documentOf(id))])
  }

  /** `kubectl create service loadbalancer`; warnings and all. */
  async createService(name: string, namespace = 'default'): Promise<string> {
    const { code, stdout, stderr } = await this.run(['create', 'service', 'loadbalancer', name, '--tcp=80:8080', '-n', namespace])
    expect(code, stderr).to.equal(0)
    return stdout + stderr
  }

  /** The same with the pods of `startPods('web', …)` behind it, once it has an address. */
  async expose(name: string): Promise<string> {
    await this.createService(name)
    await this.must(['set', 'selector', `service/${name}`, 'app=web'])
    return this.addressesOf(name)
  }

  /** The addresses of a Service, once it has some. */
  async addressesOf(name: string, namespace = 'default'): Promise<string> {
    return until(
      `an address of ${namespace}/${name}`,
      async () => {
        const { status } = await this.stage.kube.get<Service>(resources.services, name, namespace)
        return status?.loadBalancer?.ingress?.map(({ ip }) => ip).join(', ')
      },
      { limitMs: 20_000 },
    )
  }

  async annotationsOf(name: string, namespace = 'default'): Promise<Readonly<Record<string, string>>> {
    const { metadata } = await this.stage.kube.get<Service>(resources.services, name, namespace)
    return metadata.annotations ?? {}
  }

  /** Pods that answer on port 8080, with these labels, in a Deployment of that name. */
  async startPods(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const deployment = JSON.parse(await this.must(['create', '--dry-run=client', '-o', 'json', '-f', objectFile('web.yaml')])) as Deployment
    deployment.metadata.name = name
    deployment.spec.selector.matchLabels = labels
    deployment.spec.template.metadata.labels = labels
    await this.must(['apply', '-f', '-'], JSON.stringify(deployment))
    await this.must(['rollout', 'status', `deployment/${name}`, '--timeout=60s'])
  }

  /** The client asks its LAN for the addresses of the documents. */
  async extendLan(): Promise<void> {
    for (const prefix of foreignPrefixes) await this.stage.lab.exec('client', ['ip', 'route', 'replace', prefix, 'dev', 'eth0'])
  }

  /** Services go first: no pool goes from under them. */
  async strike(namespaces: readonly string[] = []): Promise<void> {
    for (const namespace of ['default', ...namespaces])
      await this.must(['delete', 'services', '-n', namespace, '--field-selector=spec.type=LoadBalancer'])
    await this.must(['delete', ourKinds, '--all', '-n', own])
  }

  async close(namespaces: readonly string[]): Promise<void> {
    await this.strike(namespaces)
    for (const prefix of foreignPrefixes) await this.stage.lab.exec('client', ['ip', 'route', 'del', prefix, 'dev', 'eth0'])
    await this.run(['delete', 'deployments', '--all', '-n', 'default'])
    if (namespaces.length > 0) await this.run(['delete', 'namespaces', ...namespaces, '--wait=false', '--ignore-not-found'])
  }
}

interface Deployment {
  readonly metadata: { name: string }
  readonly spec: {
    readonly selector: { matchLabels: Readonly<Record<string, string>> }
    readonly template: { readonly metadata: { labels: Readonly<Record<string, string>> } }
  }
}
