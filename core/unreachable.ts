/** Ends a switch over a union: the compiler complains when a case is missing, and a lie at run time is our bug. */
export function unreachable(value: never): never {
  throw new Error(`not a case of the union: ${JSON.stringify(value)}`)
}
