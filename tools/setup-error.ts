/** Something that the machine lacks. The message is one line for the person at the terminal: what is wrong, and what cures it. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}

/** What a program says on stderr before it ends: one line for what the machine lacks, the stack for a mistake of ours. */
export function describeFailure(error: unknown): string {
  if (error instanceof SetupError) return `error: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
