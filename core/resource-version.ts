// Which of two states of the API is the later one.

const pattern = /^\d{1,20}$/

/** Kubernetes 1.35 and later promise that resource versions are decimal numbers that grow; others are only equal or not. */
export function isNotOlder(version: string, than: string): boolean {
  if (!pattern.test(version) || !pattern.test(than)) return version === than
  return BigInt(version) >= BigInt(than)
}

/** '' when neither is a number. */
export function latest(one: string, other: string): string {
  if (!pattern.test(one)) return pattern.test(other) ? other : ''
  return !pattern.test(other) || isNotOlder(one, other) ? one : other
}
