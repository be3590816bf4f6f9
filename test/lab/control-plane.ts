// The programs of the first node that make it the control plane.
import { type NodePlan, serviceRanges } from './topology.ts'

const etcd = 'http://127.0.0.1:2379'
const etcdPeer = 'http://127.0.0.1:2380'

/** Controllers whose objects no test of a load balancer makes: without them the control plane starts sooner and idles cheaper. */
const unused = [
  'certificatesigningrequest-approving-controller',
  'certificatesigningrequest-cleaner-controller',
  'certificatesigningrequest-signing-controller',
  'cronjob-controller',
  'device-taint-eviction-controller',
  'ephemeral-volume-controller',
  'horizontal-pod-autoscaler-controller',
  'kube-apiserver-serving-clustertrustbundle-publisher-controller',
  'legacy-serviceaccount-token-cleaner-controller',
  'persistentvolume-attach-detach-controller',
  'persistentvolume-binder-controller',
  'persistentvolume-expander-controller',
  'persistentvolume-protection-controller',
  'persistentvolumeclaim-protection-controller',
  'replicationcontroller-controller',
  'resourceclaim-controller',
  'storage-version-migrator-controller',
  'storageversion-garbage-collector-controller',
  'volumeattributesclass-protection-controller',
]

/** Arguments by unit name. */
export function controlPlaneUnits(node: NodePlan): Readonly<Record<string, readonly string[]>> {
  const kubeconfig = (name: string): readonly string[] =>
    ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=/run/node/${name}.conf`)
  return {
    etcd: [
      'etcd',
      '--data-dir=/var/lib/etcd',
      // A node loses power by SIGKILL: what the kernel has taken is safe, and a lab does not survive the machine.
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=default=${etcdPeer}`,
    ],
    'kube-apiserver': [
      'kube-apiserver',
      `--etcd-servers=${etcd}`,
      `--advertise-address=${node.address}`,
      `--service-cluster-ip-range=${serviceRanges.v4},${serviceRanges.v6}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--client-ca-file=/run/node/ca.crt',
      '--tls-cert-file=/run/node/apiserver.crt',
      '--tls-private-key-file=/run/node/apiserver.key',
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-account-key-file=/run/node/service-account.pub',
      '--service-account-signing-key-file=/run/node/service-account.key',
      '--kubelet-certificate-authority=/run/node/ca.crt',
      '--kubelet-client-certificate=/run/node/kubelet-client.crt',
      '--kubelet-client-key=/run/node/kubelet-client.key',
      '--kubelet-preferred-address-types=InternalIP',
    ],
    'kube-controller-manager': [
      'kube-controller-manager',
      ...kubeconfig('controller-manager'),
      '--use-service-account-credentials',
      '--service-account-private-key-file=/run/node/service-account.key',
      '--root-ca-file=/run/node/ca.crt',
      `--controllers=${['*', ...unused.map((name) => `-${name}`)].join(',')}`,
      '--leader-elect=false',
    ],
    'kube-scheduler': ['kube-scheduler', ...kubeconfig('scheduler'), '--leader-elect=false'],
  }
}
