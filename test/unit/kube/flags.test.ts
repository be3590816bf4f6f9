import { expect } from 'chai'
import { parseCommandLine, parseFlags } from '../../../kube/flags.ts'

const table = {
  'log-level': { kind: 'text', default: 'info', oneOf: ['debug', 'info'], help: 'how much to say' },
  namespace: { kind: 'text', default: 'metallb-system', env: 'METALLB_NAMESPACE', help: 'where we live' },
  port: { kind: 'integer', default: 7472, env: 'PORT', min: 0, max: 65535, help: 'metrics' },
  'webhook-http2': { kind: 'switch', default: false, help: 'unused' },
  wait: { kind: 'duration', default: 15_000, help: 'how long' },
  'lb-class': { kind: 'text', default: '', oneOf: ['', 'a', 'b', 'c'], env: 'CLASS', setting: true, help: 'which' },
} as const

type Texts = Readonly<Record<string, string>>

function parse(argv: readonly string[], env: Texts = {}, settings: Texts = {}): unknown {
  const result = parseFlags(table, argv, env, settings)
  return result.ok ? result.value : `${result.error.exitCode}: ${result.error.message}`
}

const defaults = { 'log-level': 'info', namespace: 'metallb-system', port: 7472, 'webhook-http2': false, wait: 15_000, 'lb-class': '' }

const good: Readonly<
  Record<string, { readonly argv: readonly string[]; readonly env?: Texts; readonly settings?: Texts; readonly gives: object }>
> = {
  'nothing as the defaults': { argv: [], gives: {} },
  'one dash and two': { argv: ['-port=1', '--log-level=debug'], gives: { port: 1, 'log-level': 'debug' } },
  'a value as the next argument': { argv: ['--port', '0', '-namespace', 'lb'], gives: { port: 0, namespace: 'lb' } },
  'a value that looks like a flag': { argv: ['--namespace', '--x'], gives: { namespace: '--x' } },
  'a value with an equals sign': { argv: ['--namespace=a=b'], gives: { namespace: 'a=b' } },
  'an empty value': { argv: ['--namespace='], gives: { namespace: '' } },
  'a switch without a value': { argv: ['--webhook-http2', '--port=1'], gives: { 'webhook-http2': true, port: 1 } },
  'a switch with a value': { argv: ['--webhook-http2=F'], gives: { 'webhook-http2': false } },
  'a length of time, in milliseconds': { argv: ['--wait=1m1.5s'], gives: { wait: 61_500 } },
  'the last of several': { argv: ['--port=1', '--port=2'], gives: { port: 2 } },
  'the environment as default': { argv: ['--port=1'], env: { METALLB_NAMESPACE: 'lb', PORT: '9' }, gives: { namespace: 'lb', port: 1 } },
  'an empty variable as absent': { argv: [], env: { METALLB_NAMESPACE: '' }, gives: {} },
  'a setting as default': { argv: [], settings: { 'lb-class': 'c' }, gives: { 'lb-class': 'c' } },
  'a variable before a setting': { argv: [], env: { CLASS: 'b' }, settings: { 'lb-class': 'c' }, gives: { 'lb-class': 'b' } },
  'a flag before both': { argv: ['--lb-class=a'], env: { CLASS: 'b' }, settings: { 'lb-class': 'c' }, gives: { 'lb-class': 'a' } },
  'an empty flag before both': { argv: ['--lb-class='], env: { CLASS: 'b' }, settings: { 'lb-class': 'c' }, gives: { 'lb-class': '' } },
  'an empty setting as absent': { argv: [], env: {}, settings: { 'lb-class': '' }, gives: {} },
  'no setting for a flag that has none': { argv: [], settings: { port: '1' }, gives: {} },
}

const bad: Readonly<
  Record<string, { readonly argv: readonly string[]; readonly env?: Texts; readonly settings?: Texts; readonly says: string }>
