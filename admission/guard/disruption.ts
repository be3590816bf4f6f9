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
    ...about(addresses, change, (isOne) => ({
      cost: `would ${lossOfAddresses(addresses, isOne)}`,
      cure: `; move ${isOne ? 'it to another address' : 'them to other addresses'} first, ${goOn}`,
    })),
    ...about(announcements, change, (isOne) => ({
      cost: `would ${lossOfAnnouncement(announcements)}`,
      cure: `; let another advertisement or peer announce ${isOne ? 'it' : 'them'} first, ${goOn}`,
    })),
  ]
}

/** The same for a change that is allowed to do it. */
export function acceptedDisruptions(change: Change, { addresses, announcements }: Impact): readonly Problem[] {
  return [
    ...about(addresses, change, (isOne) => ({ cost: `will ${lossOfAddresses(addresses, isOne)}`, cure: '' })),
    ...about(announcements, change, () => ({ cost: `will ${lossOfAnnouncement(announcements)}`, cure: '' })),
  ]
}

function about(
  losses: readonly Loss[],
  change: Change,
  words: (isOne: boolean) => { readonly cost: string; readonly cure: string },
): readonly Problem[] {
  if (losses.length === 0) return []
  const { cost, cure } = words(losses.length === 1)
  return [problem('Disruption', change.field, `${subjectOf(change)} ${cost}: ${listed(losses)}${cure}`)]
}

function lossOfAddresses(losses: readonly Loss[], isOne: boolean): string {
  return `cost ${counted(losses)} ${isOne ? 'its address' : 'their addresses'}`
}

function lossOfAnnouncement(losses: readonly Loss[]): string {
  return `leave ${counted(losses)} without an announcement`
}

function counted({ length }: readonly Loss[]): string {
  return length === 1 ? '1 live Service' : `${length} live Services`
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
