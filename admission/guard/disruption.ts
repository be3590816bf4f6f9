// What a change costs, in words: who loses what, and how to go on.
import { formatAddress } from '../../core/address.ts'
import { annotations } from '../../core/annotations.ts'
import { type Problem, problem } from '../../core/problem.ts'
import type { Impact, Loss } from './impact.ts'

const shown = 10

export interface Change {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly isDeletion: boolean
  /** The field that changes; `metadata.name` of what is deleted. */
  readonly field: string
}

/** The Services that a sentence about these losses names. */
export function namedIn(losses: readonly Loss[]): readonly Loss[] {
  return losses.slice(0, shown)
}

export function disruptions(change: Change, { addresses, announcements }: Impact): readonly Problem[] {
  const goOn = `or accept it: run "${annotateCommand(change)}" and try again`
  return [
    ...about(addresses, change, (cost) => `${subjectOf(change)} would ${cost}; move them to other addresses first, ${goOn}`, lossOfAddresses),
    ...about(
      announcements,
      change,
      (cost) => `${subjectOf(change)} would ${cost}; let another advertisement or peer announce them first, ${goOn}`,
      lossOfAnnouncement,
    ),
  ]
}

/** The same for a change that is allowed to do it. */
export function acceptedDisruptions(change: Change, { addresses, announcements }: Impact): readonly Problem[] {
  const sentence = (cost: string): string => `${subjectOf(change)} will ${cost}`
  return [...about(addresses, change, sentence, lossOfAddresses), ...about(announcements, change, sentence, lossOfAnnouncement)]
}

function about(
  losses: readonly Loss[],
  { field }: Change,
  sentence: (cost: string) => string,
  cost: (who: string, isOne: boolean) => string,
): readonly Problem[] {
  if (losses.length === 0) return []
  const isOne = losses.length === 1
  const who = isOne ? '1 live Service' : `${losses.length} live Services`
  return [problem('Disruption', field, sentence(`${cost(who, isOne)}: ${listed(losses)}`))]
}

function lossOfAddresses(who: string, isOne: boolean): string {
  return `cost ${who} ${isOne ? 'its address' : 'their addresses'}`
}

function lossOfAnnouncement(who: string): string {
  return `leave ${who} without an announcement`
}

function listed(losses: readonly Loss[]): string {
  const names = namedIn(losses).map(({ service, addresses }) => `${service} (${addresses.map(formatAddress).join(', ')})`)
  return `${names.join(', ')}${losses.length > shown ? ` and ${losses.length - shown} more` : ''}`
}

function subjectOf({ kind, name, isDeletion }: Change): string {
  return isDeletion ? `deleting ${kind} "${name}"` : 'this change'
}

function annotateCommand({ kind, namespace, name }: Change): string {
  return `kubectl annotate ${kind.toLowerCase()} ${name} -n ${namespace} ${annotations.allowDisruption}=true`
}
