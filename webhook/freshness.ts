// Is the local copy of a kind as new as what the API server has just said?
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

/** Kubernetes 1.35 and later promise that resource versions are decimal numbers that grow; others are only equal or not. */
function isNotOlder(version: string, than: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return version === than
  return BigInt(version) >= BigInt(than)
}
