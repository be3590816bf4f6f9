// `metallb plan`: reads the command line, the cluster and the change, prints, and says how it went.
import { createHash } from 'node:crypto'
import process from 'node:process'
import { instant } from '../../core/time.ts'
import { wordsOf } from '../../kube/api-error.ts'
import { type CommandLine, type FlagTable, parseCommandLine } from '../../kube/flags.ts'
import { classesOf, settingFlags } from '../../kube/settings.ts'
import type { ClusterState } from '../cluster-state.ts'
import type { Report } from '../lint/output/report.ts'
import { renderText as renderFindings } from '../lint/output/text.ts'
import { readManifests } from '../manifest.ts'
import { readDeletion } from '../plan/deletion.ts'
import { renderJson } from '../plan/output/json.ts'
import { renderText } from '../plan/output/text.ts'
import { isDisruptive, type PlanSettings, planChange, type Wish } from '../plan/plan.ts'
import { connect, readCluster, readSharedSettings, readSnapshot } from './cluster.ts'
import { readSources } from './sources.ts'

const flagTable = {
  output: { kind: 'text', short: 'o', default: 'text', oneOf: ['text', 'json'], help: 'format' },
  delete: { kind: 'list', help: 'an object to delete: KIND/NAME or KIND/NAMESPACE/NAME' },
  snapshot: { kind: 'text', default: '', help: 'file that holds the cluster, instead of the cluster itself' },
  kubeconfig: { kind: 'text', default: '', help: 'kubeconfig file; as for kubectl when not set' },
  context: { kind: 'text', default: '', help: 'context of the kubeconfig; its current one when not set' },
  namespace: {
    kind: 'text',
    short: 'n',
    default: '',
    help: "namespace of objects that name none; when not set MetalLB's for its own kinds and default for Services",
  },
  'metallb-namespace': { kind: 'text', default: 'metallb-system', env: 'METALLB_NAMESPACE', help: 'namespace in which MetalLB runs' },
  ...settingFlags,
} as const satisfies FlagTable

const usage = `metallb plan [FILE|FOLDER|-...] [--delete KIND/NAME]...

Says what would happen if the files were applied and the objects deleted, in this order: what the webhook would refuse, which Services would gain, lose or move
addresses, and from which nodes they would be announced. Nothing is written. The cluster is the one of kubectl, or a file:

  kubectl get ipaddresspools,l2advertisements,bgpadvertisements,bgppeers,bfdprofiles,communities,services,namespaces,nodes,endpointslices -A -o json > cluster.json
  metallb plan --snapshot cluster.json FILE

Exit code 0: nothing disruptive; 1: something is refused, or a Service loses its address or its announcement; 2: the command could not be carried out.

`

type Line = CommandLine<typeof flagTable>

/** @returns the exit code */
export async function runPlan(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(flagTable, argv, process.env)
  if (!line.ok) {
    const { exitCode, message } = line.error
    if (exitCode === 0) process.stdout.write(`${usage}${message}\n`)
    else say(message)
    return exitCode
  }
  const { operands } = line.value
  if (operands.length === 0 && line.value.flags.delete.length === 0)
    return refuse('name files to apply, or objects to delete; see metallb plan --help')
  const wishes = await readWishes(line.value)
  if (typeof wishes === 'number') return wishes
  try {
    const { state, flags } = await readWorld(line.value, argv)
    const plan = planChange(state, wishes, settingsOf(flags))
    process.stdout.write((flags.output === 'json' ? renderJson : renderText)(plan))
    return isDisruptive(plan) ? 1 : 0
  } catch (error) {
    return refuse(wordsOf(error))
  }
}

/** The exit code when there is something wrong with what is asked. */
async function readWishes({ flags, operands }: Line): Promise<readonly Wish[] | number> {
  const given = flags.namespace === '' ? undefined : flags.namespace
  const deletions = flags.delete.map((text) =>
    readDeletion(text, { metallb: given ?? flags['metallb-namespace'], default: given ?? 'default' }),
  )
  const wrong = deletions.flatMap((deletion) => (deletion.ok ? [] : [deletion.error]))
  const { files, failures } = await readSources(operands)
  for (const failure of [...wrong, ...failures]) say(failure)
  if (wrong.length > 0 || failures.length > 0) return 2
  const { manifests, findings } = readManifests(files, { given, metallb: flags['metallb-namespace'] })
  if (findings.length > 0) {
    const report: Report = { findings, files, judged: manifests.length, isStrict: false }
    process.stderr.write(renderFindings(report))
    return 1
  }
  return [
    ...manifests.map((manifest): Wish => ({ type: 'apply', manifest })),
    ...deletions.flatMap((deletion): readonly Wish[] => (deletion.ok ? [{ type: 'delete', subject: deletion.value }] : [])),
  ]
}

/** The settings of the cluster itself count, unless the command line or the environment says otherwise. */
async function readWorld(
  { flags }: Line,
  argv: readonly string[],
): Promise<{ readonly state: ClusterState; readonly flags: Line['flags'] }> {
  const namespace = flags['metallb-namespace']
  if (flags.snapshot !== '') return { state: snapshotOf(flags.snapshot, namespace), flags }
  const client = connect(flags.kubeconfig, flags.context)
  try {
    const [state, shared] = await Promise.all([readCluster(client, namespace), readSharedSettings(client, namespace)])
    const line = parseCommandLine(flagTable, argv, process.env, shared)
    return { state, flags: line.ok ? line.value.flags : flags }
  } finally {
    client.close()
  }
}

function snapshotOf(file: string, namespace: string): ClusterState {
  try {
    return readSnapshot(file, namespace)
  } catch (error) {
    throw new Error(`${file}: ${wordsOf(error)}`, { cause: error })
  }
}

function settingsOf(flags: Line['flags']): PlanSettings {
  return {
    namespace: flags['metallb-namespace'],
    classes: classesOf(flags),
    poolPriority: flags['pool-priority'],
    serviceAdmission: flags['service-admission'],
    ignoresExcludeLabel: flags['ignore-exclude-lb'],
    now: instant(Date.now()),
    sha256: (text) => createHash('sha256').update(text).digest(),
  }
}

function refuse(message: string): 2 {
  say(message)
  return 2
}

function say(message: string): void {
  process.stderr.write(`metallb plan: ${message}\n`)
}
