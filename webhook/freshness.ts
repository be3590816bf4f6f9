// Is the local copy of a kind as new as what the API server has just said?
import { isNotOlder } from '../core/resource-version.ts'
import type { ObjectMeta } from '../schemas/object-meta.ts'

interface Copy {
  readonly objects: readonly { readonly metadata: ObjectMeta }[]
  /** Of the last event or list that the copy has taken in. */
  readonly resourceVersion: string
}

/** @param listed a consistent list of the same kind and namespace; metadata is enough */
export function isAsNewAs(copy: Copy, listed: Copy): boolean {
  if (isNotOlder(copy.resourceVersion, listed.resourceVersion)) return true
  if (copy.objects.length !== listed.objects.length) return false
  const versions = new Map(copy.objects.map(({ metadata }) => [identity(metadata), metadata.resourceVersion]))
  return listed.objects.every(({ metadata }) => versions.get(identity(metadata)) === metadata.resourceVersion)
}

function identity({ namespace, name }: ObjectMeta): string {
  return `${namespace ?? ''}/${name ?? ''}`
}
