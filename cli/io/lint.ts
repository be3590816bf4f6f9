// `metallb lint`: reads the command line and the files, prints, and says how it went.
import process from 'node:process'
import { type FlagValues, parseCommandLine } from '../../kube/flags.ts'
import { classesOf, settingFlags } from '../../kube/settings.ts'
import { lint } from '../lint/lint.ts'
import { renderGithub } from '../lint/output/github.ts'
import { renderJson } from '../lint/output/json.ts'
import { renderJunit } from '../lint/output/junit.ts'
import { exitCodeOf, type Report } from '../lint/output/report.ts'
import { renderSarif } from '../lint/output/sarif.ts'
import { renderText } from '../lint/output/text.ts'
import { readSources } from './sources.ts'

const renderers = { text: renderText, json: renderJson, junit: renderJunit, sarif: renderSarif, github: renderGithub } as const
type Format = keyof typeof renderers

const familiesOf = {
  auto: undefined,
  IPv4: ['IPv4'],
  IPv6: ['IPv6'],
  'IPv4,IPv6': ['IPv4', 'IPv6'],
  'IPv6,IPv4': ['IPv6', 'IPv4'],
} as const

const flagTable = {
  output: { kind: 'text', short: 'o', default: 'text', oneOf: Object.keys(renderers) as readonly Format[], help: 'format' },
  strict: { kind: 'switch', default: false, help: 'warnings fail too' },
  partial: {
    kind: 'switch',
    default: false,
    help: 'the files are a part of what the cluster holds: a name that is not in them is no mistake',
  },
  namespace: {
    kind: 'text',
    short: 'n',
    default: '',
    help: "namespace of objects that name none; when not set MetalLB's for its own kinds and default for Services",
  },
  'metallb-namespace': { kind: 'text', default: 'metallb-system', env: 'METALLB_NAMESPACE', help: 'namespace in which MetalLB runs' },
  'ip-families': {
    kind: 'text',
    default: 'auto',
    oneOf: Object.keys(familiesOf) as readonly (keyof typeof familiesOf)[],
    help: "the cluster's families, first the one that a Service gets when it names none; auto: what each Service asks for",
  },
  ...settingFlags,
} as const

const usage = `metallb lint FILE|FOLDER|-...

Judges the objects of YAML and JSON files as MetalLB's webhook would, without a cluster: they are each other's cluster. A folder is read with all below it, - is the
standard input. Exit code 0: no errors; 1: errors (with --strict also warnings); 2: the command line is wrong, or something could not be read.

`

/** @returns the exit code */
export async function runLint(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(flagTable, argv, process.env)
  if (!line.ok) {
    const { exitCode, message } = line.error
    if (exitCode === 0) process.stdout.write(`${usage}${message}\n`)
    else process.stderr.write(`metallb lint: ${message}\n`)
    return exitCode
  }
  const { flags, operands } = line.value
  if (operands.length === 0) {
    process.stderr.write('metallb lint: name files or folders, or - for the standard input; see metallb lint --help\n')
    return 2
  }
  const { files, failures } = await readSources(operands)
  const report: Report = { ...lint(files, settingsOf(flags)), files, isStrict: flags.strict }
  if (files.length > 0) process.stdout.write(renderers[flags.output](report))
  for (const failure of failures) process.stderr.write(`metallb lint: ${failure}\n`)
  return failures.length > 0 ? 2 : exitCodeOf(report)
}

function settingsOf(flags: FlagValues<typeof flagTable>): Parameters<typeof lint>[1] {
  return {
    namespace: flags['metallb-namespace'],
    classes: classesOf(flags),
    poolPriority: flags['pool-priority'],
    serviceAdmission: flags['service-admission'],
    ignoresExcludeLabel: flags['ignore-exclude-lb'],
    ipFamilies: familiesOf[flags['ip-families']],
    givenNamespace: flags.namespace === '' ? undefined : flags.namespace,
    isPartial: flags.partial,
  }
}
