// What the story plays on: a lab, an API client for exact times, and checks that say what they expected and saw.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { KubeConfig } from '@kubernetes/client-node'
import { connectKube, type KubeClient } from '../kube/client.ts'
import type { Lab } from '../test/lab/lab.ts'
import { type Narrator, UnexpectedError } from './narrator.ts'

/** Milliseconds by what was measured, in the order of the story. */
export type Measurements = Map<string, number>

export interface Stage {
  readonly lab: Lab
  readonly kube: KubeClient
  readonly narrator: Narrator
  readonly measurements: Measurements
}

/** An API client with the administrator's credentials of this lab. */
export function connectLab(lab: Lab): KubeClient {
  const config = new KubeConfig()
  config.loadFromFile(lab.kubeconfig)
  return connectKube({ config })
}

export interface Output {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The path of one of the story's YAML documents. */
export function objectFile(name: string): string {
  return fileURLToPath(new URL(`objects/${name}`, import.meta.url))
}

/** Runs kubectl as the reader would, and shows command and output. */
export async function showKubectl(stage: Stage, argv: readonly string[]): Promise<Output> {
  stage.narrator.command(['kubectl', ...argv.map((word) => word.replace(/^.*\/demo\/objects\//, 'demo/objects/'))].join(' '))
  const result = await stage.lab.kubectl(argv)
  stage.narrator.output(result.stdout + result.stderr)
  return result
}

export async function expectKubectl(stage: Stage, argv: readonly string[]): Promise<Output> {
  const result = await showKubectl(stage, argv)
  if (result.code !== 0) throw new UnexpectedError(`kubectl ${argv.join(' ')} to succeed`, result.stderr || result.stdout)
  return result
}

/** Asks until `probe` answers with a value; the last thing seen is in the error. */
export async function eventually<T>(
  expected: string,
  limitMs: number,
  probe: () => Promise<{ readonly value?: T; readonly seen: string }>,
): Promise<T> {
  const deadline = performance.now() + limitMs
  let seen = ''
  while (performance.now() < deadline) {
    const result = await probe()
    if (result.value !== undefined) return result.value
    seen = result.seen
    await sleep(50)
  }
  throw new UnexpectedError(`${expected} within ${limitMs / 1000} s`, seen)
}

/** The MAC addresses that answer ARP for `address` on the client's LAN, one entry per answer to `requests` requests. */
export async function arpAnswers(stage: Stage, address: string, requests: number): Promise<readonly string[]> {
  const { stdout } = await stage.lab.exec('client', ['arping', '-r', '-I', 'eth0', '-c', String(requests), '-W', '0.2', '-w', '2', address])
  return stdout.split('\n').flatMap((line) => /^([0-9a-f]{2}(?::[0-9a-f]{2}){5})/i.exec(line.trim())?.[1]?.toLowerCase() ?? [])
}

/** The name of the node whose eth0 has this MAC address. */
async function nodeOfMac(stage: Stage, mac: string): Promise<string> {
  for (const node of stage.lab.nodes) {
    const { stdout, code } = await stage.lab.exec(node.name, ['cat', '/sys/class/net/eth0/address'])
    if (code === 0 && stdout.trim().toLowerCase() === mac) return node.name
  }
  throw new UnexpectedError('the answering MAC address to be a node', mac)
}

/** The one node that answers ARP for `address`; several or none are an error. */
export async function announcer(stage: Stage, address: string, limitMs = 10_000): Promise<string> {
  const mac = await eventually(`exactly one node to answer ARP for ${address}`, limitMs, async () => {
    const answers = await arpAnswers(stage, address, 3)
    const macs = [...new Set(answers)]
    const seen = `${answers.length} answers to 3 requests from ${macs.length} nodes`
    return macs.length === 1 && answers.length === 3 && macs[0] !== undefined ? { value: macs[0], seen } : { seen }
  })
  return nodeOfMac(stage, mac)
}

/** One HTTP request on a new connection from a client; what the pod said. */
export async function curl(stage: Stage, address: string, client = 'client'): Promise<Output> {
  const host = address.includes(':') ? `[${address}]` : address
  return stage.lab.exec(client, ['curl', '--silent', '--show-error', '--max-time', '2', `http://${host}/`])
}
