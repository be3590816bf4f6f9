// For people, as compilers write it: where, what, and the line itself.
import { type Finding, nameOf } from '../../finding.ts'
import { counted, printable } from '../../printable.ts'
import { countsOf, type Report } from './report.ts'

/** A line of a file is shown this far. */
const widest = 160

export function renderText(report: Report): string {
  const lines = new Map(report.files.map(({ name, text }) => [name, text.split('\n')]))
  return [...report.findings.map((finding) => renderFinding(finding, lines.get(finding.place.file) ?? [])), summary(report)].join('\n')
}

function renderFinding(finding: Finding, lines: readonly string[]): string {
  const { place, severity, subject, field, message, code } = finding
  const about = [subject === undefined ? '' : nameOf(subject), field].filter((part) => part !== '')
  const head = [`${place.file}:${place.line}:${place.column}`, severity, ...about, `${message} [${code}]`].join(': ')
  return `${printable(head)}\n${excerpt(finding, lines)}`
}

/** The line with a mark under the place; a long line from somewhere before the place. */
function excerpt({ place: { line, column, endColumn } }: Finding, lines: readonly string[]): string {
  // Tabs would move the mark.
  const text = printable((lines[line - 1] ?? '').replace(/\r$/, '')).replaceAll('\t', ' ')
  const from = column > widest ? column - 1 - widest / 2 : 0
  const shown = text.slice(from, from + widest)
  const gutter = String(line).padStart(5)
  const mark = '^'.repeat(Math.max(1, Math.min(endColumn - column, shown.length - (column - 1 - from))))
  return `${gutter} | ${shown}\n      | ${' '.repeat(column - 1 - from)}${mark}\n`
}

function summary(report: Report): string {
  const { errors, warnings } = countsOf(report)
  const where = `${counted(report.judged, 'object')} of ${counted(report.files.length, 'file')}`
  if (report.judged === 0 && report.findings.length === 0) return `nothing of MetalLB in ${counted(report.files.length, 'file')}\n`
  if (report.findings.length === 0) return `${where}: no problem found\n`
  return `${where}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`
}
