// The tables of test/rules, one for each code.
import { readdirSync } from 'node:fs'
import type { RuleTable } from '../test/rules/table.ts'

const folder = new URL('../test/rules/', import.meta.url)

export function readRuleTables(): Promise<readonly RuleTable[]> {
  const files = readdirSync(folder).filter((file) => file !== 'table.ts')
  return Promise.all(files.map(async (file) => ((await import(new URL(file, folder).href)) as { readonly table: RuleTable }).table))
}
