// What a change would do to a cluster: each object goes through the webhook's judgement, then the controller's plans are carried out in memory, and what
// every Service has and who announces it is compared.
import { guard } from '../../admission/guard/guard.ts'
import type { WorldSettings } from '../../admission/still-world.ts'
import type { Sha256 } from '../../core/announce/election.ts'
import type { NamespacedName } from '../../core/namespaced-name.ts'
import type { ServiceView } from '../../core/service.ts'
import { asFields, type Fields, sameJson } from '../../core/shape.ts'
import type { Instant } from '../../core/time.ts'
import { type ClusterState, keyOf, type ListName, listOf } from '../cluster-state.ts'
import type { Place, Subject } from '../finding.ts'
import { judge, mutated, requestFor } from '../judge.ts'
import type { Manifest } from '../manifest.ts'
import { metadataProblems } from '../metadata.ts'
import { readWarning } from '../read-warning.ts'
import { asStored, type ClusterFamilies, familiesIn } from '../service-as-stored.ts'
import { type Announcers, AnnouncersOf } from './announcers.ts'
import { applied } from './apply.ts'
import { Rehearsal } from './rehearsal.ts'

/** An object to write, or to delete. */
export type Wish = { readonly type: 'apply'; readonly manifest: Manifest } | { readonly type: 'delete'; readonly subject: Subject }

export interface Remark {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly field: string
  readonly message: string
}

export interface ChangeOutcome {
  readonly operation: 'create' | 'update' | 'delete' | 'none'
  readonly subject: Subject
  /** In the file; absent for deletions. */
  readonly place: Place | undefined
  /** `disruption`: refused for what it costs live Services, and rehearsed all the same. */
  readonly verdict: 'allowed' | 'refused' | 'disruption'
  readonly remarks: readonly Remark[]
}

export interface ServiceOutcome {
  readonly service: NamespacedName
  readonly change: 'gained' | 'lost' | 'moved' | 'kept' | 'waits' | 'deleted'
  /** Canonical texts. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly announcedBefore: Announcers | undefined
  readonly announcedAfter: Announcers | undefined
  /** The controller's words. */
  readonly reasons: readonly string[]
}

export interface Plan {
  /** In the order of the wishes. */
  readonly changes: readonly ChangeOutcome[]
  /** Those for which something changes, by name. */
  readonly services: readonly ServiceOutcome[]
  /** How many have the address that they had, from where they had it. */
  readonly untouched: number
  /** What the answer rests on, in complete sentences. */
  readonly notes: readonly string[]
}

export interface PlanSettings extends WorldSettings {
  /** Since 1970: addresses are held for a time. */
  readonly now: Instant
  readonly sha256: Sha256
}

