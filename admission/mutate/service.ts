import { annotations } from '../../core/annotations.ts'
import type { Service } from '../../core/objects.ts'
import { viewService } from '../../core/service.ts'
import { asFields, asTexts, type Fields } from '../../core/shape.ts'
import { addAnnotations, type PatchOperation, removeAnnotation } from '../json-patch.ts'
import type { World } from '../world.ts'

/**
 * Writes the default pool into a Service that is about to become a LoadBalancer of ours and asks for nothing itself, with its provenance: the
 * controller treats it as a preference. When somebody then writes another pool over the default, the provenance goes: it is a request now.
 *
 * @param old the Service before an UPDATE, undefined on CREATE
 */
export function defaultService(object: Fields, old: Fields | undefined, namespace: string, world: World): readonly PatchOperation[] {
  const before = old === undefined ? undefined : viewService(asService(old), world.classes)
  const present = asFields(asFields(object['metadata'])?.['annotations'])
  if (before?.preferredPool !== undefined) {
    const { preferredPool, requestedPools } = viewService(asService(object), world.classes)
    const isStale = present?.[annotations.addressPoolSource] === 'default'
    const isRequest = requestedPools.length > 0 || (preferredPool !== undefined && preferredPool !== before.preferredPool)
    return isStale && isRequest ? removeAnnotation(annotations.addressPoolSource) : []
  }
  if (before?.isLoadBalancer === true) return []
  // Whoever wrote one of the two, even empty, has decided.
  if (present !== undefined && [annotations.addressPool, annotations.addressPoolSource].some((key) => Object.hasOwn(present, key)))
    return []
  const pool = world.ipam().defaultPoolOf(viewService(asService(object), world.classes), world.namespaceOf(namespace))
  if (pool === undefined) return []
  const wanted = { [annotations.addressPool]: pool, [annotations.addressPoolSource]: 'default' }
  return addAnnotations(present === undefined ? undefined : asTexts(present), wanted)
}

/** The view reads every field with care, so that an object of any shape may be given to it. */
function asService(object: Fields): Service {
  return object as unknown as Service
}
