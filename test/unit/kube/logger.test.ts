import { expect } from 'chai'
import { ApiError } from '../../../kube/api-error.ts'
import { createLogger, type Logger, type LogLevel, logLevels, named } from '../../../kube/logger.ts'

function loggerAt(level: LogLevel): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  return {
    lines,
    log: createLogger({ component: 'controller', level, destination: { write: (text) => void lines.push(JSON.parse(text)) } }),
  }
}

describe('A logger', () => {
  it('writes ts, level, caller and msg, then flat fields', () => {
    const { log, lines } = loggerAt('info')
    log.info({ event: 'addressAssigned', service: 'shop/web' })
    log.warn({ event: 'allocationRefused', pool: 'p' }, 'no address left')
    log.error('plain words')
    expect(lines.map((line) => ({ ...line, ts: 'now' }))).to.deep.equal([
      { ts: 'now', level: 'info', caller: 'controller', event: 'addressAssigned', service: 'shop/web', msg: 'addressAssigned' },
      { ts: 'now', level: 'warn', caller: 'controller', event: 'allocationRefused', pool: 'p', msg: 'no address left' },
      { ts: 'now', level: 'error', caller: 'controller', msg: 'plain words' },
    ])
    expect(lines[0]?.['ts']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('names the speaking part, for its children too', () => {
    const { log, lines } = loggerAt('info')
    const part = named(log, 'kube/reflector')
    part.child({ resource: 'services' }).info('a')
    named(part, 'kube/queue').info('b')
    log.info('c')
    expect(lines.map(({ caller, resource }) => [caller, resource])).to.deep.equal([
      ['kube/reflector', 'services'],
      ['kube/queue', undefined],
      ['controller', undefined],
    ])
  })

  it('writes a refusal of the API as its message, a bug with its stack', () => {
    const { log, lines } = loggerAt('info')
    log.warn({ event: 'x', err: new ApiError('GET /x: 403 Forbidden: no', { status: 403, reason: 'Forbidden' }) })
    log.warn({ event: 'x', err: new TypeError('oops') })
    log.warn({ event: 'x', err: 'text' })
    expect(lines[0]?.['err']).to.equal('GET /x: 403 Forbidden: no')
    expect(lines[1]?.['err']).to.match(/^TypeError: oops\n +at /)
    expect(lines[2]?.['err']).to.equal('text')
  })

  const heard: Readonly<Record<LogLevel, string>> = {
    all: 'trace debug info warn error',
    debug: 'debug info warn error',
    info: 'info warn error',
    warn: 'warn error',
    error: 'error',
    none: '',
  }
  for (const level of logLevels) {
    it(`at level ${level} lets through: ${heard[level] || 'nothing'}`, () => {
      const { log, lines } = loggerAt(level)
      for (const name of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[name]('x')
      expect(lines.map((line) => line['level']).join(' ')).to.equal(heard[level])
    })
  }
})
