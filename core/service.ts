// A Service reduced to what load balancing reads: parsed once here, complete and readonly for everybody else.
import { type Address, type Family, parseAddress } from './address.ts'
import { annotations, deprecatedAnnotations, readAnnotation } from './annotations.ts'
import { joinName, type NamespacedName } from './namespaced-name.ts'
import type { Service } from './objects.ts'
import { readRequest, type ServiceRequest } from './request.ts'
import type { Labels } from './selector.ts'
import { asFields, asList, asText, asTexts, type Fields } from './shape.ts'

/** Which Services are ours: those of one class alone, or (when absent) those without a class and of every `metallb.io/*` class. */
export interface LoadBalancerClasses {
  readonly only?: string
  /** Those without a class are ours too; true when absent. */
  readonly unset?: boolean
}

export interface ServicePortView {
  readonly protocol: string
  readonly port: number
}

export interface ServiceView extends ServiceRequest {
  readonly key: NamespacedName
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** RFC 3339; empty for an object that is not stored yet. */
  readonly createdAt: string
  readonly resourceVersion: string
  readonly deleting: boolean
  readonly labels: Labels
  /** Of type LoadBalancer, and of a class that is ours. */
  readonly isLoadBalancer: boolean
  /** Of type LoadBalancer, but somebody else's class. */
  readonly isForeign: boolean
  readonly loadBalancerClass?: string
  /** In the order of `ipFamilies`: the first is the primary. Empty before the API server has chosen. */
  readonly families: readonly Family[]
  readonly familyPolicy: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack'
  readonly clusterAddresses: readonly Address[]
  readonly ports: readonly ServicePortView[]
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  readonly selector: Labels
  readonly sharingKey?: string
  /** What the status says it has, in that order, without what cannot be read. */
  readonly held: readonly Address[]
  /** The `ip` texts of the status as they stand. */
  readonly heldText: readonly string[]
  /** Every entry of the status carries `ipMode: VIP`, so that writing the same again would change nothing. */
  readonly heldIsComplete: boolean
  /** The status has an entry that is not one of our addresses: a host name, or text that is no address. */
  readonly heldIsStrange: boolean
  /** Annotation `metallb.io/ip-allocated-from-pool`. */
  readonly allocatedFromPool?: string
  /** The condition `metallb.io/Allocated` of the status. */
  readonly allocated?: AllocatedCondition
  readonly deprecatedAnnotations: readonly string[]
}

/** Of metav1.Condition what we decide; when it changed is the writer's business. */
export interface AllocatedCondition {
  readonly status: 'True' | 'False'
  /** CamelCase: the reason of a Refusal, or `Allocated`. */
  readonly reason: string
  readonly message: string
}

export const allocatedConditionType = 'metallb.io/Allocated'

const ourClassPrefix = 'metallb.io/'

/** Never throws, whatever the object holds: what cannot be read counts as absent. */
export function viewService(service: Service, classes: LoadBalancerClasses = {}): ServiceView {
  const metadata = asFields(asFields(service)?.['metadata']) ?? {}
  const spec = asFields(asFields(service)?.['spec']) ?? {}
  const namespace = asText(metadata['namespace']) ?? ''
  const name = asText(metadata['name']) ?? ''
  const loadBalancerClass = asText(spec['loadBalancerClass'])
  const isType = spec['type'] === 'LoadBalancer'
  const isOurs = isOurClass(loadBalancerClass, classes)
  const clusterAddresses = readClusterAddresses(spec)
  const sharingKey = readAnnotation(metadata['annotations'], annotations.allowSharedIP)
  const allocatedFromPool = asTexts(metadata['annotations'])[annotations.allocatedFromPool]
  return {
    key: joinName(namespace, name),
    namespace,
    name,
    uid: asText(metadata['uid']) ?? '',
    createdAt: asText(metadata['creationTimestamp']) ?? '',
    resourceVersion: asText(metadata['resourceVersion']) ?? '',
    deleting: metadata['deletionTimestamp'] !== undefined && metadata['deletionTimestamp'] !== null,
    labels: asTexts(metadata['labels']),
    isLoadBalancer: isType && isOurs,
    isForeign: isType && !isOurs,
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    families: readFamilies(spec, clusterAddresses),
    familyPolicy: readFamilyPolicy(spec['ipFamilyPolicy']),
    clusterAddresses,
    ports: readPorts(spec['ports']),
    externalTrafficPolicy: spec['externalTrafficPolicy'] === 'Local' ? 'Local' : 'Cluster',
    selector: asTexts(spec['selector']),
    ...(sharingKey === undefined ? {} : { sharingKey }),
    ...readRequest(metadata['annotations'], spec['loadBalancerIP']),
    ...(allocatedFromPool === undefined ? {} : { allocatedFromPool }),
    ...readStatus(asFields(asFields(service)?.['status'])),
    deprecatedAnnotations: deprecatedAnnotations(metadata['annotations']),
  }
}

