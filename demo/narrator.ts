// How the demo speaks: titles, the commands as a person would type them, their unedited output, and what was checked.

export interface Narrator {
  chapter(number: number, title: string): void
  /** A command line as a person would type it. */
  command(line: string): void
  /** What a command printed, unedited. */
  output(text: string): void
  /** A statement that was checked and holds. */
  checked(statement: string): void
}

/** Writes the story for people; `write` takes whole lines. */
export function narrate(write: (line: string) => void): Narrator {
  return {
    chapter: (number, title) => write(`\n${number}. ${title}`),
    command: (line) => write(`   $ ${line}`),
    output: (text) => {
      for (const line of text.trimEnd().split('\n')) write(`     ${line}`)
    },
    checked: (statement) => write(`   ok: ${statement}`),
  }
}

/** A step of the story did not go as told: what was expected and what was seen. */
export class UnexpectedError extends Error {
  override readonly name = 'UnexpectedError'
  constructor(expected: string, seen: string) {
    super(`expected ${expected}\n     seen: ${seen.trim() === '' ? 'nothing' : seen.trim()}`)
  }
}
