// Which test files run side by side: each lane is one process, which shares what its files share (a lab above all).

/**
 * Seconds that files take on a machine with two cores, as mocha-reporter.ts prints them at the end of a run; a file that is not named counts `ordinary`.
 * They need not be right, only decide who goes where.
 */
export const seconds: Readonly<Record<string, number>> = {
  'test/cluster/removal.test.ts': 100,
  'test/cluster/replicas.test.ts': 95,
  'test/cluster/crowd.test.ts': 87,
  'test/cluster/status.test.ts': 77,
  'test/cluster/installation.test.ts': 73,
  'test/cluster/registration.test.ts': 71,
  'test/cluster/certificates.test.ts': 68,
  'test/cluster/lab.test.ts': 57,
  'test/cluster/seed-scenarios.test.ts': 57,
  'test/cluster/faults.test.ts': 54,
  'test/cluster/freezes.test.ts': 45,
  'test/cluster/guard.test.ts': 41,
  'test/cluster/seed-speakers.test.ts': 38,
  'test/cluster/seeds.test.ts': 36,
  'test/cluster/bgp-interop.test.ts': 32,
  'test/cluster/routers.test.ts': 30,
  'test/cluster/admission-routing.test.ts': 30,
  'test/cluster/settings.test.ts': 30,
  'test/cluster/hostile-peers.test.ts': 29,
  'test/cluster/arp.test.ts': 27,
  'test/cluster/story.test.ts': 22,
  'test/cluster/hold.test.ts': 20,
  'test/cluster/schemas.test.ts': 20,
  'test/cluster/policies.test.ts': 19,
  'test/cluster/bgp-collision.test.ts': 16,
  'test/cluster/admission.test.ts': 15,
  'test/cluster/plan.test.ts': 14,
  'test/cluster/rolling-update.test.ts': 14,
  'test/cluster/seed-routes.test.ts': 13,
  'test/cluster/bgp-faults.test.ts': 12,
  'test/cluster/mutation.test.ts': 10,
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
