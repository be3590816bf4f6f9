import { annotations } from '../../core/annotations.ts'
import type { Service } from '../../core/objects.ts'
import { type ServiceView, viewService } from '../../core/service.ts'
import { asFields, asTexts, type Fields } from '../../core/shape.ts'
import { addAnnotations, type PatchOperation, removeAnnotation } from '../json-patch.ts'
import type { World } from '../world.ts'

/**
 * Writes the default pool into a Service that is about to become a LoadBalancer of ours and asks for nothing itself, with its provenance: the
 * controller treats it as a preference. When somebody then writes another pool over the default, the provenance goes: it is a request now. When the Service
 * was no LoadBalancer of ours for a while, the default of today takes the place of the one that was filled in then.
 *
 * @param old the Service before an UPDATE, undefined on CREATE
 */
export function defaultService(object: Fields, old: Fields | undefined, namespace: string, world: World): readonly PatchOperation[] {
  const before = old === undefined ? undefined : viewService(asService(old), world.classes)
  const present = asFields(asFields(object['metadata'])?.['annotations'])
  const now = viewService(asService(object), world.classes)
  if (before?.preferredPool !== undefined) {
    const isStale = present?.[annotations.addressPoolSource] === 'default'
    const isRequest = now.requestedPools.length > 0 || (now.preferredPool !== undefined && now.preferredPool !== before.preferredPool)
    if (isRequest) return isStale ? removeAnnotation(annotations.addressPoolSource) : []
    const isBack = now.preferredPool !== undefined && now.isLoadBalancer && !before.isLoadBalancer
    return isBack ? renewDefault(object, now, namespace, world) : []
  }
  if (before?.isLoadBalancer === true) return []
  // Whoever wrote one of the two, even empty, has decided.
  if (present !== undefined && [annotations.addressPool, annotations.addressPoolSource].some((key) => Object.hasOwn(present, key)))
    return []
  const pool = world.ipam().defaultPoolOf(now, world.namespaceOf(namespace))
  if (pool === undefined) return []
  const wanted = { [annotations.addressPool]: pool, [annotations.addressPoolSource]: 'default' }
  return addAnnotations(present === undefined ? undefined : asTexts(present), wanted)
}

function renewDefault(object: Fields, now: ServiceView, namespace: string, world: World): readonly PatchOperation[] {
  const { [annotations.addressPool]: filledIn, ...others } = asTexts(asFields(object['metadata'])?.['annotations'])
  const pool = world.ipam().defaultPoolOf(now, world.namespaceOf(namespace))
  // Under the old prefix the pool stands by somebody's hand.
  if (filledIn === undefined || filledIn === pool) return []
  if (pool === undefined) return [annotations.addressPool, annotations.addressPoolSource].flatMap(removeAnnotation)
  return addAnnotations(others, { [annotations.addressPool]: pool })
}

/** The view reads every field with care, so that an object of any shape may be given to it. */
function asService(object: Fields): Service {
  return object as unknown as Service
}
