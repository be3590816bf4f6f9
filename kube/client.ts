// The API server's verbs over node:https. KubeConfig of @kubernetes/client-node supplies address, TLS and credentials; nothing else of it is used.
import { KubeConfig } from '@kubernetes/client-node'
import type { KubeObject } from '../core/objects.ts'
import { ApiError } from './api-error.ts'
import { type Call, Caller, json, maxListBytes, type Query, type RequestOptions } from './caller.ts'
import { pathOf, type Resource } from './resources.ts'
import { Transport } from './transport.ts'

// Who calls the API needs these three together.
export { ApiError } from './api-error.ts'
export { type Resource, resources } from './resources.ts'

export interface ListOptions extends RequestOptions {
  /** All namespaces when not set. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  /** Only apiVersion, kind and metadata of each object travel. */
  readonly metadataOnly?: boolean
  /** Objects per request; 500 when not set. */
  readonly pageSize?: number
}

export interface WatchOptions {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly resourceVersion: string
  /** After this long the server ends the watch by itself. */
  readonly timeoutSeconds: number
  /** A connection without a byte for this long counts as dead. */
  readonly idleMs: number
  readonly signal: AbortSignal
}

export interface WriteOptions extends RequestOptions {
  readonly namespace?: string | undefined
  readonly subresource?: string
  /** Everything but the storage happens: admission included. */
  readonly dryRun?: boolean
  readonly fieldManager?: string
}

export interface PatchOptions extends WriteOptions {
  /** RFC 7396, RFC 6902, or server-side apply (which needs `fieldManager`). */
  readonly patch: 'merge' | 'json' | 'apply'
  readonly body: unknown
  /** With 'apply': take over fields that other managers own. */
  readonly force?: boolean
}

export interface RemoveOptions extends WriteOptions {
  /** Removes only this very object. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

export interface List<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

/** An object to write. It says itself where it belongs, unless an option says otherwise. */
export type Writable =
  | KubeObject
  | { readonly metadata: { readonly name?: string; readonly namespace?: string }; readonly [field: string]: unknown }

/** Every call rejects with ApiError only. */
export interface KubeClient {
  get<T>(resource: Resource, name: string, namespace?: string, options?: RequestOptions): Promise<T>
  /** All pages of one consistent list. */
  list<T>(resource: Resource, options?: ListOptions): Promise<List<T>>
  /** Kept when the server has accepted the watch. Iterating gives its lines, one event each; it ends when the server ends it, throws ApiError when it breaks. */
  watch(resource: Resource, options: WatchOptions): Promise<AsyncIterable<string>>
  create<T>(resource: Resource, object: Writable, options?: WriteOptions): Promise<T>
  replace<T>(resource: Resource, object: Writable, options?: WriteOptions): Promise<T>
  patch<T>(resource: Resource, name: string, options: PatchOptions): Promise<T>
  remove(resource: Resource, name: string, options?: RemoveOptions): Promise<void>
  /** Closes idle connections. */
  close(): void
}

/** A page of 500 large objects takes the API server longer than one object. */
const listDeadlineMs = 30_000

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** A client for `$KUBECONFIG`, `~/.kube/config` or the Pod's ServiceAccount, in this order. Throws, in one line, when none of them names a cluster. */
export function connectKube(options: { readonly config?: KubeConfig; readonly userAgent?: string } = {}): KubeClient {
  const config = options.config ?? defaultConfig()
  const server = config.getCurrentCluster()?.server
  if (server === undefined || !URL.canParse(server))
    throw new Error(`kubeconfig context "${config.getCurrentContext()}" names no API server (server: ${server ?? 'absent'})`)
  return new HttpClient(new Caller(new Transport(config, new URL(server), options.userAgent ?? 'metallb')))
}

function defaultConfig(): KubeConfig {
  const config = new KubeConfig()
  config.loadFromDefault()
  // KubeConfig falls back to a port of this machine when it finds nothing: nobody who runs a cluster means that.
  if (config.getCurrentContext() === 'loaded-context')
    throw new Error('no cluster to talk to: set KUBECONFIG, or run in a Pod whose ServiceAccount token is mounted')
  return config
}

class HttpClient implements KubeClient {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  get<T>(resource: Resource, name: string, namespace?: string, options: RequestOptions = {}): Promise<T> {
    return this.#caller.object({ method: 'GET', path: pathOf(resource, namespace, name) }, options)
  }

