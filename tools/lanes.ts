// Which test files run side by side: each lane is one process, which shares what its files share (a lab above all).

/**
 * Seconds that files take on a machine with two cores, as mocha-reporter.ts prints them at the end of a run; a file that is not named counts `ordinary`.
 * They need not be right, only decide who goes where.
 */
export const seconds: Readonly<Record<string, number>> = {
  'test/unit/webhook/fuzz.test.ts': 60,
  'test/unit/images/images.test.ts': 40,
  'test/unit/cli/command.test.ts': 40,
  'test/unit/webhook/policy-evaluator.test.ts': 13,
  'test/unit/webhook/connections.test.ts': 12,
}
const ordinary = 3

/** Lanes that take about equally long, each in the order of `files`. */
export function divideIntoLanes(files: readonly string[], lanes: number, weights = seconds): readonly (readonly string[])[] {
  const weightOf = (file: string): number => weights[file] ?? ordinary
  const loads = Array.from({ length: lanes }, () => ({ load: 0, files: new Set<string>() }))
  // Longest first, each to whoever has least.
  for (const file of files.toSorted((a, b) => weightOf(b) - weightOf(a))) {
    const least = loads.reduce((best, each) => (each.load < best.load ? each : best))
    least.load += weightOf(file)
    least.files.add(file)
  }
  return loads.map((lane) => files.filter((file) => lane.files.has(file)))
}
