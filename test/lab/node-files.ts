// Everything that a node reads, rendered before it starts. In the node its folder is /run/node, so these files are the same on each node but for addresses.
import { controlPlaneUnits } from './control-plane.ts'
import { type Files, unit } from './holder.ts'
import { kubeconfig, type Pki } from './pki.ts'
import { controlPlaneAddress, dnsAddress, type NodePlan, podRanges } from './topology.ts'

/** The programs that node.sh makes available in /run/bin, and where they are on the machine. */
export function programList(programs: Readonly<Record<string, string>>): string {
  return Object.entries(programs)
    .map(([name, path]) => `${name}\t${path}\n`)
    .join('')
}

export function nodeFiles(node: NodePlan, pki: Pki): Files {
  const own = pki.nodes.get(node.name)
  if (own === undefined) throw new Error(`no certificate was issued for ${node.name}`)
  const server = `https://${controlPlaneAddress}:6443`
  return {
    name: `${node.name}\n`,
    sysctls: sysctls.map((line) => `${line}\n`).join(''),
    'cni/10-pod.conflist': json(podNetwork(node)),
    'containerd.toml': containerdConfig,
    'kubelet.json': json(kubeletConfig),
    'proxy.json': json(proxyConfig),
    'ca.crt': pki.authority.certificate,
    'kubelet.crt': own.server.certificate,
    'kubelet.key': own.server.key,
    'kubelet.conf': kubeconfig(server, pki.authority, own.client),
    'proxy.conf': kubeconfig(server, pki.authority, pki.proxy),
    'units/containerd': unit(['containerd', '--config', '/run/node/containerd.toml']),
    'units/kubelet': unit([
      'kubelet',
      '--config=/run/node/kubelet.json',
      '--kubeconfig=/run/node/kubelet.conf',
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address},${node.addressV6}`,
    ]),
    'units/kube-proxy': unit(['kube-proxy', '--config=/run/node/proxy.json', `--hostname-override=${node.name}`]),
    ...(node.isControlPlane ? controlPlaneFiles(node, pki) : {}),
  }
}

function controlPlaneFiles(node: NodePlan, pki: Pki): Files {
  const server = `https://${node.address}:6443`
  return {
    'ca.key': pki.authority.key,
    'apiserver.crt': pki.apiserver.certificate,
    'apiserver.key': pki.apiserver.key,
    'kubelet-client.crt': pki.kubeletClient.certificate,
    'kubelet-client.key': pki.kubeletClient.key,
    'service-account.key': pki.serviceAccount.key,
    'service-account.pub': pki.serviceAccount.publicKey,
    'controller-manager.conf': kubeconfig(server, pki.authority, pki.controllerManager),
    'scheduler.conf': kubeconfig(server, pki.authority, pki.scheduler),
    ...Object.fromEntries(Object.entries(controlPlaneUnits(node)).map(([name, argv]) => [`units/${name}`, unit(argv)])),
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** What kubelet sets when it is not so; `protectKernelDefaults: false` would change the whole machine. */
const sysctls = [
  'vm/overcommit_memory=1',
  'vm/panic_on_oom=0',
  'kernel/panic=10',
  'kernel/panic_on_oops=1',
  'kernel/keys/root_maxkeys=1000000',
  'kernel/keys/root_maxbytes=25000000',
]

/** Every pod on a wire of its own, everything routed: without a bridge between pods the kernel module br_netfilter is not needed. */
function podNetwork(node: NodePlan): unknown {
  return {
    cniVersion: '1.0.0',
    name: 'pod',
    plugins: [
      {
        type: 'ptp',
        ipam: {
          type: 'host-local',
          dataDir: '/run/cni-addresses',
          ranges: [[{ subnet: node.podRange }], [{ subnet: node.podRangeV6 }]],
          routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}

/** restrict_oom_score_adj: without CAP_SYS_RESOURCE, as in many containers and small machines, no sandbox would start otherwise. */
const containerdConfig = `version = 2
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/run/node/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`

const kubeletConfig = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: '/run/node/ca.crt' } },
  authorization: { mode: 'Webhook' },
  tlsCertFile: '/run/node/kubelet.crt',
  tlsPrivateKeyFile: '/run/node/kubelet.key',
  // There is no such server: without an address kubelet would warn about every pod.
  clusterDNS: [dnsAddress],
  clusterDomain: 'cluster.local',
  resolvConf: '',
  // Images come from no registry: one that is collected never comes back.
  imageGCHighThresholdPercent: 100,
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  // The default is below /usr, which the nodes share with the machine.
  volumePluginDir: '/var/lib/kubelet/volume-plugins',
}

const proxyConfig = {
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  clientConnection: { kubeconfig: '/run/node/proxy.conf' },
  clusterCIDR: `${podRanges.v4},${podRanges.v6}`,
  // The size of the table is the machine's, not the node's.
  conntrack: { maxPerCore: 0 },
}
