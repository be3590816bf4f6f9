import type { L2Advertisement } from '../../schemas/generated/types.ts'
import type { LabelSelector } from '../../schemas/object-meta.ts'
import { type Problem, problem } from '../problem.ts'
import { quote } from '../quote.ts'
import { compileSelector, type Selector } from '../selector.ts'
import { asFields, asList, asText, type Fields } from '../shape.ts'
import type { Pool } from './pool.ts'
import { anyMatches, compileNames, compileSelectors } from './selectors.ts'

export interface NodePreference {
  readonly weight: number
  readonly selector: Selector
}

export interface L2Advert {
  readonly name: string
  readonly poolNames: ReadonlySet<string>
  readonly poolSelectors: readonly Selector[]
  /** Alternatives; none means every node. */
  readonly nodeSelectors: readonly Selector[]
  /** Exact interface names; none means every interface. */
  readonly interfaces: readonly string[]
  /** Alternatives; none means every Service. */
  readonly serviceSelectors: readonly Selector[]
  readonly preferred: readonly NodePreference[]
}

/** Never throws, whatever the object holds; `spec` may be absent. An advertisement with a broken selector is absent: it would announce too much. */
export function compileL2Advertisement(object: L2Advertisement): { readonly advert?: L2Advert; readonly problems: readonly Problem[] } {
  const root: Fields = asFields(object) ?? {}
  const name = asText(asFields(root['metadata'])?.['name']) ?? ''
  const spec = asFields(root['spec']) ?? {}
  const owner = `L2Advertisement "${name}"`
  const pools = compileNames(spec['ipAddressPools'], 'spec.ipAddressPools', owner)
  const poolSelectors = compileSelectors(spec['ipAddressPoolSelectors'], 'spec.ipAddressPoolSelectors', owner)
  const nodeSelectors = compileSelectors(spec['nodeSelectors'], 'spec.nodeSelectors', owner)
  const serviceSelectors = compileSelectors(spec['serviceSelectors'], 'spec.serviceSelectors', owner)
  const preferred = compilePreferences(spec['preferredNodeSelectors'], owner)
  const problems = [
    ...pools.problems,
    ...poolSelectors.problems,
    ...nodeSelectors.problems,
    ...serviceSelectors.problems,
    ...preferred.problems,
  ]
  if (problems.some(({ code }) => code !== 'DuplicateEntry')) return { problems }
  const advert: L2Advert = {
    name,
    poolNames: new Set(pools.names),
    poolSelectors: poolSelectors.selectors,
    nodeSelectors: nodeSelectors.selectors,
    interfaces: asList(spec['interfaces']).filter((entry) => typeof entry === 'string'),
    serviceSelectors: serviceSelectors.selectors,
    preferred: preferred.preferred,
  }
  return { advert, problems }
}

function compilePreferences(
  list: unknown,
  owner: string,
): { readonly preferred: readonly NodePreference[]; readonly problems: readonly Problem[] } {
  const preferred: NodePreference[] = []
  const problems: Problem[] = []
  for (const [index, entry] of asList(list).entries()) {
    const path = `spec.preferredNodeSelectors[${index}]`
    const fields = asFields(entry) ?? {}
    const selector = compileSelector(fields['preference'] as LabelSelector)
    if (selector.ok) preferred.push({ weight: Number(fields['weight'] ?? 0), selector: selector.value })
    else {
      for (const error of selector.error) {
        problems.push(
          problem(
            'SelectorInvalid',
            error.field === '' ? `${path}.preference` : `${path}.preference.${error.field}`,
            `label selector ${quote(fields['preference'])} of ${owner} is not valid: ${error.message}`,
          ),
        )
      }
    }
  }
  return { preferred, problems }
}

/** No names and no selectors mean every pool. */
export function selectsPool(advert: Pick<L2Advert, 'poolNames' | 'poolSelectors'>, pool: Pool): boolean {
  if (advert.poolNames.size === 0 && advert.poolSelectors.length === 0) return true
  return advert.poolNames.has(pool.name) || anyMatches(advert.poolSelectors, pool.labels)
}
