// For programs: one object, whose fields only ever become more.
import { countsOf, type Report } from './report.ts'

export function renderJson(report: Report): string {
  const findings = report.findings.map(({ severity, code, place, subject, field, message }) => ({
    severity,
    code,
    ...place,
    ...(subject === undefined ? {} : { object: subject }),
    field,
    message,
  }))
  const summary = { files: report.files.length, objects: report.judged, ...countsOf(report) }
  return `${JSON.stringify({ summary, findings }, undefined, 2)}\n`
}
