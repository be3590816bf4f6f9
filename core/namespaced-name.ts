declare const brand: unique symbol

/** `namespace/name`, or the bare name of an object that has no namespace. */
export type NamespacedName = string & { readonly [brand]: 'NamespacedName' }

export function namespacedName(object: {
  readonly metadata: { readonly namespace?: string | undefined; readonly name?: string | undefined }
}): NamespacedName {
  return joinName(object.metadata.namespace, object.metadata.name ?? '')
}

export function joinName(namespace: string | undefined, name: string): NamespacedName {
  return (namespace === undefined || namespace === '' ? name : `${namespace}/${name}`) as NamespacedName
}

export function splitName(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
