// For programs: one object, whose fields only ever become more.
import { subjectOf } from '../../manifest.ts'
import { isDisruptive, type Plan } from '../plan.ts'

export function renderJson(plan: Plan): string {
  const { changes, services, untouched, notes } = plan
  const told = changes.map(({ operation, subject, place, verdict, remarks }) => ({
    operation,
    object: subjectOf(subject),
    ...(place === undefined ? {} : { file: place.file, line: place.line }),
    verdict,
    remarks: remarks.map(({ severity, code, field, message }) => ({ severity, code, field, message })),
  }))
  return `${JSON.stringify({ disruptive: isDisruptive(plan), changes: told, services, untouched, notes }, undefined, 2)}\n`
}
