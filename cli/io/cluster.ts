// Everything of a cluster that a plan rests on, read once: from the API server, or from a file that kubectl has saved.
import { readFileSync, statSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { releasesName } from '../../core/release-record.ts'
import { ApiError, connectKube, type KubeClient, type Resource, resources } from '../../kube/client.ts'
import { type ClusterState, readState } from '../cluster-state.ts'
import { readYaml } from '../yaml/documents.ts'

const kinds: readonly Resource[] = [
  resources.ipAddressPools,
  resources.l2Advertisements,
  resources.bgpAdvertisements,
  resources.bgpPeers,
  resources.bfdProfiles,
  resources.communities,
  resources.allocationPolicies,
  resources.services,
  resources.namespaces,
  resources.nodes,
  resources.endpointSlices,
  resources.serviceCidrs,
]

/** Throws, in one line, when none is named or it is not there. */
export function connect(kubeconfig: string, context: string): KubeClient {
  if (kubeconfig === '' && context === '') return connectKube({ userAgent: 'metallb-plan' })
  const config = new KubeConfig()
  if (kubeconfig === '') config.loadFromDefault()
  else config.loadFromFile(kubeconfig)
  if (context !== '') {
    const known = config.getContexts().map(({ name }) => name)
    if (!known.includes(context)) throw new Error(`there is no context "${context}"; there are: ${known.join(', ')}`)
    config.setCurrentContext(context)
  }
  return connectKube({ config, userAgent: 'metallb-plan' })
}

/** Reads only. Rejects with ApiError. */
export async function readCluster(client: KubeClient, namespace: string): Promise<ClusterState> {
  const lists = await Promise.all([...kinds.map((resource) => listOf(client, resource)), releaseRecords(client, namespace)])
  return readState(lists.flat(), namespace)
}

/** Who may not read it makes plans without it. */
async function releaseRecords(client: KubeClient, namespace: string): Promise<readonly unknown[]> {
  try {
    const options = { namespace, fieldSelector: `metadata.name=${releasesName}` }
    return (await client.list<unknown>(resources.configMaps, options)).items
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return []
    throw error
  }
}

async function listOf(client: KubeClient, resource: Resource): Promise<readonly unknown[]> {
  try {
    return (await client.list<unknown>(resource)).items
  } catch (error) {
    // MetalLB itself has no AllocationPolicies, older Kubernetes no ServiceCIDRs.
    if (error instanceof ApiError && error.status === 404) return []
    throw error
  }
}

/** The settings that all programs of MetalLB in this cluster share; none when the ConfigMap is not there. */
export async function readSharedSettings(client: KubeClient, namespace: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { data = {} } = await client.get<{ readonly data?: Readonly<Record<string, string>> }>(
      resources.configMaps,
      'metallb-settings',
      namespace,
    )
    return data
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return {}
    throw error
  }
}

/** Beyond it the YAML parser needs more memory than machines have; JSON may be as long as a string. */
const largestYaml = 16 * 1024 * 1024
const largestJson = 512 * 1024 * 1024

/** Throws, in one line, when it cannot be read. */
export function readSnapshot(file: string, namespace: string): ClusterState {
  const { size } = statSync(file)
  if (size > largestJson) throw new Error(`it is larger than ${largestJson / 1024 / 1024} MiB`)
  const text = readFileSync(file, 'utf8')
  const objects = /^\s*\{/.test(text) ? [JSON.parse(text) as unknown] : readDocuments(text, size)
  const state = readState(objects, namespace)
  if (Object.values(state).every((list: readonly unknown[]) => list.length === 0)) throw new Error('no object in it matters to MetalLB')
  return state
}

function readDocuments(text: string, size: number): readonly unknown[] {
  if (size > largestYaml) throw new Error('it is large: save it with -o json instead of -o yaml')
  const yaml = readYaml(text)
  const [mistake] = yaml.mistakes
  if (mistake !== undefined) throw new Error(`line ${yaml.positionOf(mistake.span.from).line}: ${mistake.message}`)
  return yaml.documents.map(({ value }) => value)
}
