// SARIF 2.1.0, which code hosts show beside the code.
import { problemCodes } from '../../../core/problem.ts'
import { type Finding, type FindingCode, fileCodes, nameOf } from '../../finding.ts'
import type { Report } from './report.ts'

const project = 'https://metallb.io'

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function renderSarif({ findings }: Report): string {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted()
  const run = {
    tool: { driver: { name: 'metallb lint', informationUri: project, rules: codes.map(ruleOf) } },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => resultOf(finding, codes)),
  }
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, undefined, 2)}\n`
}

function ruleOf(code: FindingCode): unknown {
  const title = code in problemCodes ? problemCodes[code as keyof typeof problemCodes].title : fileCodes[code as keyof typeof fileCodes]
  const cure = code in problemCodes ? problemCodes[code as keyof typeof problemCodes].cure : undefined
  return { id: code, name: code, shortDescription: { text: `${title}.` }, ...(cure === undefined ? {} : { help: { text: cure } }) }
}

function resultOf({ severity, code, place, subject, field, message }: Finding, codes: readonly FindingCode[]): unknown {
  const about = [subject === undefined ? '' : nameOf(subject), field].filter((part) => part !== '')
  const region = { startLine: place.line, startColumn: place.column, endLine: place.line, endColumn: place.endColumn }
  const logical = subject === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: nameOf(subject), kind: 'resource' }] }
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: [...about, message].join(': ') },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region }, ...logical }],
    partialFingerprints: { 'metallb/v1': [code, subject === undefined ? place.file : nameOf(subject), field].join(' ') },
  }
}

/** A relative reference: each part percent-encoded, the slashes kept; a Windows drive or a colon would look like a scheme. */
function uriOf(file: string): string {
  const encoded = file.split('/').map(encodeURIComponent).join('/')
  return encoded === '' ? '.' : encoded
}
