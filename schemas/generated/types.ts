// Generated from schemas/crds by schemas/generate.ts: edit the YAML there and run `npm run generate`.
import type { Condition, LabelSelector, ObjectMeta } from '../object-meta.ts'

/** Rules of the cluster's owner for Services of type LoadBalancer: what they may look like, how many addresses a namespace may hold, which pool they prefer. */
export interface AllocationPolicy {
  readonly apiVersion: 'metallb.io/v1alpha1'
  readonly kind: 'AllocationPolicy'
  readonly metadata: ObjectMeta
  readonly spec: AllocationPolicySpec
  readonly status?: Readonly<Record<string, unknown>>
}

/** Whom the policy is about (namespaces and namespaceSelectors together, and of their Services those with these labels; what is left out matches everything), and what it says. */
export interface AllocationPolicySpec {
  /** Names of namespaces whose Services the policy is about. */
  readonly namespaces?: readonly string[]
  /** Label selectors of namespaces whose Services the policy is about; a namespace that matches any of them is in. */
  readonly namespaceSelectors?: readonly LabelSelector[]
  /** Label selectors of Services that the policy is about; a Service that matches any of them is in. */
  readonly serviceSelectors?: readonly LabelSelector[]
  /** What must be true of every Service of type LoadBalancer that is created or changed. */
  readonly validations?: readonly ({
    /** What messages and logs call it; its position in the list when left out. */
    readonly name?: string
    /** CEL that gives true or false, over object, oldObject (null on creation), request, namespaceObject, pools and usage. */
    readonly expression: string
    /** What the author of a Service is told when the expression is false; the expression itself when left out. */
    readonly message?: string
    /** CEL that gives the message as a string, over the same variables; message is used when it fails. */
    readonly messageExpression?: string
    /** Whether a Service for which the expression is not true is refused (Deny), stored with a warning (Warn), or only noted in the API server's audit log (Audit); Deny when left out. (default "Deny") */
    readonly action?: 'Deny' | 'Warn' | 'Audit'
  })[]
  /** Limits for each of the namespaces by itself. */
  readonly quota?: {
    /** How many distinct addresses the Services of one namespace may hold; one that they share counts once. */
    readonly addresses: {
      /** Most IPv4 addresses of one namespace; unlimited when left out. (0 to 2147483647) */
      readonly ipv4?: number
      /** Most IPv6 addresses of one namespace; unlimited when left out. (0 to 2147483647) */
      readonly ipv6?: number
    }
  }
  /** The pool that a Service prefers when it names neither pool nor address, its Namespace names no default, and no default pool of the cluster is open to it. */
  readonly defaultPool?: string
}

/** Settings of BFD sessions, with which BGP peers notice a broken path within a fraction of a second. */
export interface BFDProfile {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'BFDProfile'
  readonly metadata: ObjectMeta
  readonly spec?: BFDProfileSpec
  readonly status?: Readonly<Record<string, unknown>>
}

/** The settings; what is left out is at its default. */
export interface BFDProfileSpec {
  /** The shortest interval between received control packets that this side can cope with, in milliseconds; 300 when left out. (10 to 60000) */
  readonly receiveInterval?: number
  /** The shortest interval between control packets that this side wants to send, in milliseconds; 300 when left out. (10 to 60000) */
  readonly transmitInterval?: number
  /** How many packets in a row may be missing before the session is down; 3 when left out. (2 to 255) */
  readonly detectMultiplier?: number
  /** The shortest interval between echo packets, in milliseconds; 50 when left out. (10 to 60000) */
  readonly echoInterval?: number
  /** Whether echo packets are sent as well, on single-hop sessions; off when left out. */
  readonly echoMode?: boolean
  /** Whether to wait for the peer to start the session; off when left out. */
  readonly passiveMode?: boolean
  /** The lowest TTL that a received packet may have, on multihop sessions; 254 when left out. (1 to 254) */
  readonly minimumTtl?: number
}

/** Announces the addresses of pools to routers, over BGP. */
export interface BGPAdvertisement {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'BGPAdvertisement'
  readonly metadata: ObjectMeta
  readonly spec?: BGPAdvertisementSpec
  readonly status?: Readonly<Record<string, unknown>>
}

