// The allocator alone, in this process: how many operations a second, at a fill at which looking for a free address costs most.
import type { Bench, Benchmark } from '../benchmark.ts'
import { type Aim, figure } from '../figure.ts'
import { churn, type Filled, type Filling, fill } from './filled.ts'
import { NaiveAllocator } from './naive.ts'

const ownRuns = 30
const pairs = 10_000
const warmUp = 5
/** The naive one takes a thousand times as long for each. */
const naivePairs = 10
const naiveRuns = 5

/** 99.9 % of a /12. */
const filled = Math.floor(2 ** 20 * 0.999)
const first = 10 * 2 ** 24

const cases: readonly (Filling & { readonly name: string; readonly aim?: Aim })[] = [
  {
    name: 'full-pools',
    pools: Array.from({ length: 1000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/26`),
    services: 1000 * 64 - 60,
  },
  { name: 'shared', pools: ['10.0.0.0/16'], services: 50_000, together: 10 },
  { name: 'one-sharing-key', pools: ['10.0.0.0/16'], services: 10_000, crowded: true },
  { name: 'ipv6', pools: ['fd00::/32'], services: 50_000, family: 'IPv6' },
]

/** The same numbers in each run. */
function numbers(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 4
  }
}

function samplesOf(bench: Bench, subject: Filled): readonly number[] {
  const next = numbers()
  const samples = Array.from({ length: warmUp + (bench.runs ?? ownRuns) }, () => {
    bench.signal.throwIfAborted()
    return churn(subject, pairs, next)
  })
  return samples.slice(warmUp)
}

function naiveSamples(bench: Bench): readonly number[] {
  const naive = new NaiveAllocator(first)
  const keys = Array.from({ length: filled }, (_, index) => `shop/web-${index}`)
  for (const [index, key] of keys.entries()) naive.allocate(key, first + index)
  const next = numbers()
  return Array.from({ length: naiveRuns }, () => {
    bench.signal.throwIfAborted()
    const startedAt = performance.now()
    for (let count = 0; count < naivePairs; count++) {
      const key = keys[next() % keys.length] ?? ''
      naive.release(key)
      naive.allocate(key)
    }
    return (2 * naivePairs * 1000) / (performance.now() - startedAt)
  })
}

async function run(bench: Bench): Promise<void> {
  bench.progress(`allocator: ${filled.toLocaleString('en')} Services in a /12, half a minute`)
  const samples = samplesOf(bench, fill({ pools: ['10.0.0.0/12'], services: filled }))
  const peer = { name: 'scan of a Set', samples: naiveSamples(bench) }
  bench.report(figure({ name: 'allocator-full', unit: 'per s', samples, peer, aim: { type: 'atLeast', limit: 500_000 } }))
  for (const { name, ...filling } of cases) {
    bench.progress(`allocator: ${name}`)
    bench.report(figure({ name: `allocator-${name}`, unit: 'per s', samples: samplesOf(bench, fill(filling)) }))
  }
}

export const allocator: Benchmark = {
  name: 'allocator',
  about: 'allocations and releases per second of the allocator alone, in nearly full, very many, shared and huge pools',
  run,
}
