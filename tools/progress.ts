// How long work tells people what it does: one line at a time, never on stdout, which belongs to results.

/** Receives one line without its line break. */
export type Progress = (line: string) => void

/** A progress that writes to stderr, each line preceded by the seconds since it was made. */
export function showProgress(): Progress {
  const started = performance.now()
  return (line) => {
    const seconds = Math.round((performance.now() - started) / 1000)
    process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`)
  }
}

/** A duration for people: `12 s`, `3 min 05 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}
