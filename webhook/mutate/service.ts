import { annotations } from '../../core/annotations.ts'
import { defaultPoolFor } from '../../core/default-pool.ts'
import type { Service } from '../../core/objects.ts'
import { viewService } from '../../core/service.ts'
import { asFields, asTexts, type Fields } from '../../core/shape.ts'
import { type AddOperation, addAnnotations } from '../json-patch.ts'
import type { World } from '../world.ts'

/**
 * Writes the default pool into a Service that is about to become a LoadBalancer of ours and asks for nothing itself, with its provenance: the
 * controller treats it as a preference.
 *
 * @param old the Service before an UPDATE, undefined on CREATE
 */
export function defaultService(object: Fields, old: Fields | undefined, namespace: string, world: World): readonly AddOperation[] {
  if (old !== undefined && viewService(asService(old), world.classes).isLoadBalancer) return []
  const present = asFields(asFields(object['metadata'])?.['annotations'])
  // Whoever wrote one of the two, even empty, has decided.
  if (present !== undefined && [annotations.addressPool, annotations.addressPoolSource].some((key) => Object.hasOwn(present, key)))
    return []
  const pool = defaultPoolFor(viewService(asService(object), world.classes), world.namespaceOf(namespace), world.pools.pools)
  if (pool === undefined) return []
  const wanted = { [annotations.addressPool]: pool, [annotations.addressPoolSource]: 'default' }
  return addAnnotations(present === undefined ? undefined : asTexts(present), wanted)
}

/** The view reads every field with care, so that an object of any shape may be given to it. */
function asService(object: Fields): Service {
  return object as unknown as Service
}
