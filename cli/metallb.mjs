#!/usr/bin/env node
// The program `metallb`. It runs on whatever Node the machine has (20 or newer) and hands over to the Node 26 that came with the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(root, 'node_modules/.bin/node')
/** What a wrong command line ends with, too: the command could not be carried out. */
const cannotRun = 2

if (existsSync(node) && existsSync(join(root, 'node_modules/yaml'))) handOver()
else refuse(`its packages are not installed: run npm install in ${root}`)

function handOver() {
  const child = spawn(node, [join(root, 'cli/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
  /** @type {(signal: NodeJS.Signals) => void} */
  const forward = (signal) => void child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  child.on('error', (error) => refuse(`${node} cannot be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}

/** @type {(line: string) => void} */
function refuse(line) {
  process.stderr.write(`metallb: ${line}\n`)
  process.exitCode = cannotRun
}