/** What is announced, from which nodes, to which peers and with which attributes; without it every pool from every node to every peer. */
export interface BGPAdvertisementSpec {
  /** Names of the pools to announce. Without names and without ipAddressPoolSelectors every pool is announced. */
  readonly ipAddressPools?: readonly string[]
  /** Label selectors of pools to announce, in addition to those named; a pool that matches any of them is in. */
  readonly ipAddressPoolSelectors?: readonly LabelSelector[]
  /** Label selectors of the nodes that announce; a node that matches any of them does. Without selectors every node does. */
  readonly nodeSelectors?: readonly LabelSelector[]
  /** Label selectors of the Services to announce; a Service that matches any of them is. Without selectors every Service is. */
  readonly serviceSelectors?: readonly LabelSelector[]
  /** Names of the BGPPeers to announce to. Without names it is every peer. */
  readonly peers?: readonly string[]
  /** Prefix length to which IPv4 addresses are rolled up, 32 for one route per address. It must fit into the ranges of the pools. (1 to 32, default 32) */
  readonly aggregationLength?: number
  /** Prefix length to which IPv6 addresses are rolled up, 128 for one route per address. It must fit into the ranges of the pools. (1 to 128, default 128) */
  readonly aggregationLengthV6?: number
  /** LOCAL_PREF of the routes towards peers in the same AS; the highest number is preferred. (0 to 4294967295) */
  readonly localPref?: number
  /** Communities to attach: 65000:100, a large one as large:65000:1:2, or the name of one that a Community object defines. */
  readonly communities?: readonly string[]
}

/** A router with which the nodes of the cluster keep a BGP session. */
export interface BGPPeerV1beta1 {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'BGPPeer'
  readonly metadata: ObjectMeta
  readonly spec: BGPPeerV1beta1Spec
  readonly status?: Readonly<Record<string, unknown>>
}

/** The router, how to reach it and how to talk to it. */
export interface BGPPeerV1beta1Spec {
  /** AS number of the cluster's side. (1 to 4294967295) */
  readonly myASN: number
  /** AS number of the router; the same as myASN for internal BGP. (1 to 4294967295) */
  readonly peerASN: number
  /** IP address of the router. */
  readonly peerAddress: string
  /** IP address of the node to connect from; nodes that do not have it choose their own. */
  readonly sourceAddress?: string
  /** TCP port of the router, 179 when left out. (1 to 16384) */
  readonly peerPort?: number
  /** How long the session survives without a message, such as 90s; the lower offer of both sides counts, and 0s means for ever. */
  readonly holdTime?: string
  /** Interval between keepalives, such as 30s; a third of holdTime when left out. */
  readonly keepaliveTime?: string
  /** BGP identifier of the node, written as an IPv4 address; nodes that do not have that address choose their own. */
  readonly routerID?: string
  /** Label selectors of the nodes that keep the session; a node that matches any of them does. Without selectors every node does. */
  readonly nodeSelectors?: readonly LabelSelector[]
  /** TCP MD5 password of the session (RFC 2385), in plain text; passwordSecret keeps it out of sight. */
  readonly password?: string
  /** Name of the BFDProfile to watch the path with; no BFD when left out. */
  readonly bfdProfile?: string
  /** Whether a router of another AS may be more than one hop away. */
  readonly ebgpMultiHop?: boolean
}

/** A router with which the nodes of the cluster keep a BGP session. */
export interface BGPPeerV1beta2 {
  readonly apiVersion: 'metallb.io/v1beta2'
  readonly kind: 'BGPPeer'
  readonly metadata: ObjectMeta
  readonly spec: BGPPeerV1beta2Spec
  readonly status?: Readonly<Record<string, unknown>>
}

