import { expect } from 'chai'
import { type BenchArguments, parseArguments } from '../../../bench/arguments.ts'

const known = ['latency', 'memory', 'routes']
const nothing: BenchArguments = { names: known, json: false, runs: undefined, services: undefined, help: false }

const understood: Readonly<Record<string, readonly [readonly string[], Partial<BenchArguments>]>> = {
  'nothing, and mean everything': [[], {}],
  'one name': [['memory'], { names: ['memory'] }],
  'names in any order and twice': [['routes', 'latency', 'routes'], { names: ['latency', 'routes'] }],
  'that a program reads the result': [['--json', 'memory'], { names: ['memory'], json: true }],
  'how often': [['--runs', '3'], { runs: 3 }],
  'with how many Services at most': [['--services', '500'], { services: 500 }],
  'a request for help': [['--help'], { help: true }],
}

const refused: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'a name that does not exist, and name those that do': [['speed'], /no benchmark "speed": there are latency, memory, routes/],
  'a name that is a property of every object': [['toString'], /no benchmark "toString"/],
  'a flag that does not exist': [['--fast'], /--fast/],
  'no runs at all': [['--runs', '0'], /--runs 0: not a number/],
  'more Services than there are addresses': [['--services', '100000'], /--services 100000: not a number/],
  'a number of runs that is none': [['--runs', 'many'], /--runs many: not a number/],
}

describe('The arguments of the benchmarks', () => {
  for (const [name, [argv, wanted]] of Object.entries(understood)) {
    it(`say ${name}`, () => expect(parseArguments(argv, known)).to.deep.equal({ ok: true, value: { ...nothing, ...wanted } }))
  }
  for (const [name, [argv, reason]] of Object.entries(refused)) {
    it(`refuse ${name}`, () => {
      const parsed = parseArguments(argv, known)
      expect(parsed.ok ? '' : parsed.error).to.match(reason)
    })
  }
})
