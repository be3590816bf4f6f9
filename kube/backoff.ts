// Pauses between attempts that fail.

/**
 * Milliseconds to wait after `failures` failed attempts beyond the free one: 0, then `first` doubling up to `longest`, each less up to a fifth by chance so that
 * many who failed together do not return together.
 *
 * @param chance uniform in [0, 1)
 */
export function backoff(failures: number, pauses: { readonly first: number; readonly longest: number }, chance: number): number {
  if (failures <= 0) return 0
  // 2^30 times anything is beyond `longest`; larger exponents would only overflow.
  const pause = Math.min(pauses.longest, pauses.first * 2 ** Math.min(failures - 1, 30))
  return pause * (1 - chance / 5)
}
