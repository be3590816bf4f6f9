// What `--delete` names: `ipaddresspool/lan`, `service/shop/web`, `node/worker-1`.
import { nearest } from '../../core/nearest.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Subject } from '../finding.ts'

interface Kind {
  readonly apiVersion: string
  readonly kind: string
  /** Where an object is that says no namespace; undefined for kinds that have none. */
  readonly namespace: 'metallb' | 'default' | undefined
  /** As kubectl knows it besides its lower-case kind and plural. */
  readonly short: readonly string[]
}

const own = (kind: string, version = 'v1beta1'): Kind => ({ apiVersion: `metallb.io/${version}`, kind, namespace: 'metallb', short: [] })

const kinds: readonly Kind[] = [
  own('IPAddressPool'),
  own('L2Advertisement'),
  own('BGPAdvertisement'),
  own('BGPPeer', 'v1beta2'),
  own('BFDProfile'),
  own('Community'),
  own('AllocationPolicy', 'v1alpha1'),
  { apiVersion: 'v1', kind: 'Service', namespace: 'default', short: ['svc'] },
  { apiVersion: 'v1', kind: 'Namespace', namespace: undefined, short: ['ns'] },
  { apiVersion: 'v1', kind: 'Node', namespace: undefined, short: ['no'] },
]

function wordsFor({ kind, short }: Kind): readonly string[] {
  const singular = kind.toLowerCase()
  return [singular, singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`, ...short]
}

/**
 * @param namespaces where an object is that names no namespace
 * @returns the reason in one sentence when the text names no object
 */
export function readDeletion(text: string, namespaces: { readonly metallb: string; readonly default: string }): Result<Subject, string> {
  const parts = text.split('/')
  const word = (parts[0] ?? '').toLowerCase()
  const found = kinds.find((kind) => wordsFor(kind).includes(word))
  if (found === undefined) {
    const guess = nearest(
      word,
      kinds.map(({ kind }) => kind.toLowerCase()),
    )
    return fail(`"${text}": there is no kind "${word}" that matters here${guess === undefined ? '' : `; did you mean ${guess}?`}`)
  }
  const { apiVersion, kind, namespace } = found
  const names = parts.slice(1)
  const most = namespace === undefined ? 1 : 2
  if (names.length === 0 || names.length > most || names.includes('')) {
    return fail(`"${text}": write ${word}/NAME${namespace === undefined ? '' : ` or ${word}/NAMESPACE/NAME`}`)
  }
  const name = names.at(-1) ?? ''
  const where = namespace === undefined ? '' : names.length === 2 ? (names[0] ?? '') : namespaces[namespace]
  return ok({ apiVersion, kind, namespace: where, name })
}
