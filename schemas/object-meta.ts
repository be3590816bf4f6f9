// Shapes of Kubernetes itself that the kinds of metallb.io are made of: metadata, label selectors and conditions, as JSON gives them.

/**
 * The metadata of an object. Every property is optional, because objects in an AdmissionReview or in a file have not been through the
 * API server yet.
 */
export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number | bigint
  /** RFC 3339, UTC, whole seconds. */
  readonly creationTimestamp?: string
  /** RFC 3339; set from the moment a deletion was asked for until the last finalizer is gone. */
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
}

/** An object that this one goes away with; always in the same namespace, or cluster-wide. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** All of matchLabels and all of matchExpressions must hold; an empty selector matches every object. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelSelectorRequirement[]
}

/** `values` is for In and NotIn, which need at least one; Exists and DoesNotExist take none. */
export interface LabelSelectorRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

/** One fact about an object, as `metav1.Condition`; `lastTransitionTime` is RFC 3339. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly observedGeneration?: number | bigint
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}
