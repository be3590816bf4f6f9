import type { LintSettings } from '../../../cli/lint/lint.ts'

/** What `metallb lint` does without any flag. */
export const settings: LintSettings = {
  namespace: 'metallb-system',
  classes: {},
  poolPriority: 'highest',
  serviceAdmission: 'enforce',
  ignoresExcludeLabel: false,
  ipFamilies: undefined,
  givenNamespace: undefined,
  isPartial: false,
}
