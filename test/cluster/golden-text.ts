// Text that people read, kept beside the tests. METALLB_GOLDEN=write writes it anew.
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { expect } from 'chai'

/** Compares with `golden/NAME.txt`. */
export function expectGolden(name: string, text: string): void {
  const file = new URL(`golden/${name}.txt`, import.meta.url)
  if (process.env['METALLB_GOLDEN'] === 'write') writeFileSync(file, text)
  expect(text).to.equal(readFileSync(file, 'utf8'))
}
