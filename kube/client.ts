// The API server's verbs over node:https. KubeConfig of @kubernetes/client-node supplies address, TLS and credentials; nothing else of it is used.
import type { KubeConfig } from '@kubernetes/client-node'

/** A kind as its URL names it. */
export interface Resource {
  /** '' for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
}

const builtIn = (plural: string, namespaced = true): Resource => ({ group: '', version: 'v1', plural, namespaced })
const metallb = (plural: string, version = 'v1beta1'): Resource => ({ group: 'metallb.io', version, plural, namespaced: true })

/** Every kind that our binaries read or write. */
export const resources = {
  services: builtIn('services'),
  nodes: builtIn('nodes', false),
  namespaces: builtIn('namespaces', false),
  pods: builtIn('pods'),
  secrets: builtIn('secrets'),
  events: builtIn('events'),
  endpointSlices: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true },
  mutatingWebhookConfigurations: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'mutatingwebhookconfigurations',
    namespaced: false,
  },
  validatingWebhookConfigurations: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'validatingwebhookconfigurations',
    namespaced: false,
  },
  ipAddressPools: metallb('ipaddresspools'),
  l2Advertisements: metallb('l2advertisements'),
} as const satisfies Readonly<Record<string, Resource>>

/**
 * The API server refused a request, or could not be asked.
 *
 * `message` is one complete line: verb, path, status and the server's words; for a missing permission also where to grant it.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** `reason` of the API's Status ('NotFound', 'Conflict', 'AlreadyExists' …); 'Unreachable' or 'Timeout' when no answer came. */
  readonly reason: string
  /** The answer's body, parsed when it was JSON. */
  readonly body: unknown
  /** What the server asked for in Retry-After. */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    fields: { status: number; reason: string; body?: unknown; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: fields.cause })
    this.status = fields.status
    this.reason = fields.reason
    this.body = fields.body
    this.retryAfterMs = fields.retryAfterMs
  }
}

export interface RequestOptions {
  readonly namespace?: string | undefined
  /** Gives up after this long, body included; 10 s when not set. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

export interface ListOptions extends RequestOptions {
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
  readonly signal?: AbortSignal
}

export interface WriteOptions extends RequestOptions {
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

export interface List<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

/** An object to write says itself where it belongs; `metadata.namespace` decides unless an option does. */
export interface Writable {
  readonly metadata?: { readonly name?: string; readonly namespace?: string }
}

/** Every call rejects with ApiError only. */
export interface KubeClient {
  get<T>(resource: Resource, name: string, options?: RequestOptions): Promise<T>
  /** All pages of one consistent list. */
  list<T>(resource: Resource, options?: ListOptions): Promise<List<T>>
  /** Lines of a watch as text, one event each; ends when the server ends it, throws ApiError when it breaks. */
  watch(resource: Resource, options: WatchOptions): AsyncIterable<string>
  create<T>(resource: Resource, object: Writable, options?: WriteOptions): Promise<T>
  replace<T>(resource: Resource, object: Writable, options?: WriteOptions): Promise<T>
  patch<T>(resource: Resource, name: string, options: PatchOptions): Promise<T>
  remove(
    resource: Resource,
    name: string,
    options?: WriteOptions & { readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } },
  ): Promise<void>
  /** Closes idle connections. */
  close(): void
}

/** A client for `$KUBECONFIG`, `~/.kube/config` or the Pod's ServiceAccount, in this order. Throws when none of them names a cluster. */
export function connectKube(_options: { readonly config?: KubeConfig; readonly userAgent?: string } = {}): KubeClient {
  throw new Error('written next')
}
