// What the manifests promise and kustomize does not check.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse, parseAllDocuments } from 'yaml'
import { settingsFolder } from '../../../kube/settings.ts'

const base = new URL('../../../manifests/base/', import.meta.url)

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly subjects?: readonly { readonly name: string }[]
  readonly webhooks?: unknown
  readonly data?: unknown
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }
    readonly ports?: readonly { readonly name: string; readonly port: number }[]
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly serviceAccountName: string
        readonly securityContext: Readonly<Record<string, unknown>>
        readonly containers: readonly {
          readonly name: string
          readonly args: readonly string[]
          readonly env: readonly { readonly name: string }[]
          readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
          readonly securityContext: Readonly<Record<string, unknown>>
          readonly resources: { readonly limits: Readonly<Record<string, string>> }
        }[]
        readonly volumes?: readonly { readonly name: string; readonly secret?: unknown }[]
      }
    }
  }
}

const read = (name: string): string => readFileSync(new URL(name, base), 'utf8')
const files = readdirSync(base).filter((name) => name !== 'kustomization.yaml')
const manifests = files.flatMap((name) => parseAllDocuments(read(name)).map((document) => document.toJS() as Manifest))
const find = (kind: string, name: string) => manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)
const workloads = manifests.flatMap((manifest) => {
  const template = manifest.spec?.template
  return template === undefined ? [] : [{ manifest, template }]
})

describe('The manifests', () => {
  it('are all in the kustomization', () => {
    const { resources } = parse(read('kustomization.yaml')) as { resources: string[] }
    expect(resources.filter((name) => name !== '../../schemas/crds')).to.have.members(files)
  })

  it('name the namespace nowhere but where it is made, so that another one works', () => {
    const naming = files.filter((name) => name !== 'namespace.yaml' && /metallb-system(?!:)/.test(read(name)))
    expect(naming).to.deep.equal([])
  })

  it('have the three workloads under the names that users know', () => {
    expect(workloads.map(({ manifest: { kind, metadata } }) => `${kind}/${metadata.name}`)).to.have.members([
      'Deployment/webhook',
      'Deployment/controller',
      'DaemonSet/speaker',
    ])
  })

  it('label every Pod as MetalLB and its users do', () => {
    for (const { manifest, template } of workloads) {
      const { name } = manifest.metadata
      expect(template.metadata.labels).to.include({ app: 'metallb', component: name })
      expect(template.metadata.labels).to.include({ 'app.kubernetes.io/name': 'metallb', 'app.kubernetes.io/component': name })
      expect(manifest.spec?.selector?.matchLabels).to.deep.equal({ app: 'metallb', component: name })
      expect(template.spec.containers[0]?.name).to.equal(name)
    }
  })

  it('give each workload an account of its own, bound to what it needs', () => {
    for (const { template } of workloads) {
      const name = template.spec.serviceAccountName
      expect(find('ServiceAccount', name), name).not.to.equal(undefined)
      const bindings = manifests.filter(({ subjects }) => subjects?.some((subject) => subject.name === name))
      expect(bindings.map(({ kind }) => kind)).to.have.members(['ClusterRoleBinding', 'RoleBinding'])
    }
  })

  it('harden every container and bound its memory', () => {
    for (const { template } of workloads)
      for (const { securityContext, resources } of template.spec.containers) {
        expect(securityContext).to.include({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true })
        expect(securityContext['capabilities']).to.deep.include({ drop: ['ALL'] })
        expect(resources.limits).to.deep.equal({ memory: '512Mi' })
      }
  })

  it('mount the settings where every program looks for them, and start without them', () => {
    for (const { template } of workloads) {
      expect(template.spec.containers[0]?.volumeMounts).to.deep.include({ name: 'settings', mountPath: settingsFolder, readOnly: true })
      expect(template.spec.volumes).to.deep.include({ name: 'settings', configMap: { name: 'metallb-settings', optional: true } })
    }
    expect(find('ConfigMap', 'metallb-settings')).not.to.have.property('data')
  })

  it('mount in the speaker what MetalLB mounts there, where it is', () => {
    const template = workloads.find(({ manifest }) => manifest.metadata.name === 'speaker')?.template
    const mounts = template?.spec.containers[0]?.volumeMounts?.map(({ name, mountPath }) => `${name} ${mountPath}`)
    expect(mounts).to.include.members(['tmp /tmp', 'memberlist /etc/ml_secret_key'])
    expect(template?.spec.volumes?.find(({ name }) => name === 'memberlist')?.secret).to.deep.equal({
      secretName: 'memberlist',
      optional: true,
    })
    expect(template?.spec.containers[0]?.env.map(({ name }) => name)).to.include.members(['METALLB_NODE_NAME', 'METALLB_HOST'])
  })

  it('leave the user of the speaker to the pod, so that an overlay can change it', () => {
    const template = workloads.find(({ manifest }) => manifest.metadata.name === 'speaker')?.template
    expect(template?.spec.securityContext).to.include({ runAsUser: 0 })
    expect(template?.spec.containers[0]?.securityContext).not.to.have.property('runAsUser')
  })

  for (const [component, document] of [
    ['hardened-speaker', '001-0585.yaml'],
    ['optimized-speaker', '001-0997.yaml'],
  ])
    it(`have as component ${component} what people wrote as a DaemonSet without selector and image, unedited`, () => {
      const shipped = readFileSync(new URL(`../components/${component}/daemonset.yaml`, base), 'utf8')
      expect(shipped).to.equal(readFileSync(new URL(`../../seeds/documents/${document}`, import.meta.url), 'utf8'))
    })

  it('leave the registrations and the Secret for the webhook to fill in', () => {
    for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'])
      expect(find(kind, 'metallb-webhook-configuration')).not.to.have.property('webhooks')
    expect(find('Secret', 'metallb-webhook-cert')).not.to.have.property('data')
  })

  it('serve the ports that users scrape and the API server calls', () => {
    const ports = (name: string) => find('Service', name)?.spec?.ports?.map((port) => `${port.name} ${port.port}`)
    expect(ports('metallb-controller')).to.deep.equal(['metrics 7472', 'monitoring 7473'])
    expect(ports('metallb-speaker')).to.deep.equal(['metrics 7472', 'monitoring 7473'])
    expect(ports('metallb-webhook-service')).to.deep.equal(['webhook 443'])
  })
})