/** The router, how to reach it and how to talk to it. */
export interface BGPPeerV1beta2Spec {
  /** AS number of the cluster's side. (1 to 4294967295) */
  readonly myASN: number
  /** AS number of the router; the same as myASN for internal BGP. (0 to 4294967295) */
  readonly peerASN?: number
  /** AS number to show to this router in place of myASN. (1 to 4294967295) */
  readonly localASN?: number
  /** Instead of peerASN, take the number that the router sends, either only the own AS (internal) or only another (external). */
  readonly dynamicASN?: 'internal' | 'external'
  /** IP address of the router. */
  readonly peerAddress?: string
  /** Instead of peerAddress, the interface on whose link the router is found by itself (unnumbered BGP). */
  readonly interface?: string
  /** IP address of the node to connect from; nodes that do not have it choose their own. */
  readonly sourceAddress?: string
  /** TCP port of the router. (1 to 16384, default 179) */
  readonly peerPort?: number
  /** How long the session survives without a message, such as 90s; the lower offer of both sides counts, and 0s means for ever. */
  readonly holdTime?: string
  /** Interval between keepalives, such as 30s; a third of holdTime when left out. */
  readonly keepaliveTime?: string
  /** How long to wait between attempts to connect, in whole seconds, such as 10s. */
  readonly connectTime?: string
  /** BGP identifier of the node, written as an IPv4 address; nodes that do not have that address choose their own. */
  readonly routerID?: string
  /** Label selectors of the nodes that keep the session; a node that matches any of them does. Without selectors every node does. */
  readonly nodeSelectors?: readonly LabelSelector[]
  /** TCP MD5 password of the session (RFC 2385), in plain text; passwordSecret keeps it out of sight. */
  readonly password?: string
  /** The Secret with the TCP MD5 password, in MetalLB's own namespace. */
  readonly passwordSecret?: {
    /** Name of the Secret. */
    readonly name?: string
    /** Accepted and not used; the Secret is always looked up in MetalLB's own namespace. */
    readonly namespace?: string
    /** The key of the Secret that holds the password. (default "password") */
    readonly key?: string
  }
  /** Name of the BFDProfile to watch the path with; no BFD when left out. */
  readonly bfdProfile?: string
  /** Whether the router keeps our routes while the speaker restarts (RFC 4724). It cannot be changed later. */
  readonly enableGracefulRestart?: boolean
  /** Whether a router of another AS may be more than one hop away. */
  readonly ebgpMultiHop?: boolean
  /** Name of the VRF to open the session in. */
  readonly vrf?: string
  /** Deprecated and without effect. (default false) */
  readonly disableMP?: boolean
  /** Whether addresses of both families are announced over this one session. (default false) */
  readonly dualStackAddressFamily?: boolean
}

/** Names for BGP communities, to be used in BGPAdvertisements. */
export interface Community {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'Community'
  readonly metadata: ObjectMeta
  readonly spec?: CommunitySpec
  readonly status?: Readonly<Record<string, unknown>>
}

/** The names and what they stand for. */
export interface CommunitySpec {
  /** Names with their communities. A name means the same in all of MetalLB, so no two Community objects may define it. */
  readonly communities?: readonly {
    /** The name, such as no-export. */
    readonly name: string
    /** The community, 65535:65281, or a large one, large:65000:1:2. */
    readonly value: string
  }[]
}

/** Whether one process of MetalLB, the controller or the speaker of a node, could use the configuration. */
export interface ConfigurationState {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'ConfigurationState'
  readonly metadata: ObjectMeta
  readonly status?: ConfigurationStateStatus
}

/** The verdict of that process. */
export interface ConfigurationStateStatus {
  /** Valid, Invalid, or Unknown before the first report. */
  readonly result?: 'Valid' | 'Invalid' | 'Unknown'
  /** What is wrong, one line per problem. */
  readonly errorSummary?: string
  /** One condition per part of the process that reads configuration. */
  readonly conditions?: readonly Condition[]
}

/** A set of addresses that Services of type LoadBalancer may be given. */
export interface IPAddressPool {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'IPAddressPool'
  readonly metadata: ObjectMeta
  readonly spec: IPAddressPoolSpec
  readonly status?: IPAddressPoolStatus
}

