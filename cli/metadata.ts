// What the API server itself checks of metadata before it asks any webhook.
import { type Problem, problem } from '../core/problem.ts'
import { asFields, asText, kindOf } from '../core/shape.ts'
import type { Manifest } from './manifest.ts'

/** RFC 1123 subdomain. */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

export function metadataProblems({ object }: Manifest): readonly Problem[] {
  const metadata = asFields(object['metadata']) ?? {}
  return [
    ...nameProblems(metadata['name'], metadata['generateName']),
    ...textProblems(metadata['labels'], 'labels'),
    ...textProblems(metadata['annotations'], 'annotations'),
  ]
}

function nameProblems(name: unknown, generateName: unknown): readonly Problem[] {
  const field = 'metadata.name'
  if (name === undefined || name === null || name === '') {
    return asText(generateName) === undefined ? [problem('MissingField', field, 'is missing; write the name of the object')] : []
  }
  const text = asText(name)
  if (text === undefined) return [problem('WrongType', field, `is ${kindOf(name)}, must be a string; write it in quotes`)]
  if (subdomain.test(text) && text.length <= 253) return []
  return [
    problem(
      'PatternMismatch',
      field,
      `is ${JSON.stringify(text.slice(0, 80))}, must be lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit`,
      text,
    ),
  ]
}

/** The commonest of all: `metallb.io/is-default-pool: true`, without quotes. */
function textProblems(map: unknown, name: 'labels' | 'annotations'): readonly Problem[] {
  const field = `metadata.${name}`
  if (map === undefined || map === null) return []
  const entries = asFields(map)
  if (entries === undefined) return [problem('WrongType', field, `is ${kindOf(map)}, must be a map of strings`)]
  return Object.entries(entries).flatMap(([key, value]) => {
    // The API server reads null as the empty string.
    if (typeof value === 'string' || value === null) return []
    const advice = typeof value === 'object' ? '' : `; write it in quotes: ${JSON.stringify(`${value as number | boolean}`)}`
    return [problem('WrongType', `${field}[${key}]`, `is ${kindOf(value)}, must be a string${advice}`)]
  })
}