> = {
  'an unknown flag': { argv: ['--ports=1'], says: '2: unknown flag --ports; did you mean --port? see --help' },
  'a word that is no flag': { argv: ['port'], says: '2: "port" is not a flag; see --help' },
  'dashes alone': { argv: ['--'], says: '2: "--" is not a flag; see --help' },
  'a property that every object has': { argv: ['--constructor=1'], says: '2: unknown flag --constructor; see --help' },
  'a flag that resembles none': { argv: ['--quiet'], says: '2: unknown flag --quiet; see --help' },
  'a missing value': { argv: ['--port'], says: '2: flag --port needs a value' },
  'text for a number': { argv: ['--port=http'], says: '2: flag --port=http: must be an integer from 0 to 65535' },
  'a number that is no integer': { argv: ['--port=1e3'], says: '2: flag --port=1e3: must be an integer from 0 to 65535' },
  'a number out of range': { argv: ['--port=65536'], says: '2: flag --port=65536: must be an integer from 0 to 65535' },
  'a word that is not among the choices': { argv: ['--log-level=loud'], says: '2: flag --log-level=loud: must be one of debug, info' },
  'an odd switch': { argv: ['--webhook-http2=maybe'], says: '2: flag --webhook-http2=maybe: must be true or false' },
  'a length of time without a unit': {
    argv: ['--wait=15'],
    says: '2: flag --wait=15: must be a length of time such as 15s or 1m30s: it is not a number with a unit, such as 90s or 1m30s',
  },
  'an odd variable': { argv: [], env: { PORT: 'x' }, says: '2: environment variable PORT=x: must be an integer from 0 to 65535' },
  'an odd setting': { argv: [], settings: { 'lb-class': 'd' }, says: '2: setting lb-class=d: must be one of , a, b, c' },
}

describe('A command line', () => {
  for (const [name, { argv, env, settings, gives }] of Object.entries(good))
    it(`takes ${name}`, () => void expect(parse(argv, env, settings)).to.deep.equal({ ...defaults, ...gives }))
  for (const [name, { argv, env, settings, says }] of Object.entries(bad))
    it(`refuses ${name}`, () => void expect(parse(argv, env, settings)).to.equal(says))

  it('explains itself', () => {
    for (const word of ['-h', '--help']) {
      const text = parse([word])
      expect(text).to.match(/^0: Flags:\n {2}--log-level +how much to say \(debug, info\); default "info"\n/)
      expect(text).to.match(/--port +metrics; default 7472 \[\$PORT\]/)
      expect(text).to.match(/--lb-class +which .*; default "" \[\$CLASS, setting\]/)
    }
  })
})

const command = {
  namespace: { kind: 'text', default: '', short: 'n', help: 'where' },
  strict: { kind: 'switch', default: false, help: 'warnings fail too' },
  delete: { kind: 'list', help: 'what goes' },
} as const

const lines: Readonly<Record<string, { readonly argv: readonly string[]; readonly gives: object; readonly operands: readonly string[] }>> =
  {
    'operands among flags': { argv: ['a', '--strict', 'b'], gives: { strict: true }, operands: ['a', 'b'] },
    'one letter for a flag': { argv: ['-n', 'shop', 'a'], gives: { namespace: 'shop' }, operands: ['a'] },
    'a single dash as operand': { argv: ['-', '--strict'], gives: { strict: true }, operands: ['-'] },
    'what follows two dashes as operands': {
      argv: ['--strict', '--', '--strict', '-n'],
      gives: { strict: true },
      operands: ['--strict', '-n'],
    },
    'a flag several times': { argv: ['--delete', 'x', '--delete=y'], gives: { delete: ['x', 'y'] }, operands: [] },
  }

describe('A command line with operands', () => {
  for (const [name, { argv, gives, operands }] of Object.entries(lines))
    it(`takes ${name}`, () => {
      const result = parseCommandLine(command, argv, {})
      const flags = { namespace: '', strict: false, delete: [], ...gives }
      expect(result).to.deep.equal({ ok: true, value: { flags, operands } })
    })

  it('explains itself', () => {
    const result = parseCommandLine(command, ['--help'], {})
    expect(result.ok ? '' : result.error.message).to.match(
      / {2}-n, --namespace +where; default ""\n.*\n {2}--delete +what goes; may be given several times$/,
    )
  })
})
