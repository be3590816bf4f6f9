// Run in the network of the control plane: writes Services straight into etcd, because the API server needs the longer for each the more there are.
// Arguments: the Seeding of seeded-services.ts as JSON, the first number, the number behind the last. Without any number between, those that are there go.
// kube-proxy is told to leave them alone.
import { randomUUID } from 'node:crypto'

const etcd = 'http://127.0.0.1:2379'
const folder = '/registry/services/specs/default'
const [seeding, ...numbers] = process.argv.slice(2)
const { prefix, pool, octets, loadBalancerClass } = JSON.parse(seeding)
const [from, to] = numbers.map(Number)
const encode = (text) => Buffer.from(text).toString('base64')

async function call(path, body) {
  const response = await fetch(`${etcd}${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`etcd answers ${response.status}: ${await response.text()}`)
}

function service(index) {
  const held = octets === undefined ? {} : { 'metallb.io/ip-allocated-from-pool': pool }
  const ingress = octets === undefined ? [] : [{ ip: `${octets}.${index >> 8}.${index & 255}`, ipMode: 'VIP' }]
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: `${prefix}-${index}`,
      namespace: 'default',
      uid: randomUUID(),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'service.kubernetes.io/service-proxy-name': 'none' },
      annotations: { 'metallb.io/address-pool': pool, ...held },
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass,
      // One with a cluster IP would be entered into the API server's own books, one by one.
      clusterIP: 'None',
      clusterIPs: ['None'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      allocateLoadBalancerNodePorts: false,
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: { ingress } },
  }
}

if (from === to) {
  // "." is the character behind "-".
  await call('/v3/kv/deleterange', { key: encode(`${folder}/${prefix}-`), range_end: encode(`${folder}/${prefix}.`) })
}
// One revision for each, as the API server writes them: a watch that breaks between two of one transaction would never hear of the second.
const indices = Array.from({ length: to - from }, (_, index) => from + index).values()
async function work() {
  for (const index of indices) {
    await call('/v3/kv/put', { key: encode(`${folder}/${prefix}-${index}`), value: encode(JSON.stringify(service(index))) })
  }
}
await Promise.all(Array.from({ length: 16 }, work))
