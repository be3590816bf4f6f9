// The change guard: a change of the configuration that would cost live Services an address, or their last announcement, is refused unless the object
// says that it may.
import { annotations } from '../../core/annotations.ts'
import { splitName } from '../../core/namespaced-name.ts'
import { asFields, asTexts, type Fields, sameJson } from '../../core/shape.ts'
import type { Evidence, OwnKind } from '../evidence.ts'
import type { AdmissionRequest } from '../request.ts'
import { nothingToSay, type RestingVerdict, warningText } from '../verdict.ts'
import type { World } from '../world.ts'
import { worldAfter } from './change.ts'
import { acceptedDisruptions, type Change, disruptions, namedIn } from './disruption.ts'
import { type Impact, impactOf } from './impact.ts'
import { profileInUse } from './profile-in-use.ts'

const silent: RestingVerdict = { ...nothingToSay, evidence: [] }

const ownKinds: Readonly<Record<string, OwnKind>> = {
  IPAddressPool: 'pools',
  L2Advertisement: 'l2Advertisements',
  BGPAdvertisement: 'bgpAdvertisements',
  BGPPeer: 'peers',
  BFDProfile: 'bfdProfiles',
  Community: 'communities',
}

/** All that decides about addresses and announcements: a deletion a moment ago counts. */
const decisive = ['pools', 'l2Advertisements', 'bgpAdvertisements', 'peers', 'communities'] as const satisfies readonly OwnKind[]

/** What has to be confirmed before `guard` is asked; nothing where it has nothing to ask. */
export function guardedKinds(request: AdmissionRequest): readonly OwnKind[] {
  const kind = guardedKind(request)
  if (kind === undefined) return []
  if (kind === 'bfdProfiles') return ['peers']
  return decisive
}

/** Of a request that may cost somebody something, by the look of the object alone. */
function guardedKind({ group, kind, operation, subResource, object, oldObject }: AdmissionRequest): OwnKind | undefined {
  if (group !== 'metallb.io' || subResource !== undefined || !Object.hasOwn(ownKinds, kind)) return undefined
  if (oldObject === undefined || isBeingDeleted(oldObject)) return undefined
  if (operation === 'DELETE') return ownKinds[kind]
  if (operation !== 'UPDATE' || object === undefined || isBeingDeleted(object) || kind === 'BFDProfile') return undefined
  return changedField(oldObject, object) === undefined ? undefined : ownKinds[kind]
}

/** Never throws, whatever the objects hold. The world before the change. */
export function guard(request: AdmissionRequest, world: World): RestingVerdict {
  const { operation, namespace, name, object, oldObject = {} } = request
  const kind = guardedKind(request)
  // With our Namespace goes all of MetalLB, which nobody means to stop half way.
  if (kind === undefined || namespace !== world.namespace || world.namespaceOf(namespace).isEnding === true) return silent
  const isDeletion = operation === 'DELETE'
  const own: Evidence = { kind: 'namespace', name: namespace }
  if (kind === 'bfdProfiles') {
    const problems = profileInUse(name, world)
    return { ...silent, problems, evidence: problems.length === 0 ? [] : [own, { kind: 'peers' }] }
  }
  const after = isDeletion ? undefined : object
  const impact = impactOf(world, worldAfter(world, kind, { namespace, name }, after))
  const field = after === undefined ? 'metadata.name' : (changedField(oldObject, after) ?? 'spec')
  const change: Change = { kind: request.kind, namespace, name, isDeletion, field }
  if (isAllowed(after ?? oldObject)) return { ...silent, warnings: acceptedDisruptions(change, impact).map(warningText) }
  const problems = disruptions(change, impact)
  return { ...silent, problems, evidence: problems.length === 0 ? [] : [own, ...evidenceOf(impact)] }
}

/** The named Services as they are now, and whatever decides about all of them. */
function evidenceOf({ addresses, announcements }: Impact): readonly Evidence[] {
  const keys = [...namedIn(addresses), ...namedIn(announcements)].map(({ service }) => service)
  const namespaces = new Set(keys.map((key) => splitName(key).namespace))
  return [
    ...decisive.map((kind) => ({ kind })),
    { kind: 'nodes' },
    ...keys.map((key) => ({ kind: 'service', key }) as const),
    ...[...namespaces].map((name) => ({ kind: 'namespace', name }) as const),
  ]
}

function isBeingDeleted(object: Fields): boolean {
  return (asFields(object['metadata'])?.['deletionTimestamp'] ?? undefined) !== undefined
}

function isAllowed(object: Fields): boolean {
  return asTexts(asFields(object['metadata'])?.['annotations'])[annotations.allowDisruption] === 'true'
}

/** What of an object decides about others, as narrow as one path can name it; undefined when that is as before. */
function changedField(before: Fields, after: Fields): string | undefined {
  const [old, now] = [asFields(before['spec']) ?? {}, asFields(after['spec']) ?? {}]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => !sameJson(old[name], now[name]))
  const [first, ...more] = names
  if (first !== undefined) return more.length === 0 ? `spec.${first}` : 'spec'
  const [oldLabels, labels] = [before, after].map((object) => asFields(object['metadata'])?.['labels'])
  return sameJson(oldLabels, labels) ? undefined : 'metadata.labels'
}
