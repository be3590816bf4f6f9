// `kubectl apply` on an object in memory: what the file says counts, what it said last time and says no more goes, what others wrote stays.
import { asFields, asText, type Fields } from '../../core/shape.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * The three-way merge of kubectl for kinds without a schema: maps are merged, lists and scalars replaced. Of a Service's list of ports only what
 * load balancing does not read comes out otherwise.
 *
 * @param live as the API server has it
 * @param written as it stands in the file
 */
export function applied(live: Fields, written: Fields): Fields {
  const { status: _, ...wanted } = written
  return merged(live, wanted, lastAppliedOf(live), 0)
}

/** No object that was read is deeper. */
const deepest = 100

function merged(live: Fields, wanted: Fields, last: Fields, depth: number): Fields {
  const gone = Object.keys(last).filter((name) => !Object.hasOwn(wanted, name))
  const kept = Object.entries(live).filter(([name]) => !gone.includes(name))
  const written = Object.entries(wanted)
    // In a merge patch null means "remove".
    .filter(([, value]) => value !== null)
    .map(([name, value]): [string, unknown] => {
      const [now, then] = [asFields(value), asFields(live[name])]
      if (now === undefined || then === undefined || depth > deepest) return [name, value]
      return [name, merged(then, now, asFields(last[name]) ?? {}, depth + 1)]
    })
  const removed = new Set(Object.entries(wanted).flatMap(([name, value]) => (value === null ? [name] : [])))
  return Object.fromEntries([...kept.filter(([name]) => !removed.has(name)), ...written])
}

function lastAppliedOf(live: Fields): Fields {
  const text = asText(asFields(asFields(live['metadata'])?.['annotations'])?.[lastApplied])
  try {
    return asFields(JSON.parse(text ?? '{}')) ?? {}
  } catch {
    return {}
  }
}
