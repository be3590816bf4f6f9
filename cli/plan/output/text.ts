// For people: what is refused and why, then what each Service gains and loses, the losses first.

import { nameOf } from '../../finding.ts'
import { counted, printable } from '../../printable.ts'
import type { Announcers } from '../announcers.ts'
import { type ChangeOutcome, losesAnnouncement, type Plan, type ServiceOutcome } from '../plan.ts'

/** A person reads no more. */
const shown = 100

export function renderText(plan: Plan): string {
  const isHypothetical = plan.changes.some(({ verdict }) => verdict === 'disruption')
  const worstFirst = plan.services.toSorted((a, b) => weightOf(a) - weightOf(b))
  const more = worstFirst.length - shown
  const services = [
    ...worstFirst.slice(0, shown).map(describeService),
    ...(more > 0 ? [`  … and ${counted(more, 'Service')} more; --output json lists all`] : []),
  ]
  const blocks = [
    plan.changes.map(describeChange),
    services.length === 0 ? [] : [isHypothetical ? 'If it were allowed nevertheless:' : 'Then:', ...services],
    [summary(plan)],
    plan.notes.map((note) => `Note: ${note}.`),
  ]
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return `${printable(text)}\n`
}

function describeChange({ operation, subject, place, verdict, remarks }: ChangeOutcome): string {
  const done = operation === 'none' ? 'stays as it is' : verdict === 'allowed' ? `${operation}d` : `is refused (${operation})`
  const where = place === undefined ? '' : `${place.file}:${place.line}: `
  return [
    `${where}${nameOf(subject)} ${done}`,
    ...remarks.map(({ severity, field, message, code }) => `  ${severity}: ${field === '' ? '' : `${field}: `}${message} [${code}]`),
  ].join('\n')
}

const order = ['lost', 'moved', 'waits', 'kept', 'gained', 'deleted'] as const

function weightOf(outcome: ServiceOutcome): number {
  return losesAnnouncement(outcome) ? -1 : order.indexOf(outcome.change)
}

const marks = { lost: '-', moved: '~', waits: '?', kept: '=', gained: '+', deleted: 'x' } as const

function describeService(outcome: ServiceOutcome): string {
  const { service, change, before, after, reasons } = outcome
  const mark = losesAnnouncement(outcome) ? '!' : marks[change]
  const because = reasons.map((reason) => `\n      ${reason}`).join('')
  return `  ${mark} ${service} ${sentence(change, list(before), list(after))}${announcement(outcome)}${because}`
}

function sentence(change: ServiceOutcome['change'], before: string, after: string): string {
  switch (change) {
    case 'lost':
      return after === '' ? `loses ${before}` : `loses an address: ${before} becomes ${after}`
    case 'moved':
      return `moves from ${before} to ${after}`
    case 'gained':
      return before === '' ? `gets ${after}` : `gets an address more: ${before} becomes ${after}`
    case 'kept':
      return `keeps ${after}`
    case 'waits':
      return 'waits for an address'
    case 'deleted':
      return before === '' ? 'is deleted' : `is deleted and frees ${before}`
  }
}

function announcement({ change, announcedBefore, announcedAfter, after }: ServiceOutcome): string {
  if (announcedAfter === undefined || after.length === 0) return ''
  const now = from(announcedAfter)
  if (change !== 'kept' || announcedBefore === undefined) return `, announced ${now}`
  return `, announced ${now}, until now ${from(announcedBefore)}`
}

function from({ layer2, bgp, reason }: Announcers): string {
  if (reason !== undefined) return `by nobody (${reason})`
  const routes = [...Map.groupBy(bgp, ({ peers }) => peers.join(', '))].map(
    ([peers, of]) => `${of.map(({ node }) => node).join(', ')} (BGP to ${peers})`,
  )
  return `by ${[...(layer2 === undefined ? [] : [`${layer2} (layer 2)`]), ...routes].join(', ')}`
}

function summary({ services, untouched }: Plan): string {
  const count = (change: ServiceOutcome['change']): number =>
    services.filter((outcome) => outcome.change === change && !losesAnnouncement(outcome)).length
  const parts: readonly (readonly [count: number, one: string, many: string])[] = [
    [services.filter(losesAnnouncement).length, 'without an announcement', 'without an announcement'],
    [count('lost'), 'loses an address', 'lose an address'],
    [count('moved'), 'moves', 'move'],
    [count('waits'), 'waits', 'wait'],
    [count('gained'), 'gains one', 'gain one'],
    [count('kept'), 'is announced from elsewhere', 'are announced from elsewhere'],
    [count('deleted'), 'is deleted', 'are deleted'],
    [untouched, 'stays as it is', 'stay as they are'],
  ]
  const told = parts.flatMap(([number, one, many]) => (number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]))
  return `${counted(services.length + untouched, 'Service')} of type LoadBalancer${told.length === 0 ? '' : `: ${told.join(', ')}`}`
}

function list(addresses: readonly string[]): string {
  return addresses.join(', ')
}
