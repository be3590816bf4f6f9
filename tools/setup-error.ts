/** Something that the machine lacks. The message is one line for the person at the terminal: what is wrong, and what cures it. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}
