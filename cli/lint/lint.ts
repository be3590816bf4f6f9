// The judgement of files: every object is reviewed by the functions of the webhook, in a World of all the files. Of objects of one kind only those before it
// count, so that a conflict is said once, at the later one.

import { type ClusterObjects, stillWorld, type WorldSettings } from '../../admission/still-world.ts'
import { storedAs } from '../../admission/stored.ts'
import { shapeProblems } from '../../admission/validate/shape.ts'
import type { Verdict } from '../../admission/verdict.ts'
import type { World } from '../../admission/world.ts'
import type { Family } from '../../core/address.ts'
import { compilePools } from '../../core/config/pools.ts'
import { createIpam } from '../../core/ipam.ts'
import type { Service } from '../../core/objects.ts'
import type { Problem } from '../../core/problem.ts'
import { rebuild } from '../../core/rebuild.ts'
import { viewService } from '../../core/service.ts'
import type { IPAddressPool } from '../../schemas/generated/types.ts'
import { type ClusterState, isOwnKind, type ListName, listOf, readState } from '../cluster-state.ts'
import { byPlace, type Finding } from '../finding.ts'
import { judge, mutated, requestFor } from '../judge.ts'
import { type Manifest, type Manifests, readManifests, type SourceFile, subjectOf } from '../manifest.ts'
import { metadataProblems } from '../metadata.ts'
import { readWarning } from '../read-warning.ts'
import { asStored, type ClusterFamilies, familiesIn } from '../service-as-stored.ts'
import { knowledgeOf, weigh } from './knowledge.ts'

export interface LintSettings extends WorldSettings {
  /** The families of the cluster; undefined when the user did not say. */
  readonly ipFamilies: readonly Family[] | undefined
  /** Of objects that name none. */
  readonly givenNamespace: string | undefined
  readonly isPartial: boolean
}

export interface LintResult {
  /** By place. */
  readonly findings: readonly Finding[]
  /** How many objects were judged. */
  readonly judged: number
}

/** Never throws, whatever the files hold. */
export function lint(files: readonly SourceFile[], settings: LintSettings): LintResult {
  const read = readManifests(files, { given: settings.givenNamespace, metallb: settings.namespace })
  return {
    findings: [...read.findings, ...judgeAll(read, settings)].toSorted(byPlace),
    judged: read.manifests.filter(isJudged).length,
  }
}

/** Namespaces and Nodes are only looked at. */
function isJudged(manifest: Manifest): boolean {
  return isOwnKind(manifest) || isService(manifest)
}

function isService({ kind }: Manifest): boolean {
  return kind === 'Service'
}

function judgeAll({ manifests }: Manifests, settings: LintSettings): readonly Finding[] {
  const state = stateOf(manifests, settings)
  const world = stillWorld(state, settings)
  const knowledge = knowledgeOf(world, settings.isPartial)
  const found = [
    ...manifests.flatMap((manifest) => metadataProblems(manifest).map((problem) => findingOf(manifest, 'error', problem))),
    ...judgeOwn(manifests.filter(isOwnKind), world, settings),
    ...judgeServices(manifests.filter(isService), world, { classes: settings.classes, cluster: clusterOf(state, world, settings) }),
  ]
  return found.flatMap((finding) => weigh(finding, knowledge) ?? [])
}

function judgeOwn(manifests: readonly Manifest[], world: World, settings: LintSettings): readonly Finding[] {
  const earlier = new Map<ListName, Manifest[]>()
  const findings: Finding[] = []
  for (const manifest of manifests) {
    const list = listOf(manifest)
    if (list === undefined) {
      findings.push(...judgeShape(manifest))
      continue
    }
    const before = earlier.get(list) ?? []
    const request = requestFor(manifest, manifest.object, undefined)
    findings.push(...findingsOf(manifest, judge(request, withOnly(world, list, stateOf(before, settings)))))
    earlier.set(list, [...before, manifest])
  }
  return findings
}

function stateOf(manifests: readonly Manifest[], { namespace }: LintSettings): ClusterState {
  return readState(
    manifests.map(({ object }) => object),
    namespace,
  )
}