  async list<T>(resource: Resource, options: ListOptions = {}): Promise<List<T>> {
    let pageSize = options.pageSize ?? 500
    for (;;) {
      const list = await this.#pages<T>(resource, options, pageSize)
      if (list !== 'expired') return list
      // The snapshot that the pages belong to is gone (a slow reader, a busy etcd): only an unpaged list is sure to end.
      pageSize = 0
    }
  }

  async #pages<T>(resource: Resource, options: ListOptions, pageSize: number): Promise<List<T> | 'expired'> {
    const items: T[] = []
    let next = ''
    for (;;) {
      let page: Page
      try {
        page = await this.#caller.object<Page>(
          {
            method: 'GET',
            path: pathOf(resource, options.namespace),
            query: {
              labelSelector: options.labelSelector,
              fieldSelector: options.fieldSelector,
              limit: pageSize > 0 ? pageSize : undefined,
              continue: next === '' ? undefined : next,
            },
            accept: options.metadataOnly === true ? `${json};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1` : json,
            maxBytes: maxListBytes,
          },
          { deadlineMs: listDeadlineMs, ...options },
        )
      } catch (error) {
        if (next !== '' && error instanceof ApiError && error.status === 410) return 'expired'
        throw error
      }
      for (const item of page.items ?? []) items.push(selfDescribing(item, page) as T)
      next = page.metadata?.continue ?? ''
      if (next === '') return { items, resourceVersion: page.metadata?.resourceVersion ?? '' }
    }
  }

  watch(resource: Resource, options: WatchOptions): Promise<AsyncIterable<string>> {
    const call: Call = {
      method: 'GET',
      path: pathOf(resource, options.namespace),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: options.resourceVersion,
        timeoutSeconds: options.timeoutSeconds,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
      },
    }
    return this.#caller.lines(call, options)
  }

  create<T>(resource: Resource, object: Writable, options: WriteOptions = {}): Promise<T> {
    const namespace = options.namespace ?? object.metadata.namespace
    return this.#caller.object(
      { method: 'POST', path: pathOf(resource, namespace), query: writeQuery(options), contentType: json, body: object },
      options,
    )
  }

  replace<T>(resource: Resource, object: Writable, options: WriteOptions = {}): Promise<T> {
    const path = pathOf(resource, options.namespace ?? object.metadata.namespace, object.metadata.name ?? '', options.subresource)
    return this.#caller.object({ method: 'PUT', path, query: writeQuery(options), contentType: json, body: object }, options)
  }

  patch<T>(resource: Resource, name: string, options: PatchOptions): Promise<T> {
    return this.#caller.object(
      {
        method: 'PATCH',
        path: pathOf(resource, options.namespace, name, options.subresource),
        query: { ...writeQuery(options), force: options.force },
        contentType: patchTypes[options.patch],
        body: options.body,
      },
      options,
    )
  }

  async remove(resource: Resource, name: string, options: RemoveOptions = {}): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: options.preconditions }
    await this.#caller.object(
      { method: 'DELETE', path: pathOf(resource, options.namespace, name), query: writeQuery(options), contentType: json, body },
      options,
    )
  }

  close(): void {
    this.#caller.close()
  }
}

interface Page {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly unknown[] | null
}

/** Items of built-in kinds come without apiVersion and kind; whoever gets the object alone needs them. */
function selfDescribing(item: unknown, page: Page): unknown {
  if (typeof item !== 'object' || item === null || 'kind' in item) return item
  return { apiVersion: page.apiVersion, kind: page.kind?.replace(/List$/, ''), ...item }
}

function writeQuery(options: WriteOptions): Query {
  return { dryRun: options.dryRun === true ? 'All' : undefined, fieldManager: options.fieldManager }
}
