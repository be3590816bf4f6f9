// Releases as text, by which they outlive the programs: one line for each, under the name of its pool.
import { formatAddress, parseAddress } from './address.ts'
import type { NamespacedName } from './namespaced-name.ts'
import type { Release } from './releases.ts'
import { formatInstant, parseInstant } from './rfc3339.ts'
import { asTexts } from './shape.ts'

/** The ConfigMap in MetalLB's namespace that holds them. */
export const releasesName = 'metallb-released-addresses'

/** A ConfigMap may have 1 MiB. */
const mostCharacters = 700_000

const servicePattern = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/

/**
 * @param releases last things first: what does not fit is left out
 * @returns by the name of the pool: `2026-01-31T23:59:59.000Z 192.168.1.240 shop/web`
 */
export function formatReleases(releases: readonly (Release & { readonly pool: string })[]): Readonly<Record<string, string>> {
  const lines = new Map<string, string[]>()
  let left = mostCharacters
  for (const { address, at, pool, service } of releases) {
    const line = [formatInstant(at), formatAddress(address), ...(service === undefined ? [] : [service])].join(' ')
    left -= line.length + 1
    if (left < 0) break
    const ofPool = lines.get(pool) ?? []
    ofPool.push(line)
    lines.set(pool, ofPool)
  }
  return Object.fromEntries([...lines].map(([pool, all]) => [pool, `${all.join('\n')}\n`]))
}

/** Lines that cannot be read mean nothing. @param data of the ConfigMap, whatever somebody may have written there */
export function parseReleases(data: unknown): readonly Release[] {
  return Object.values(asTexts(data)).flatMap((text) => text.split('\n').flatMap((line) => parseRelease(line) ?? []))
}

function parseRelease(line: string): Release | undefined {
  const [time = '', text = '', service, ...more] = line.trim().split(' ')
  const at = parseInstant(time)
  const address = parseAddress(text)
  if (at === undefined || !address.ok || more.length > 0) return undefined
  if (service === undefined) return { address: address.value, at }
  return servicePattern.test(service) ? { address: address.value, at, service: service as NamespacedName } : undefined
}
