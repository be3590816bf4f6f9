// What caches keep of an object's metadata.
import type { ObjectMeta } from '../schemas/object-meta.ts'

/** Metadata without the fields that nobody here reads: who wrote which field is half of an object. */
export function keepMetadata(metadata: ObjectMeta): ObjectMeta {
  const {
    managedFields: _managers,
    ownerReferences: _owners,
    finalizers: _finalizers,
    ...kept
  } = metadata as ObjectMeta & { managedFields?: unknown }
  return kept
}
