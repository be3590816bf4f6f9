import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { metrics as ofController } from '../../../controller/io/metrics.ts'
import { metrics as ofSpeaker } from '../../../speaker/io/metrics.ts'
import { metrics as ofWebhook } from '../../../webhook/io/metrics.ts'

const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')

/** The rows of a section: names, kind and labels as the page has them. */
function rows(title: string): readonly string[] {
  const [section = ''] = page.split(`## ${title}\n`)[1]?.split('\n## ') ?? []
  return section.split('\n').flatMap((line) => {
    const [, names = '', kind = '', labels = ''] = line.split('|').map((cell) => cell.trim())
    const listed = [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => String(label)).toSorted()
    return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${name} ${kind} ${listed.join()}`)
  })
}

const all = { Controller: ofController, Speaker: ofSpeaker, Webhook: ofWebhook }
for (const [title, { registry }] of Object.entries(all)) {
  it(`The page on metrics lists every metric of the ${title.toLowerCase()} with its kind and labels`, () => {
    const own = registry.getMetricsAsArray().filter(({ name }) => !/^(?:process|nodejs)_/.test(name))
    const declared = own.map((metric) => {
      const { name, type } = metric as unknown as { readonly name: string; readonly type: string }
      const { labelNames = [] } = metric as unknown as { readonly labelNames?: readonly string[] }
      return `${name} ${type} ${[...labelNames].toSorted().join()}`
    })
    expect(rows(title).toSorted()).to.deep.equal(declared.toSorted())
  })
}