function isOurClass(name: string | undefined, classes: LoadBalancerClasses): boolean {
  if (classes.only !== undefined) return name === classes.only
  return name === undefined ? classes.unset !== false : name.startsWith(ourClassPrefix)
}

function readClusterAddresses(spec: Fields): readonly Address[] {
  const listed = asList(spec['clusterIPs'])
  return readAddresses(listed.length > 0 ? listed : [spec['clusterIP']])
}

/** What parses, in order; 'None' and the like do not. */
function readAddresses(texts: readonly unknown[]): readonly Address[] {
  return texts.flatMap((text) => {
    const address = parseAddress(asText(text) ?? '')
    return address.ok ? [address.value] : []
  })
}

function readFamilies(spec: Fields, clusterAddresses: readonly Address[]): readonly Family[] {
  if (clusterAddresses.length > 0) return [...new Set(clusterAddresses.map(({ family }) => family))]
  return asList(spec['ipFamilies']).filter((family): family is Family => family === 'IPv4' || family === 'IPv6')
}

function readFamilyPolicy(value: unknown): ServiceView['familyPolicy'] {
  return value === 'PreferDualStack' || value === 'RequireDualStack' ? value : 'SingleStack'
}

function readPorts(list: unknown): readonly ServicePortView[] {
  return asList(list).flatMap((entry) => {
    const fields = asFields(entry) ?? {}
    const port = fields['port']
    return typeof port === 'number' ? [{ protocol: asText(fields['protocol']) ?? 'TCP', port }] : []
  })
}

function readStatus(status: Fields | undefined): ReturnType<typeof readHeld> & ReturnType<typeof readCondition> {
  return { ...readHeld(status), ...readCondition(status) }
}

function readHeld(status: Fields | undefined): Pick<ServiceView, 'held' | 'heldText' | 'heldIsComplete' | 'heldIsStrange'> {
  const entries = asList(asFields(status?.['loadBalancer'])?.['ingress']).map((entry) => asFields(entry) ?? {})
  const heldText = entries.flatMap((entry) => asText(entry['ip']) ?? [])
  const held = readAddresses(heldText)
  return {
    held,
    heldText,
    heldIsComplete: entries.every((entry) => entry['ipMode'] === 'VIP'),
    heldIsStrange: held.length !== entries.length,
  }
}

function readCondition(status: Fields | undefined): { readonly allocated?: AllocatedCondition } {
  const condition = asList(status?.['conditions'])
    .map((entry) => asFields(entry) ?? {})
    .find((entry) => entry['type'] === allocatedConditionType)
  if (condition === undefined) return {}
  const isTrue = condition['status'] === 'True'
  return {
    allocated: {
      status: isTrue ? 'True' : 'False',
      reason: asText(condition['reason']) ?? '',
      message: asText(condition['message']) ?? '',
    },
  }
}