/** Never throws, whatever the objects hold. */
export function planChange(state: ClusterState, wishes: readonly Wish[], settings: PlanSettings): Plan {
  const rehearsal = new Rehearsal(state, settings, settings.now)
  const before = pictureOf(rehearsal, settings, () => false)
  rehearsal.takeEvents()
  const changes: ChangeOutcome[] = []
  const families = familiesIn(state) ?? { primary: 'IPv4', all: undefined }
  for (const wish of wishes) changes.push(...fulfil(wish, rehearsal, settings, families))
  const events = rehearsal.takeEvents()
  const after = pictureOf(rehearsal, settings, (key) => !before.has(key))
  const outcomes = [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((key) => compare(key, before.get(key), after.get(key), events.get(key) ?? []))
  const services = outcomes.filter((outcome) => isWorthTelling(outcome))
  return { changes, services, untouched: outcomes.length - services.length, notes: notesOn(state, outcomes) }
}

interface Portrait {
  readonly view: ServiceView
  readonly announcers: Announcers
}

/** @param isNew it has no pods yet */
function pictureOf(
  rehearsal: Rehearsal,
  settings: PlanSettings,
  isNew: (key: NamespacedName) => boolean,
): ReadonlyMap<NamespacedName, Portrait> {
  const announcersOf = new AnnouncersOf(rehearsal.state(), settings, settings.sha256)
  return new Map(rehearsal.balanced().map((view) => [view.key, { view, announcers: announcersOf.of(view, isNew(view.key)) }]))
}

function fulfil(wish: Wish, rehearsal: Rehearsal, settings: PlanSettings, families: ClusterFamilies): readonly ChangeOutcome[] {
  const subject = wish.type === 'apply' ? wish.manifest : wish.subject
  const list = listOf(subject)
  if (list === undefined) return []
  return [
    wish.type === 'apply' ? write(wish.manifest, list, rehearsal, { settings, families }) : remove(wish.subject, list, rehearsal, settings),
  ]
}

function write(
  manifest: Manifest,
  list: ListName,
  rehearsal: Rehearsal,
  { settings, families }: { readonly settings: PlanSettings; readonly families: ClusterFamilies },
): ChangeOutcome {
  const key = keyOf(manifest)
  const old = rehearsal.find(list, key)
  const outcome = {
    operation: old === undefined ? 'create' : 'update',
    subject: manifest,
    place: manifest.placeOf('metadata.name'),
  } as const
  const written = old === undefined ? created(manifest.object, rehearsal) : applied(old, manifest.object)
  if (old !== undefined && sameJson(old, written)) return { ...outcome, operation: 'none', verdict: 'allowed', remarks: [] }
  const world = rehearsal.world()
  const object = list === 'services' ? asStored(mutated(requestFor(manifest, written, old), world), families, settings.classes) : written
  const request = requestFor(manifest, object, old)
  const verdict = judge(request, world)
  const errors = [...metadataProblems(manifest), ...verdict.problems].map((problem): Remark => ({ severity: 'error', ...problem }))
  const cost = errors.length === 0 ? guard(request, world) : { problems: [], warnings: [] }
  const remarks = [
    ...errors,
    ...cost.problems.map((problem): Remark => ({ severity: 'error', ...problem })),
    ...[...verdict.warnings, ...cost.warnings].map((text): Remark => ({ severity: 'warning', ...readWarning(text) })),
  ]
  if (errors.length > 0) return { ...outcome, verdict: 'refused', remarks }
  rehearsal.change(list, key, object)
  return { ...outcome, verdict: cost.problems.length > 0 ? 'disruption' : 'allowed', remarks }
}

function remove(subject: Subject, list: ListName, rehearsal: Rehearsal, settings: PlanSettings): ChangeOutcome {
  const outcome = { operation: 'delete', subject, place: undefined } as const
  const refused = (code: string, message: string): ChangeOutcome => ({
    ...outcome,
    verdict: 'refused',
    remarks: [{ severity: 'error', code, field: 'metadata.name', message }],
  })
  const key = keyOf(subject)
  const old = rehearsal.find(list, key)
  if (old === undefined)
    return refused(
      'NotFound',
      `there is no ${subject.kind} "${subject.name}"${subject.namespace === '' ? '' : ` in namespace "${subject.namespace}"`}`,
    )
  if (list === 'namespaces') {
    if (subject.name === settings.namespace)
      return refused('NotRehearsed', 'with its own namespace all of MetalLB goes, and nobody is left to announce anything')
    for (const { namespace, key: service } of rehearsal.balanced())
      if (namespace === subject.name) rehearsal.change('services', service, undefined)
  }
  const { problems, warnings } = guard(requestFor(subject, undefined, old), rehearsal.world())
  const remarks = [
    ...problems.map((problem): Remark => ({ severity: 'error', ...problem })),
    ...warnings.map((text): Remark => ({ severity: 'warning', ...readWarning(text) })),
  ]
  const isFinal = problems.some(({ code }) => code !== 'Disruption')
  if (!isFinal) rehearsal.change(list, key, undefined)
  return { ...outcome, verdict: isFinal ? 'refused' : problems.length > 0 ? 'disruption' : 'allowed', remarks }
}

/** As the API server stores it: younger than all others. */
function created(object: Fields, rehearsal: Rehearsal): Fields {
  const { creationTimestamp: _time, resourceVersion: _version, ...metadata } = asFields(object['metadata']) ?? {}
  const { status: _, ...others } = object
  const uid = `new-${String(rehearsal.takeNumber()).padStart(9, '0')}`
  return { ...others, metadata: { ...metadata, uid } }
}

function compare(service: NamespacedName, was: Portrait | undefined, is: Portrait | undefined, events: readonly string[]): ServiceOutcome {
  const [before, after] = [was?.view.heldText ?? [], is?.view.heldText ?? []]
  const sides = { service, before, after, announcedBefore: was?.announcers, announcedAfter: is?.announcers }
  if (is === undefined) return { ...sides, change: 'deleted', reasons: [] }
  const change = changeOf(new Set(before), new Set(after))
  return { ...sides, change, reasons: change === 'kept' ? [] : [...new Set(events)] }
}

function changeOf(before: ReadonlySet<string>, after: ReadonlySet<string>): ServiceOutcome['change'] {
  if (before.size === 0 && after.size === 0) return 'waits'
  if (before.symmetricDifference(after).size === 0) return 'kept'
  if (before.isSubsetOf(after)) return 'gained'
  return after.isSubsetOf(before) ? 'lost' : 'moved'
}

/** Also a Service that waited before and waits now for another reason. */
function isWorthTelling({ change, announcedBefore, announcedAfter, reasons }: ServiceOutcome): boolean {
  if (change === 'waits') return announcedBefore === undefined || reasons.length > 0
  return change !== 'kept' || !isSame(announcedBefore, announcedAfter)
}

function isSame(a: Announcers | undefined, b: Announcers | undefined): boolean {
  return sameJson([a?.layer2, a?.bgp], [b?.layer2, b?.bgp])
}

/** Nobody would answer any more for what it has before and after. */
export function losesAnnouncement({ change, announcedBefore, announcedAfter }: ServiceOutcome): boolean {
  return change === 'kept' && announcedBefore?.reason === undefined && announcedAfter?.reason !== undefined
}

/** Something is refused, or somebody loses something. */
export function isDisruptive({ changes, services }: Plan): boolean {
  return (
    changes.some(({ verdict }) => verdict !== 'allowed') ||
    services.some((outcome) => outcome.change === 'lost' || outcome.change === 'moved' || losesAnnouncement(outcome))
  )
}

function notesOn(state: ClusterState, outcomes: readonly ServiceOutcome[]): readonly string[] {
  const isNew = outcomes.some(({ announcedBefore, after }) => announcedBefore === undefined && after.length > 0)
  return [
    ...(state.nodes.length === 0 ? ['there are no Nodes, so nobody announces anything'] : []),
    ...(state.endpointSlices.length === 0 ? ['there are no EndpointSlices, so every Service is taken to have a pod on every Node'] : []),
    ...(isNew && state.endpointSlices.length > 0 ? ['new Services are taken to have a pod on every Node'] : []),
  ]
}
