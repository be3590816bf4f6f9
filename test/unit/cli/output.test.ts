import { expect } from 'chai'
import type { Finding } from '../../../cli/finding.ts'
import { renderGithub } from '../../../cli/lint/output/github.ts'
import { renderJson } from '../../../cli/lint/output/json.ts'
import { renderJunit } from '../../../cli/lint/output/junit.ts'
import { exitCodeOf, type Report } from '../../../cli/lint/output/report.ts'
import { renderSarif } from '../../../cli/lint/output/sarif.ts'
import { renderText } from '../../../cli/lint/output/text.ts'

const subject = { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', namespace: 'metallb-system', name: 'lan' }
const error: Finding = {
  severity: 'error',
  code: 'RangeReversed',
  place: { file: 'a b/pool.yaml', line: 2, column: 5, endColumn: 12 },
  subject,
  field: 'spec.addresses[0]',
  message: 'its end comes first, "100%" <wrong>',
}
const warning: Finding = {
  severity: 'warning',
  code: 'DuplicateKey',
  place: { file: 'a b/pool.yaml', line: 1, column: 1, endColumn: 2 },
  field: '',
  message: 'twice',
}

const report = (findings: readonly Finding[], more: Partial<Report> = {}): Report => ({
  findings,
  files: [
    { name: 'a b/pool.yaml', text: 'a: 1\r\n\t- 1\u001b[31m-2\r\n', isNamed: true },
    { name: 'c.yaml', text: '', isNamed: true },
  ],
  judged: 3,
  isStrict: false,
  ...more,
})
const both = report([warning, error])

describe('The report of metallb lint', () => {
  it('reads like a compiler', () => {
    expect(renderText(both)).to.equal(
      `a b/pool.yaml:1:1: warning: twice [DuplicateKey]
    1 | a: 1
      | ^

a b/pool.yaml:2:5: error: IPAddressPool metallb-system/lan: spec.addresses[0]: its end comes first, "100%" <wrong> [RangeReversed]
    2 |  - 1·[31m-2
      |     ^^^^^^^

3 objects of 2 files: 1 error, 1 warning
`,
    )
  })

  it('says that all is well, or that there was nothing', () => {
    expect(renderText(report([]))).to.equal('3 objects of 2 files: no problem found\n')
    expect(renderText(report([], { judged: 0 }))).to.equal('nothing of MetalLB in 2 files\n')
  })

  it('shows a long line from somewhere before the place', () => {
    const text = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`
    const place = { file: 'l', line: 1, column: 501, endColumn: 505 }
    const [, shown = '', mark = ''] = renderText(report([{ ...warning, place }], { files: [{ name: 'l', text, isNamed: true }] })).split(
      '\n',
    )
    expect(shown).to.have.length(168)
    expect(shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).to.equal('HERE')
  })

  it('is one object in JSON', () => {
    expect(JSON.parse(renderJson(both))).to.deep.equal({
      summary: { files: 2, objects: 3, errors: 1, warnings: 1 },
      findings: [
        { severity: 'warning', code: 'DuplicateKey', ...warning.place, field: '', message: 'twice' },
        { severity: 'error', code: 'RangeReversed', ...error.place, object: subject, field: 'spec.addresses[0]', message: error.message },
      ],
    })
  })

  it('annotates pull requests', () => {
    expect(renderGithub(report([error, { ...warning, place: { ...warning.place, file: 'a,b:c' }, message: 'one\ntwo' }]))).to.equal(
      `::error file=a b/pool.yaml,line=2,col=5,endColumn=12,title=metallb%3A RangeReversed::IPAddressPool metallb-system/lan: spec.addresses[0]: its end comes first, "100%25" <wrong> [RangeReversed]
::warning file=a%2Cb%3Ac,line=1,col=1,endColumn=2,title=metallb%3A DuplicateKey::one%0Atwo [DuplicateKey]
`,
    )
  })

  it('is JUnit, where files without findings pass and warnings do not fail', () => {
    const { line, column } = error.place
    const where = `a b/pool.yaml:${line}:${column}: spec.addresses[0]: its end comes first, &quot;100%&quot; &lt;wrong&gt;`
    expect(renderJunit(both).split(/(?=<[a-z])/)).to.deep.equal([
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      '<testsuites name="metallb lint" tests="3" failures="1" errors="0">',
      '<testsuite name="a b/pool.yaml" tests="2" failures="1" errors="0" skipped="0">',
      '<testcase name="a b/pool.yaml: DuplicateKey at 1:1" classname="a b/pool.yaml" file="a b/pool.yaml" line="1">',
      '<system-out>warning: a b/pool.yaml:1:1: twice [DuplicateKey]</system-out></testcase>',
      '<testcase name="IPAddressPool metallb-system/lan: RangeReversed at 2:5" classname="a b/pool.yaml" file="a b/pool.yaml" line="2">',
      `<failure message="its end comes first, &quot;100%&quot; &lt;wrong&gt;" type="RangeReversed">${where}</failure></testcase></testsuite>`,
      '<testsuite name="c.yaml" tests="1" failures="0" errors="0" skipped="0">',
      '<testcase name="no problem found" classname="c.yaml"/></testsuite></testsuites>\n',
    ])
    expect(renderJunit({ ...both, isStrict: true })).to.contain('failures="2"')
  })

  it('holds nothing that XML forbids', () => {
    const odd = { ...warning, message: 'a\u0000b\uffffc\ud800d\u001be' }
    expect(renderJunit(report([odd], { isStrict: true }))).to.contain('message="a·b·c·d·e"')
  })

  it('fails for errors, and for warnings when they count', () => {
    expect([report([]), report([warning]), report([error])].map(exitCodeOf)).to.deep.equal([0, 0, 1])
    expect(exitCodeOf(report([warning], { isStrict: true }))).to.equal(1)
  })
})

// SARIF 2.1.0 §3: what the standard requires of each object that we write, and the limits of GitHub's reader.
describe('The SARIF of metallb lint', () => {
  interface Log {
    readonly $schema: string
    readonly version: string
    readonly runs: readonly {
      readonly tool: {
        readonly driver: {
          readonly name: string
          readonly rules: readonly { readonly id: string; readonly shortDescription: { readonly text: string } }[]
        }
      }
      readonly columnKind: string
      readonly results: readonly {
        readonly ruleId: string
        readonly ruleIndex: number
        readonly level: string
        readonly message: { readonly text: string }
        readonly locations: readonly {
          readonly physicalLocation: {
            readonly artifactLocation: { readonly uri: string }
            readonly region: Readonly<Record<'startLine' | 'startColumn' | 'endLine' | 'endColumn', number>>
          }
        }[]
      }[]
    }[]
  }
  const log = JSON.parse(renderSarif(both)) as Log
  const [run] = log.runs

  it('names its version and its tool', () => {
    expect([log.version, log.runs.length, run?.tool.driver.name, run?.columnKind]).to.deep.equal([
      '2.1.0',
      1,
      'metallb lint',
      'utf16CodeUnits',
    ])
  })

  it('describes every rule once, and each result points to its own', () => {
    const rules = run?.tool.driver.rules ?? []
    expect(rules.map(({ id }) => id)).to.deep.equal(['DuplicateKey', 'RangeReversed'])
    for (const { shortDescription } of rules) expect(shortDescription.text).to.match(/\w\.$/)
    for (const { ruleId, ruleIndex } of run?.results ?? []) expect(rules[ruleIndex]?.id).to.equal(ruleId)
  })

  it('gives every result a level, a text and a place', () => {
    expect(run?.results.map(({ level }) => level)).to.deep.equal(['warning', 'error'])
    expect(run?.results[1]?.message.text).to.equal(
      'IPAddressPool metallb-system/lan: spec.addresses[0]: its end comes first, "100%" <wrong>',
    )
    expect(run?.results[1]?.locations[0]?.physicalLocation).to.deep.equal({
      artifactLocation: { uri: 'a%20b/pool.yaml' },
      region: { startLine: 2, startColumn: 5, endLine: 2, endColumn: 12 },
    })
  })

  it('is a whole log without results', () => {
    const empty = JSON.parse(renderSarif(report([]))) as Log
    expect(empty.runs[0]?.results).to.deep.equal([])
  })
})
