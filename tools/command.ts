// Runs programs for the set-up and the image builder.
import { type ChildProcess, spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd?: string
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
}

export interface CommandResult {
  /** -1 when a signal ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

// A compiler must not go on for a process that was told to end.
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill()
})

/** Runs a program to its end and collects what it wrote; rejects only when it cannot be started. */
export function runCommand(program: string, argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    running.add(child)
    child.on('error', (error) => {
      running.delete(child)
      reject(error)
    })
    child.on('close', (code) => {
      running.delete(child)
      resolve({ code: code ?? -1, stdout, stderr })
    })
  })
}

/** The same, for programs whose failure nobody handles: rejects with the command and the last lines that it wrote. */
export async function mustRun(program: string, argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(program, argv, options)
  if (code !== 0) throw new Error(`${[program, ...argv].join(' ')} ended with ${code}: ${lastLines(stderr || stdout)}`)
  return stdout
}

/** The end of a program's output, where the reason stands. */
export function lastLines(text: string, count = 5): string {
  return text.trim().split('\n').slice(-count).join('\n')
}
