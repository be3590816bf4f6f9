// JUnit's XML, as CI servers read it: a suite for each file, a case for each finding, and one that passes for a file without any.
import { type Finding, nameOf } from '../../finding.ts'
import { printable } from '../../printable.ts'
import { countsOf, type Report } from './report.ts'

export function renderJunit(report: Report): string {
  const { errors, warnings } = countsOf(report)
  const fails = ({ severity }: Finding): boolean => severity === 'error' || report.isStrict
  const suites = report.files.map(({ name }) => {
    const findings = report.findings.filter(({ place }) => place.file === name)
    const cases =
      findings.length === 0
        ? [element('testcase', { name: 'no problem found', classname: name }, [])]
        : findings.map((finding) => testcase(finding, fails(finding)))
    return element('testsuite', { name, tests: cases.length, failures: findings.filter(fails).length, errors: 0, skipped: 0 }, cases)
  })
  const tests = report.files.reduce(
    (sum, { name }) => sum + Math.max(1, report.findings.filter(({ place }) => place.file === name).length),
    0,
  )
  const root = element(
    'testsuites',
    { name: 'metallb lint', tests, failures: errors + (report.isStrict ? warnings : 0), errors: 0 },
    suites,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
}

function testcase({ place, subject, code, field, message, severity }: Finding, fails: boolean): string {
  const about = subject === undefined ? place.file : nameOf(subject)
  const attributes = {
    name: `${about}: ${code} at ${place.line}:${place.column}`,
    classname: place.file,
    file: place.file,
    line: place.line,
  }
  const text = `${place.file}:${place.line}:${place.column}: ${field === '' ? '' : `${field}: `}${message}`
  const inner = fails
    ? element('failure', { message, type: code }, [escape(text)])
    : element('system-out', {}, [escape(`${severity}: ${text} [${code}]`)])
  return element('testcase', attributes, [inner])
}

function element(name: string, attributes: Readonly<Record<string, string | number>>, children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`)
  return children.length === 0 ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${children.join('')}</${name}>`
}

function escape(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;')
}
