// Generated from schemas/crds by schemas/generate.ts: edit the YAML there and run `npm run generate`.

/** A JSON Schema as ajv takes it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

const labelSelector: JsonSchema = {
  description: 'Matches the objects that satisfy all of matchLabels and all of matchExpressions; empty matches every object.',
  type: 'object',
  additionalProperties: false,
  properties: {
    matchLabels: {
      description: 'Labels that must be there with exactly these values.',
      type: 'object',
      maxProperties: 64,
      additionalProperties: {
        type: 'string',
        maxLength: 63,
        pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
      },
    },
    matchExpressions: {
      description: 'Conditions on labels, all of which must hold.',
      type: 'array',
      maxItems: 64,
      items: {
        description: 'One condition on one label.',
        type: 'object',
        required: ['key', 'operator'],
        additionalProperties: false,
        properties: {
          key: {
            description: 'Name of the label.',
            type: 'string',
            maxLength: 317,
            pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$',
          },
          operator: {
            description: 'How the label relates to the values.',
            type: 'string',
            enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'],
          },
          values: {
            description: 'Values for In and NotIn.',
            type: 'array',
            maxItems: 256,
            items: {
              type: 'string',
              maxLength: 63,
              pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
            },
          },
        },
      },
    },
  },
}

/** By API version and kind, such as `metallb.io/v1beta1/IPAddressPool`. */
export const jsonSchemas: { readonly [apiVersionSlashKind: string]: JsonSchema } = {
  'metallb.io/v1alpha1/AllocationPolicy': {
    description: 'Rules of the cluster\'s owner for Services of type LoadBalancer: what they may look like, how many addresses a namespace may hold, which pool they prefer.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1alpha1'],
      },
      kind: {
        type: 'string',
        enum: ['AllocationPolicy'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'Whom the policy is about (namespaces and namespaceSelectors together, and of their Services those with these labels; what is left out matches everything), and what it says.',
        type: 'object',
        additionalProperties: false,
        properties: {
          namespaces: {
            description: 'Names of namespaces whose Services the policy is about.',
            type: 'array',
            maxItems: 256,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 63,
            },
          },
          namespaceSelectors: {
            description: 'Label selectors of namespaces whose Services the policy is about; a namespace that matches any of them is in.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          serviceSelectors: {
            description: 'Label selectors of Services that the policy is about; a Service that matches any of them is in.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          validations: {
            description: 'What must be true of every Service of type LoadBalancer that is created or changed.',
            type: 'array',
            maxItems: 20,
            items: {
              description: 'One condition, and what happens when it does not hold.',
              type: 'object',
              required: ['expression'],
              additionalProperties: false,
              properties: {
                name: {
                  description: 'What messages and logs call it; its position in the list when left out.',
                  type: 'string',
                  minLength: 1,
                  maxLength: 63,
                },
                expression: {
                  description: 'CEL that gives true or false, over object, oldObject (null on creation), request, namespaceObject, pools and usage.',
                  type: 'string',
                  minLength: 1,
                  maxLength: 4096,
                },
                message: {
                  description: 'What the author of a Service is told when the expression is false; the expression itself when left out.',
                  type: 'string',
                  minLength: 1,
                  maxLength: 512,
                },
                messageExpression: {
                  description: 'CEL that gives the message as a string, over the same variables; message is used when it fails.',
                  type: 'string',
                  minLength: 1,
                  maxLength: 4096,
                },
                action: {
                  description: 'Whether a Service for which the expression is not true is refused (Deny), stored with a warning (Warn), or only noted in the API server\'s audit log (Audit); Deny when left out.',
                  type: 'string',
                  enum: ['Deny', 'Warn', 'Audit'],
                },
              },
            },
          },
          quota: {
            description: 'Limits for each of the namespaces by itself.',
            type: 'object',
            required: ['addresses'],
            additionalProperties: false,
            properties: {
              addresses: {
                description: 'How many distinct addresses the Services of one namespace may hold; one that they share counts once.',
                type: 'object',
                additionalProperties: false,
                properties: {
                  ipv4: {
                    description: 'Most IPv4 addresses of one namespace; unlimited when left out.',
                    type: 'integer',
                    minimum: 0,
                    maximum: 2147483647,
                  },
                  ipv6: {
                    description: 'Most IPv6 addresses of one namespace; unlimited when left out.',
                    type: 'integer',
                    minimum: 0,
                    maximum: 2147483647,
                  },
                },
              },
            },
          },
          defaultPool: {
            description: 'The pool that a Service prefers when it names neither pool nor address, its Namespace names no default, and no default pool of the cluster is open to it.',
            type: 'string',
            minLength: 1,
            maxLength: 253,
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/BFDProfile': {
    description: 'Settings of BFD sessions, with which BGP peers notice a broken path within a fraction of a second.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['BFDProfile'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'The settings; what is left out is at its default.',
        type: 'object',
        additionalProperties: false,
        properties: {
          receiveInterval: {
            description: 'The shortest interval between received control packets that this side can cope with, in milliseconds; 300 when left out.',
            type: 'integer',
            minimum: 10,
            maximum: 60000,
          },
          transmitInterval: {
            description: 'The shortest interval between control packets that this side wants to send, in milliseconds; 300 when left out.',
            type: 'integer',
            minimum: 10,
            maximum: 60000,
          },
          detectMultiplier: {
            description: 'How many packets in a row may be missing before the session is down; 3 when left out.',
            type: 'integer',
            minimum: 2,
            maximum: 255,
          },
          echoInterval: {
            description: 'The shortest interval between echo packets, in milliseconds; 50 when left out.',
            type: 'integer',
            minimum: 10,
            maximum: 60000,
          },
          echoMode: {
            description: 'Whether echo packets are sent as well, on single-hop sessions; off when left out.',
            type: 'boolean',
          },
          passiveMode: {
            description: 'Whether to wait for the peer to start the session; off when left out.',
            type: 'boolean',
          },
          minimumTtl: {
            description: 'The lowest TTL that a received packet may have, on multihop sessions; 254 when left out.',
            type: 'integer',
            minimum: 1,
            maximum: 254,
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/BGPAdvertisement': {
    description: 'Announces the addresses of pools to routers, over BGP.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['BGPAdvertisement'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'What is announced, from which nodes, to which peers and with which attributes; without it every pool from every node to every peer.',
        type: 'object',
        additionalProperties: false,
        properties: {
          ipAddressPools: {
            description: 'Names of the pools to announce. Without names and without ipAddressPoolSelectors every pool is announced.',
            type: 'array',
            maxItems: 256,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 253,
            },
          },
          ipAddressPoolSelectors: {
            description: 'Label selectors of pools to announce, in addition to those named; a pool that matches any of them is in.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          nodeSelectors: {
            description: 'Label selectors of the nodes that announce; a node that matches any of them does. Without selectors every node does.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          serviceSelectors: {
            description: 'Label selectors of the Services to announce; a Service that matches any of them is. Without selectors every Service is.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          peers: {
            description: 'Names of the BGPPeers to announce to. Without names it is every peer.',
            type: 'array',
            maxItems: 256,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 253,
            },
          },
          aggregationLength: {
            description: 'Prefix length to which IPv4 addresses are rolled up, 32 for one route per address. It must fit into the ranges of the pools.',
            type: 'integer',
            minimum: 1,
            maximum: 32,
          },
          aggregationLengthV6: {
            description: 'Prefix length to which IPv6 addresses are rolled up, 128 for one route per address. It must fit into the ranges of the pools.',
            type: 'integer',
            minimum: 1,
            maximum: 128,
          },
          localPref: {
            description: 'LOCAL_PREF of the routes towards peers in the same AS; the highest number is preferred.',
            type: 'integer',
            minimum: 0,
            maximum: 4294967295,
          },
          communities: {
            description: 'Communities to attach: 65000:100, a large one as large:65000:1:2, or the name of one that a Community object defines.',
            type: 'array',
            maxItems: 63,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 253,
            },
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/BGPPeer': {
    description: 'A router with which the nodes of the cluster keep a BGP session.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['BGPPeer'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'The router, how to reach it and how to talk to it.',
        type: 'object',
        required: ['myASN', 'peerASN', 'peerAddress'],
        additionalProperties: false,
        properties: {
          myASN: {
            description: 'AS number of the cluster\'s side.',
            type: 'integer',
            minimum: 1,
            maximum: 4294967295,
          },
          peerASN: {
            description: 'AS number of the router; the same as myASN for internal BGP.',
            type: 'integer',
            minimum: 1,
            maximum: 4294967295,
          },
          peerAddress: {
            description: 'IP address of the router.',
            type: 'string',
            maxLength: 64,
          },
          sourceAddress: {
            description: 'IP address of the node to connect from; nodes that do not have it choose their own.',
            type: 'string',
            maxLength: 64,
          },
          peerPort: {
            description: 'TCP port of the router, 179 when left out.',
            type: 'integer',
            minimum: 1,
            maximum: 16384,
          },
          holdTime: {
            description: 'How long the session survives without a message, such as 90s; the lower offer of both sides counts, and 0s means for ever.',
            type: 'string',
            maxLength: 32,
          },
          keepaliveTime: {
            description: 'Interval between keepalives, such as 30s; a third of holdTime when left out.',
            type: 'string',
            maxLength: 32,
          },
          routerID: {
            description: 'BGP identifier of the node, written as an IPv4 address; nodes that do not have that address choose their own.',
            type: 'string',
            maxLength: 64,
          },
          nodeSelectors: {
            description: 'Label selectors of the nodes that keep the session; a node that matches any of them does. Without selectors every node does.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          password: {
            description: 'TCP MD5 password of the session (RFC 2385), in plain text; passwordSecret keeps it out of sight.',
            type: 'string',
            maxLength: 80,
          },
          bfdProfile: {
            description: 'Name of the BFDProfile to watch the path with; no BFD when left out.',
            type: 'string',
            maxLength: 253,
          },
          ebgpMultiHop: {
            description: 'Whether a router of another AS may be more than one hop away.',
            type: 'boolean',
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta2/BGPPeer': {
    description: 'A router with which the nodes of the cluster keep a BGP session.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta2'],
      },
      kind: {
        type: 'string',
        enum: ['BGPPeer'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'The router, how to reach it and how to talk to it.',
        type: 'object',
        required: ['myASN'],
        additionalProperties: false,
        properties: {
          myASN: {
            description: 'AS number of the cluster\'s side.',
            type: 'integer',
            minimum: 1,
            maximum: 4294967295,
          },
          peerASN: {
            description: 'AS number of the router; the same as myASN for internal BGP.',
            type: 'integer',
            minimum: 0,
            maximum: 4294967295,
          },
          localASN: {
            description: 'AS number to show to this router in place of myASN.',
            type: 'integer',
            minimum: 1,
            maximum: 4294967295,
          },
          dynamicASN: {
            description: 'Instead of peerASN, take the number that the router sends, either only the own AS (internal) or only another (external).',
            type: 'string',
            enum: ['internal', 'external'],
          },
          peerAddress: {
            description: 'IP address of the router.',
            type: 'string',
            maxLength: 64,
          },
          interface: {
            description: 'Instead of peerAddress, the interface on whose link the router is found by itself (unnumbered BGP).',
            type: 'string',
            maxLength: 127,
          },
          sourceAddress: {
            description: 'IP address of the node to connect from; nodes that do not have it choose their own.',
            type: 'string',
            maxLength: 64,
          },
          peerPort: {
            description: 'TCP port of the router.',
            type: 'integer',
            minimum: 1,
            maximum: 16384,
          },
          holdTime: {
            description: 'How long the session survives without a message, such as 90s; the lower offer of both sides counts, and 0s means for ever.',
            type: 'string',
            maxLength: 32,
          },
          keepaliveTime: {
            description: 'Interval between keepalives, such as 30s; a third of holdTime when left out.',
            type: 'string',
            maxLength: 32,
          },
          connectTime: {
            description: 'How long to wait between attempts to connect, in whole seconds, such as 10s.',
            type: 'string',
            maxLength: 32,
          },
          routerID: {
            description: 'BGP identifier of the node, written as an IPv4 address; nodes that do not have that address choose their own.',
            type: 'string',
            maxLength: 64,
          },
          nodeSelectors: {
            description: 'Label selectors of the nodes that keep the session; a node that matches any of them does. Without selectors every node does.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          password: {
            description: 'TCP MD5 password of the session (RFC 2385), in plain text; passwordSecret keeps it out of sight.',
            type: 'string',
            maxLength: 80,
          },
          passwordSecret: {
            description: 'The Secret with the TCP MD5 password, in MetalLB\'s own namespace.',
            type: 'object',
            additionalProperties: false,
            properties: {
              name: {
                description: 'Name of the Secret.',
                type: 'string',
                maxLength: 253,
              },
              namespace: {
                description: 'Accepted and not used; the Secret is always looked up in MetalLB\'s own namespace.',
                type: 'string',
                maxLength: 63,
              },
              key: {
                description: 'The key of the Secret that holds the password.',
                type: 'string',
                minLength: 1,
                maxLength: 253,
                pattern: '^[-._a-zA-Z0-9]+$',
              },
            },
          },
          bfdProfile: {
            description: 'Name of the BFDProfile to watch the path with; no BFD when left out.',
            type: 'string',
            maxLength: 253,
          },
          enableGracefulRestart: {
            description: 'Whether the router keeps our routes while the speaker restarts (RFC 4724). It cannot be changed later.',
            type: 'boolean',
          },
          ebgpMultiHop: {
            description: 'Whether a router of another AS may be more than one hop away.',
            type: 'boolean',
          },
          vrf: {
            description: 'Name of the VRF to open the session in.',
            type: 'string',
            maxLength: 127,
          },
          disableMP: {
            description: 'Deprecated and without effect.',
            type: 'boolean',
          },
          dualStackAddressFamily: {
            description: 'Whether addresses of both families are announced over this one session.',
            type: 'boolean',
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/Community': {
    description: 'Names for BGP communities, to be used in BGPAdvertisements.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['Community'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'The names and what they stand for.',
        type: 'object',
        additionalProperties: false,
        properties: {
          communities: {
            description: 'Names with their communities. A name means the same in all of MetalLB, so no two Community objects may define it.',
            type: 'array',
            maxItems: 256,
            items: {
              description: 'A name and its community.',
              type: 'object',
              required: ['name', 'value'],
              additionalProperties: false,
              properties: {
                name: {
                  description: 'The name, such as no-export.',
                  type: 'string',
                  minLength: 1,
                  maxLength: 253,
                },
                value: {
                  description: 'The community, 65535:65281, or a large one, large:65000:1:2.',
                  type: 'string',
                  maxLength: 64,
                },
              },
            },
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/ConfigurationState': {
    description: 'Whether one process of MetalLB, the controller or the speaker of a node, could use the configuration.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['ConfigurationState'],
      },
      metadata: {
        type: 'object',
      },
      status: {
        description: 'The verdict of that process.',
        type: 'object',
        additionalProperties: false,
        properties: {
          result: {
            description: 'Valid, Invalid, or Unknown before the first report.',
            type: 'string',
            enum: ['Valid', 'Invalid', 'Unknown'],
          },
          errorSummary: {
            description: 'What is wrong, one line per problem.',
            type: 'string',
          },
          conditions: {
            description: 'One condition per part of the process that reads configuration.',
            type: 'array',
            items: {
              description: 'What one part of the process reports.',
              type: 'object',
              required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
              additionalProperties: false,
              properties: {
                type: {
                  description: 'Which part reports.',
                  type: 'string',
                  maxLength: 316,
                  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
                },
                status: {
                  description: 'Whether it could use the configuration.',
                  type: 'string',
                  enum: ['True', 'False', 'Unknown'],
                },
                observedGeneration: {
                  description: 'The metadata.generation that this was reported for.',
                },
                lastTransitionTime: {
                  description: 'When status last changed.',
                  type: 'string',
                },
                reason: {
                  description: 'The reason in one word.',
                  type: 'string',
                  minLength: 1,
                  maxLength: 1024,
                  pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
                },
                message: {
                  description: 'The reason in full.',
                  type: 'string',
                  maxLength: 32768,
                },
              },
            },
          },
        },
      },
    },
  },
  'metallb.io/v1beta1/IPAddressPool': {
    description: 'A set of addresses that Services of type LoadBalancer may be given.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['IPAddressPool'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'Which addresses the pool holds and which Services may use them.',
        type: 'object',
        required: ['addresses'],
        additionalProperties: false,
        properties: {
          addresses: {
            description: 'The ranges of the pool, IPv4 and IPv6 mixed as you like, each a CIDR such as 192.168.10.0/24 or the first and last address such as 192.168.1.100-192.168.1.110. No two ranges of all pools may overlap.',
            type: 'array',
            maxItems: 1024,
            items: {
              type: 'string',
              maxLength: 128,
            },
          },
          autoAssign: {
            description: 'Whether Services that do not ask for this pool may get an address of it; true when left out.',
            type: 'boolean',
          },
          avoidBuggyIPs: {
            description: 'Whether IPv4 addresses that end in .0 and .255 stay unused, for network equipment that mishandles them; false when left out.',
            type: 'boolean',
          },
          serviceAllocation: {
            description: 'Reserves the pool for some Services: of these namespaces (namespaces and namespaceSelectors together) and with these labels. What is left out matches every Service.',
            type: 'object',
            additionalProperties: false,
            properties: {
              priority: {
                description: 'Order among the pools that match a Service: the highest number is used first (the lowest when MetalLB runs with --pool-priority=lowest); 0 means last.',
                type: 'integer',
                minimum: 0,
                maximum: 2147483647,
              },
              namespaces: {
                description: 'Names of namespaces whose Services may use the pool.',
                type: 'array',
                maxItems: 256,
                items: {
                  type: 'string',
                  minLength: 1,
                  maxLength: 63,
                },
              },
              namespaceSelectors: {
                description: 'Label selectors of namespaces whose Services may use the pool; a namespace that matches any of them is in.',
                type: 'array',
                maxItems: 64,
                items: labelSelector,
              },
              serviceSelectors: {
                description: 'Label selectors of Services that may use the pool; a Service that matches any of them is in.',
                type: 'array',
                maxItems: 64,
                items: labelSelector,
              },
            },
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/L2Advertisement': {
    description: 'Announces the addresses of pools on the local network, by answering ARP and NDP.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['L2Advertisement'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'What is announced, from which nodes and on which interfaces; without it every pool from every node on every interface.',
        type: 'object',
        additionalProperties: false,
        properties: {
          ipAddressPools: {
            description: 'Names of the pools to announce. Without names and without ipAddressPoolSelectors every pool is announced.',
            type: 'array',
            maxItems: 256,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 253,
            },
          },
          ipAddressPoolSelectors: {
            description: 'Label selectors of pools to announce, in addition to those named; a pool that matches any of them is in.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          nodeSelectors: {
            description: 'Label selectors of the nodes that may announce; a node that matches any of them may. Without selectors every node may.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          serviceSelectors: {
            description: 'Label selectors of the Services to announce; a Service that matches any of them is. Without selectors every Service is.',
            type: 'array',
            maxItems: 64,
            items: labelSelector,
          },
          interfaces: {
            description: 'Exact names of the network interfaces to announce on. Without names it is every interface.',
            type: 'array',
            maxItems: 256,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 127,
            },
          },
          preferredNodeSelectors: {
            description: 'Nodes to prefer among those that may announce: the weights of all entries that a node matches are added up, and the highest sum announces.',
            type: 'array',
            maxItems: 64,
            items: {
              description: 'A weight for the nodes that match a selector.',
              type: 'object',
              required: ['weight', 'preference'],
              additionalProperties: false,
              properties: {
                weight: {
                  description: 'What a matching node gains, 1 to 100.',
                  type: 'integer',
                  minimum: 1,
                  maximum: 100,
                },
                preference: labelSelector,
              },
            },
          },
        },
      },
      status: {},
    },
  },
  'metallb.io/v1beta1/ServiceBGPStatus': {
    description: 'To which BGP peers a node announces a Service; written by the speakers.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['ServiceBGPStatus'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'Not used.',
        type: 'object',
      },
      status: {
        description: 'The announcement as the node reports it.',
        type: 'object',
        additionalProperties: false,
        properties: {
          node: {
            description: 'The node that announces the Service.',
            type: 'string',
            maxLength: 253,
          },
          serviceName: {
            description: 'Name of the Service.',
            type: 'string',
            maxLength: 253,
          },
          serviceNamespace: {
            description: 'Namespace of the Service.',
            type: 'string',
            maxLength: 63,
          },
          peers: {
            description: 'Names of the BGPPeers to which the node means to announce it, sorted; whether those sessions are up is told elsewhere.',
            type: 'array',
            maxItems: 1024,
            items: {
              type: 'string',
              maxLength: 253,
            },
          },
        },
      },
    },
  },
  'metallb.io/v1beta1/ServiceL2Status': {
    description: 'Which node announces a Service on the local network; written by the speakers.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
    properties: {
      apiVersion: {
        type: 'string',
        enum: ['metallb.io/v1beta1'],
      },
      kind: {
        type: 'string',
        enum: ['ServiceL2Status'],
      },
      metadata: {
        type: 'object',
      },
      spec: {
        description: 'Not used.',
        type: 'object',
      },
      status: {
        description: 'The announcement as the node reports it.',
        type: 'object',
        additionalProperties: false,
        properties: {
          node: {
            description: 'The node that answers for the Service.',
            type: 'string',
            maxLength: 253,
          },
          serviceName: {
            description: 'Name of the Service.',
            type: 'string',
            maxLength: 253,
          },
          serviceNamespace: {
            description: 'Namespace of the Service.',
            type: 'string',
            maxLength: 63,
          },
          interfaces: {
            description: 'The interfaces on which it answers; none means all.',
            type: 'array',
            maxItems: 256,
            items: {
              description: 'An interface of the node.',
              type: 'object',
              additionalProperties: false,
              properties: {
                name: {
                  description: 'Name of the interface.',
                  type: 'string',
                  maxLength: 127,
                },
              },
            },
          },
        },
      },
    },
  },
}
