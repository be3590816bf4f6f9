// Writes a generated file; with --check only exits 1 when it has drifted from what it is made of.
import { readFileSync, writeFileSync } from 'node:fs'
import process, { argv, stderr } from 'node:process'

/** @param path relative to the repository */
export function writeOrCheck(path: string, text: string): void {
  const target = new URL(`../${path}`, import.meta.url)
  if (!argv.includes('--check')) writeFileSync(target, text)
  else if (read(target) !== text) {
    stderr.write(`${path} is not what it is generated from: run \`npm run generate\` and commit the result\n`)
    process.exitCode = 1
  }
}

function read(target: URL): string | undefined {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return undefined
  }
}