/** Which addresses the pool holds and which Services may use them. */
export interface IPAddressPoolSpec {
  /** The ranges of the pool, IPv4 and IPv6 mixed as you like, each a CIDR such as 192.168.10.0/24 or the first and last address such as 192.168.1.100-192.168.1.110. No two ranges of all pools may overlap. */
  readonly addresses: readonly string[]
  /** Whether Services that do not ask for this pool may get an address of it; true when left out. (default true) */
  readonly autoAssign?: boolean
  /** Whether IPv4 addresses that end in .0 and .255 stay unused, for network equipment that mishandles them; false when left out. (default false) */
  readonly avoidBuggyIPs?: boolean
  /** Reserves the pool for some Services: of these namespaces (namespaces and namespaceSelectors together) and with these labels. What is left out matches every Service. */
  readonly serviceAllocation?: {
    /** Order among the pools that match a Service: the highest number is used first (the lowest when MetalLB runs with --pool-priority=lowest); 0 means last. (0 to 2147483647) */
    readonly priority?: number
    /** Names of namespaces whose Services may use the pool. */
    readonly namespaces?: readonly string[]
    /** Label selectors of namespaces whose Services may use the pool; a namespace that matches any of them is in. */
    readonly namespaceSelectors?: readonly LabelSelector[]
    /** Label selectors of Services that may use the pool; a Service that matches any of them is in. */
    readonly serviceSelectors?: readonly LabelSelector[]
  }
}

/** How much of the pool is in use, as the controller last counted it. */
export interface IPAddressPoolStatus {
  /** Number of distinct IPv4 addresses in use. */
  readonly assignedIPv4: number | bigint
  /** Number of distinct IPv6 addresses in use. */
  readonly assignedIPv6: number | bigint
  /** Number of usable IPv4 addresses that are free. */
  readonly availableIPv4: number | bigint
  /** Number of usable IPv6 addresses that are free; 9223372036854775807 also stands for more than that. */
  readonly availableIPv6: number | bigint
}

/** Announces the addresses of pools on the local network, by answering ARP and NDP. */
export interface L2Advertisement {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'L2Advertisement'
  readonly metadata: ObjectMeta
  readonly spec?: L2AdvertisementSpec
  readonly status?: Readonly<Record<string, unknown>>
}

/** What is announced, from which nodes and on which interfaces; without it every pool from every node on every interface. */
export interface L2AdvertisementSpec {
  /** Names of the pools to announce. Without names and without ipAddressPoolSelectors every pool is announced. */
  readonly ipAddressPools?: readonly string[]
  /** Label selectors of pools to announce, in addition to those named; a pool that matches any of them is in. */
  readonly ipAddressPoolSelectors?: readonly LabelSelector[]
  /** Label selectors of the nodes that may announce; a node that matches any of them may. Without selectors every node may. */
  readonly nodeSelectors?: readonly LabelSelector[]
  /** Label selectors of the Services to announce; a Service that matches any of them is. Without selectors every Service is. */
  readonly serviceSelectors?: readonly LabelSelector[]
  /** Exact names of the network interfaces to announce on. Without names it is every interface. */
  readonly interfaces?: readonly string[]
  /** Nodes to prefer among those that may announce: the weights of all entries that a node matches are added up, and the highest sum announces. */
  readonly preferredNodeSelectors?: readonly {
    /** What a matching node gains, 1 to 100. (1 to 100) */
    readonly weight: number
    /** Matches the objects that satisfy all of matchLabels and all of matchExpressions; empty matches every object. */
    readonly preference: LabelSelector
  }[]
}

/** To which BGP peers a node announces a Service; written by the speakers. */
export interface ServiceBGPStatus {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'ServiceBGPStatus'
  readonly metadata: ObjectMeta
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: ServiceBGPStatusStatus
}

/** The announcement as the node reports it. */
export interface ServiceBGPStatusStatus {
  /** The node that announces the Service. */
  readonly node?: string
  /** Name of the Service. */
  readonly serviceName?: string
  /** Namespace of the Service. */
  readonly serviceNamespace?: string
  /** Names of the BGPPeers to which the node means to announce it, sorted; whether those sessions are up is told elsewhere. */
  readonly peers?: readonly string[]
}

/** Which node announces a Service on the local network; written by the speakers. */
export interface ServiceL2Status {
  readonly apiVersion: 'metallb.io/v1beta1'
  readonly kind: 'ServiceL2Status'
  readonly metadata: ObjectMeta
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: ServiceL2StatusStatus
}

/** The announcement as the node reports it. */
export interface ServiceL2StatusStatus {
  /** The node that answers for the Service. */
  readonly node?: string
  /** Name of the Service. */
  readonly serviceName?: string
  /** Namespace of the Service. */
  readonly serviceNamespace?: string
  /** The interfaces on which it answers; none means all. */
  readonly interfaces?: readonly {
    /** Name of the interface. */
    readonly name?: string
  }[]
}
