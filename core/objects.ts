// The built-in Kubernetes objects as JSON brings them, reduced to the fields that somebody here reads.
import type { Condition, ObjectMeta } from '../schemas/object-meta.ts'

export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
}

export interface ServicePort {
  readonly name?: string
  /** TCP when absent. */
  readonly protocol?: string
  readonly port: number
  readonly nodePort?: number
}

export interface LoadBalancerIngress {
  readonly ip?: string
  readonly hostname?: string
  readonly ipMode?: string
}

export interface ServiceSpec {
  readonly type?: string
  readonly loadBalancerClass?: string
  readonly loadBalancerIP?: string
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly ipFamilies?: readonly string[]
  readonly ipFamilyPolicy?: string
  readonly ports?: readonly ServicePort[]
  readonly externalTrafficPolicy?: string
  readonly selector?: Readonly<Record<string, string>>
}

export interface Service extends KubeObject {
  readonly spec?: ServiceSpec
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] }
    readonly conditions?: readonly Condition[]
  }
}

export interface Namespace extends KubeObject {
  readonly status?: { readonly phase?: string }
}

export interface NodeCondition {
  readonly type: string
  readonly status: string
}

export interface Node extends KubeObject {
  readonly spec?: { readonly podCIDRs?: readonly string[] }
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly conditions?: readonly NodeCondition[]
  }
}

/** networking.k8s.io/v1, since Kubernetes 1.33. */
export interface ServiceCIDR extends KubeObject {
  readonly spec?: { readonly cidrs?: readonly string[] }
}

export interface Endpoint {
  readonly addresses?: readonly string[]
  readonly nodeName?: string
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
}

export interface EndpointSlice extends KubeObject {
  readonly addressType?: string
  readonly endpoints?: readonly Endpoint[]
}

export interface Secret extends KubeObject {
  readonly type?: string
  /** Base64 of each value. */
  readonly data?: Readonly<Record<string, string>>
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    /** RFC 3339 with microseconds. */
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}
