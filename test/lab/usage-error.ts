/** What the caller got wrong: a name that does not exist, a number that cannot be. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
