import { type Problem, problem } from '../../core/problem.ts'
import { quote } from '../../core/quote.ts'
import { asFields, asList, asText } from '../../core/shape.ts'

/** What one selector says twice: the same expression, or a value within one. MetalLB refuses both; whoever acts on the selector need not care. */
export function selectorDuplicates(list: unknown, field: string): readonly Problem[] {
  return asList(list).flatMap((selector, index) => {
    const path = `${field}[${index}].matchExpressions`
    const seen = new Map<string, number>()
    return asList(asFields(selector)?.['matchExpressions']).flatMap((expression, position) => {
      const fields = asFields(expression) ?? {}
      const values = asList(fields['values']).map(String)
      const text = JSON.stringify([asText(fields['key']), asText(fields['operator']), values.toSorted((a, b) => (a < b ? -1 : 1))])
      const earlier = seen.get(text)
      if (earlier === undefined) seen.set(text, position)
      return [
        ...(earlier === undefined
          ? []
          : [
              problem(
                'DuplicateEntry',
                `${path}[${position}]`,
                `duplicate expression: ${path}[${earlier}] says the same; remove one of them`,
              ),
            ]),
        ...values.flatMap((value, place) =>
          values.indexOf(value) === place
            ? []
            : [
                problem(
                  'DuplicateEntry',
                  `${path}[${position}].values[${place}]`,
                  `duplicate value ${quote(value)}; remove one of them`,
                  value,
                ),
              ],
        ),
      ]
    })
  })
}