/** No rule is written for the kind: its schema is all there is. */
function judgeShape(manifest: Manifest): readonly Finding[] {
  const problems = shapeProblems(`${manifest.apiVersion}/${manifest.kind}`, manifest.object)
  return problems.map((problem) => findingOf(manifest, 'error', problem))
}

/** The world with other objects of one kind. */
function withOnly(world: World, kind: ListName, objects: ClusterObjects): World {
  switch (kind) {
    case 'pools':
      return { ...world, poolObjects: objects.pools, pools: compilePools(objects.pools as readonly IPAddressPool[]) }
    case 'namespaces':
    case 'nodes':
    case 'services':
    case 'serviceCidrs':
    case 'endpointSlices':
      return world
    default:
      // What each kind is made of is checked where `storedAs` is written.
      return { ...world, [kind]: storedAs[kind](objects[kind] as readonly never[]) }
  }
}

/** In the order in which they are sure of their addresses; each finds the books as those before it leave them. */
function judgeServices(
  manifests: readonly Manifest[],
  world: World,
  { classes, cluster }: { readonly classes: LintSettings['classes']; readonly cluster: ClusterFamilies },
): readonly Finding[] {
  const services = manifests.map((manifest) => {
    const object = asStored(mutated(requestFor(manifest, manifest.object, undefined), world), cluster, classes)
    return { manifest, object, view: viewService(object as unknown as Service, classes) }
  })
  const ipam = createIpam(world.pools.pools, {
    poolPriority: world.poolPriority,
    reserved: world.nodes().flatMap(({ addresses }) => addresses),
    policies: world.policies.compiled,
  })
  rebuild(
    ipam,
    services.map(({ view }) => view),
    (name) => world.namespaceOf(name),
  )
  const present = { ...world, ipam: () => ipam }
  const findings: Finding[] = []
  for (const { manifest, object, view } of services.toSorted((a, b) => certainty(a.view) - certainty(b.view))) {
    const verdict = judge(requestFor(manifest, object, undefined), present)
    if (verdict.problems.length === 0 && view.isLoadBalancer && view.held.length === 0)
      ipam.allocate(view, world.namespaceOf(view.namespace))
    findings.push(...findingsOf(manifest, verdict))
  }
  return findings
}

/** Who has an address keeps it, who asks for one comes next: else a Service that takes any address would stand in its way. */
function certainty({ held, hostPart, requestedAddresses, requestedPools }: ReturnType<typeof viewService>): number {
  if (held.length > 0) return 0
  if (requestedAddresses.length > 0 || hostPart !== undefined) return 1
  return requestedPools.length > 0 ? 2 : 3
}

/** What the user says, or the cluster's own objects; else a family of the pools. */
function clusterOf({ serviceCidrs }: ClusterState, world: World, { ipFamilies: all }: LintSettings): ClusterFamilies {
  const [primary] = all ?? []
  if (primary !== undefined) return { primary, all }
  const families = world.pools.pools.flatMap(({ ranges }) => ranges.map(({ first }) => first.family))
  const isAllIPv6 = families.length > 0 && families.every((family) => family === 'IPv6')
  return familiesIn({ serviceCidrs, services: [], nodes: [] }) ?? { primary: isAllIPv6 ? 'IPv6' : 'IPv4', all: undefined }
}

function findingsOf(manifest: Manifest, { problems, warnings }: Verdict): readonly Finding[] {
  return [
    ...problems.map((problem) => findingOf(manifest, 'error', problem)),
    ...warnings.map((text) => findingOf(manifest, 'warning', readWarning(text))),
  ]
}

function findingOf(
  manifest: Manifest,
  severity: Finding['severity'],
  { code, field, message }: Pick<Problem, 'code' | 'field' | 'message'>,
): Finding {
  const aim = code === 'UnknownField' || code === 'UnknownAnnotation' || code === 'DeprecatedAnnotation' ? 'key' : 'value'
  return { severity, code, place: manifest.placeOf(field, aim), subject: subjectOf(manifest), field, message }
}
