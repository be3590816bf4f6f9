// What a lab leaves on the machine, if anything: looked for in every place where it works.
import { existsSync, globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readHierarchies } from '../lab/cgroup.ts'
import { machine } from '../lab/place.ts'
import { identify } from '../lab/process-identity.ts'
import { labFolder } from '../lab/state.ts'

/** Paths that a node writes to or mounts over; on the machine itself none of them may appear. */
const nodePaths = [
  '/etc/cni',
  '/opt/containerd',
  '/run/bird/bird.ctl',
  '/run/containerd/containerd.sock',
  '/run/frr/zserv.api',
  '/usr/libexec/kubernetes',
  '/var/lib/cni',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/var/log/pods',
  '/var/run/kubernetes',
  '/var/tmp/frr',
]

/** sysctls of the whole machine that kubelet, kube-proxy or the lab would touch if they could. */
const sysctls = [
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/hostname',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/netfilter/nf_conntrack_max',
]

/** The machine apart from labs: equal before the first and after the last. */
export async function machineState(): Promise<unknown> {
  const links = JSON.parse(await machine.must(['ip', '-json', 'link'])) as readonly { readonly ifname: string }[]
  return {
    paths: nodePaths.filter((path) => existsSync(path)),
    sysctls: sysctls.map((name) => `${name}=${read(`/proc/sys/${name}`)}`),
    links: links.map(({ ifname }) => ifname).filter((name) => !name.startsWith('metallb-up')),
    rules: await machine.must(['nft', 'list', 'ruleset']),
    mounts: mountsWith('').filter((mount) => !mount.startsWith('/run/netns')),
  }
}

/** Everything on the machine that carries a lab's name or leads into it. */
export async function tracesOf(lab: string, uplink?: string): Promise<readonly string[]> {
  const links =
    uplink === undefined ? [] : (await machine.must(['ip', '-brief', 'link'])).split('\n').filter((line) => line.startsWith(`${uplink}@`))
  return [
    ...links,
    ...processesOf(lab),
    ...(existsSync('/run/netns') ? readdirSync('/run/netns') : []).filter(
      (name) => name === `metallb-${lab}` || name.startsWith(`metallb-${lab}-`),
    ),
    ...mountsWith(`metallb-${lab}`),
    ...mountsWith(labFolder(lab)),
    ...readHierarchies().flatMap(({ mountPoint }) => globSync(`${mountPoint}/**/metallb-lab-${lab}`)),
    ...[labFolder(lab)].filter((path) => existsSync(path)),
  ]
}

function mountsWith(text: string): readonly string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => line.split(' ')[4] ?? line)
}

/** By environment, arguments, working directory or control group; not this process and not what has ended. */
function processesOf(lab: string): readonly string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid || identify(Number(entry)) === undefined) return []
    const folder = `/proc/${entry}`
    const seen = [read(`${folder}/environ`), read(`${folder}/cmdline`), read(`${folder}/cgroup`), link(`${folder}/cwd`)].join('\0')
    const isOurs =
      seen.includes(`METALLB_LAB_PROCESS_OF=${lab}\0`) || seen.includes(`${labFolder(lab)}/`) || seen.includes(`metallb-lab-${lab}/`)
    return isOurs ? [`process ${entry}: ${read(`${folder}/cmdline`).replaceAll('\0', ' ')}`] : []
  })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
