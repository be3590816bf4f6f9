// Where our engine, cel-spec's data and @bufbuild/cel do not agree, and why.
import { type ConformanceCase, conformanceCases } from './cases.ts'
import { evaluateTheirs } from './oracle.ts'
import { evaluateOurs, type Outcome } from './ours.ts'

export interface Difference {
  readonly test: ConformanceCase
  readonly ours: string
  readonly theirs: string
}

export interface DifferenceGroup {
  readonly title: string
  readonly reason: string
  readonly differences: readonly Difference[]
}

interface Rule {
  readonly title: string
  readonly reason: string
  readonly holds: (test: ConformanceCase, ours: Outcome) => boolean
}

const refusedBecause =
  (pattern: RegExp) =>
  (_: ConformanceCase, { reason = '' }: Outcome): boolean =>
    pattern.test(reason)

/** The first that holds explains a test that our engine does not answer as the specification does. */
const rules: readonly Rule[] = [
  {
    title: 'No mathematical functions',
    reason: 'Kubernetes has none of `math.…` in its expressions either.',
    holds: ({ section }) => section === 'math_ext',
  },
  {
    title: 'No base64',
    reason: 'Kubernetes has none of `base64.…` in its expressions either.',
    holds: ({ section }) => section === 'encoders_ext',
  },
  {
    title: 'Expressions are always type-checked',
    reason:
      'These tests turn the type checker off, to see what the evaluation makes of it. A policy is refused when it is written, as by Kubernetes; `dyn(x)` leaves the type of `x` open.',
    holds: ({ isUnchecked }, { isRefused = false }) => isUnchecked && isRefused,
  },
  {
    title: 'No field names in back-quotes',
    reason: 'The parser does not know them. Write `labels["foo.txt"]`, and `"foo.txt" in labels` for `has()`.',
    holds: ({ source }) => source.includes('`') && !/^b?r/i.test(source),
  },
  {
    title: 'No optional entries in literals',
    reason:
      'The parser does not know `[?x]` and `{?key: x}`. `optional.of()`, `.?field`, `[?key]`, `or()`, `orValue()`, `optMap()` and `optFlatMap()` are there.',
    holds: refusedBecause(/unexpected token: "\?"/),
  },
  {
    title: 'Parts of empty literals',
    reason: 'The type checker does not see what the parts of `{}` and of `optional.none()` could be. A policy has no use for either.',
    holds: refusedBecause(/cannot index type 'undefined'/),
  },
  {
    title: 'Literals that the parser does not know',
    reason: "Raw bytes (`br'…'`), bytes written with characters beyond ASCII, and doubles that begin with a dot (`.5`).",
    holds: ({ source }, { isRefused = false }) =>
      isRefused && (/\bbr['"]|\bbR['"]/.test(source) || /[^\0-\x7f]/.test(source) || /(?:^|\s)\.\d/.test(source)),
  },
  {
    title: 'Names of variables have no dots',
    reason: 'The variables of a policy have none.',
    holds: ({ variables }) => Object.keys(variables).some((name) => name.includes('.')),
  },
  {
    title: 'A duration plus a timestamp',
    reason: 'The type checker takes the sum for a duration. Write the timestamp first.',
    holds: ({ source }) => source.startsWith('duration(') && source.includes('+ timestamp('),
  },
  {
    title: 'As Kubernetes does it, not as the specification says',
    reason: 'cel-go answers −1 when `indexOf()` begins after the end.',
    holds: ({ source }) => source.includes('.indexOf('),
  },
]

const unexplained: Rule = { title: 'Not explained', reason: 'This should not be.', holds: () => true }

const alike: Rule = {
  title: 'As specified, other than @bufbuild/cel',
  reason:
    'Here the results are those of the specification. @bufbuild/cel has neither `cel.bind`, optional values nor macros of two variables, and tells `0` from `0u` as a key.',
  holds: () => true,
}

export interface Comparison {
  readonly tests: number
  /** As the specification says. */
  readonly ours: number
  readonly theirs: number
  /** In the order in which they are explained; only those that have some. */
  readonly groups: readonly DifferenceGroup[]
}

export function compareEngines(): Comparison {
  const found = new Map<Rule, Difference[]>()
  let [ours, theirs] = [0, 0]
  for (const test of conformanceCases) {
    const outcome = evaluateOurs(test)
    const other = evaluateTheirs(test)
    if (outcome.text === test.expected) ours += 1
    if (other === test.expected) theirs += 1
    if (outcome.text === test.expected && other === test.expected) continue
    const rule = outcome.text === test.expected ? alike : (rules.find(({ holds }) => holds(test, outcome)) ?? unexplained)
    found.set(rule, [...(found.get(rule) ?? []), { test, ours: outcome.text, theirs: other }])
  }
  const groups = [...rules, unexplained, alike].flatMap((rule) => {
    const differences = found.get(rule)
    return differences === undefined ? [] : [{ title: rule.title, reason: rule.reason, differences }]
  })
  return { tests: conformanceCases.length, ours, theirs, groups }
}
