// Workflow commands of GitHub Actions: each becomes an annotation of the line in the pull request.
import { type Finding, nameOf } from '../../finding.ts'
import { printable } from '../../printable.ts'
import type { Report } from './report.ts'

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export function renderGithub({ findings }: Report): string {
  return findings.map((finding) => `${command(finding)}\n`).join('')
}

function command({ severity, place, code, subject, field, message }: Finding): string {
  const properties = { file: place.file, line: place.line, col: place.column, endColumn: place.endColumn, title: `metallb: ${code}` }
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  const about = [subject === undefined ? '' : nameOf(subject), field].filter((part) => part !== '')
  return `::${severity} ${listed.join(',')}::${escapeData([...about, `${message} [${code}]`].join(': '))}`
}

function escapeData(text: string): string {
  return printable(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'))
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
