import { expect } from 'chai'
import type { Service } from '../../../core/objects.ts'
import { connectKube, resources } from '../../../kube/client.ts'
import { type Clock, systemClock } from '../../../kube/clock.ts'
import { createLogger } from '../../../kube/logger.ts'
import { Reflector, type ReflectorOptions, type ReflectorTiming } from '../../../kube/reflector.ts'
import {
  type Answer,
  bookmark,
  configFor,
  errorLine,
  line,
  list,
  reset,
  type ScriptedServer,
  scriptedServer,
  service,
  silence,
  status,
  stream,
} from './scripted-server.ts'

/** Real sockets and real order, but pauses are noted instead of waited for. */
function hurriedClock(pauses: number[]): Clock {
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    random: () => 0,
    sleep: (ms, signal) => {
      if (signal?.aborted !== true) pauses.push(ms)
      return turn()
    },
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

interface Run {
  readonly server: ScriptedServer
  readonly reflector: Reflector<Service>
  readonly changes: string[]
  readonly pauses: number[]
  readonly logs: Record<string, unknown>[]
}

const timing: Partial<ReflectorTiming> = { idle: 60_000 }

/** Plays a script against a reflector until the request after its last answer has come. */
async function play(script: readonly Answer[], options: Partial<ReflectorOptions<Service>> = {}): Promise<Run> {
  const server = await scriptedServer(script)
  const run = start(server, options)
  await server.finished
  await run.reflector.stop()
  await server.close()
  return run
}

function start(server: ScriptedServer, options: Partial<ReflectorOptions<Service>> = {}): Run {
  const changes: string[] = []
  const pauses: number[] = []
  const logs: Record<string, unknown>[] = []
  const log = createLogger({
    component: 'test',
    level: 'info',
    destination: {
      write: (text) => {
        logs.push(JSON.parse(text))
      },
    },
  })
  const client = connectKube({ config: configFor(server.url) })
  const reflector = new Reflector<Service>({ client, resource: resources.services, log, clock: hurriedClock(pauses), timing, ...options })
  reflector.store.subscribe(({ type, object }) => changes.push(`${type} ${object.metadata.name}@${object.metadata.resourceVersion}`))
  reflector.start()
  return { server, reflector, changes, pauses, logs }
}

/** 'list', 'list next=…' or 'watch from=…', as the server saw them. */
function asked({ server }: Run): readonly string[] {
  return server.requests.map(({ query }) => {
    if (query['watch'] === 'true') return `watch from=${query['resourceVersion'] ?? ''}`
    if (query['limit'] === undefined) return 'list whole'
    return query['continue'] === undefined ? 'list' : `list next=${query['continue']}`
  })
}

const web = service('web', 5)

interface Trace {
  readonly script: readonly Answer[]
  readonly asks: readonly string[]
  readonly changes: readonly string[]
  readonly timing?: Partial<ReflectorTiming>
}

const utf8 = Buffer.from(line('ADDED', service('müller', 12)))
const insideUmlaut = utf8.indexOf(0xc3) + 1

const traces: Readonly<Record<string, Trace>> = {
  'lists, then watches from the version of the list': {
    script: [list(10, [web])],
    asks: ['list', 'watch from=10'],
    changes: ['added web@5'],
  },
  'resumes from the last event when the server ends the watch': {
    script: [list(10, [web]), stream([line('MODIFIED', service('web', 11)), line('DELETED', service('web', 13))])],
    asks: ['list', 'watch from=10', 'watch from=13'],
    changes: ['added web@5', 'modified web@11', 'deleted web@13'],
  },
  'resumes from a bookmark': {
    script: [list(10, [web]), stream([bookmark(1500)])],
    asks: ['list', 'watch from=10', 'watch from=1500'],
    changes: ['added web@5'],
  },
  'lists again and tells the differences when the version is gone, said as HTTP status': {
    script: [
      list(10, [web, service('old', 6), service('same', 7)]),
      status(410, 'Expired', 'too old resource version'),
      list(90, [service('web', 80), service('same', 7), service('new', 70)]),
    ],
    asks: ['list', 'watch from=10', 'list', 'watch from=90'],
    changes: ['added web@5', 'added old@6', 'added same@7', 'deleted old@6', 'modified web@80', 'added new@70'],
  },
  'lists again when the version is gone, said as an event': {
    script: [list(10, [web]), stream([errorLine(410, 'Expired', 'too old resource version: 10 (60)')], 'open'), list(90, [web])],
    asks: ['list', 'watch from=10', 'list', 'watch from=90'],
    changes: ['added web@5'],
  },
  'tells another object under a known name as a deletion and an addition': {
    script: [list(10, [web]), status(410, 'Expired', 'gone'), list(90, [service('web', 80, 'another-uid')])],
    asks: ['list', 'watch from=10', 'list', 'watch from=90'],
    changes: ['added web@5', 'deleted web@5', 'added web@80'],
  },
  'loses nothing when the connection ends inside an event': {
    script: [list(10, [web]), stream([line('ADDED', service('a', 11)), line('ADDED', service('b', 12)).slice(0, 40)])],
    asks: ['list', 'watch from=10', 'watch from=11'],
    changes: ['added web@5', 'added a@11'],
  },
  'reads an event whose bytes come apart inside a character': {
    script: [list(10, []), stream([utf8.subarray(0, insideUmlaut), utf8.subarray(insideUmlaut)])],
    asks: ['list', 'watch from=10', 'watch from=12'],
    changes: ['added müller@12'],
  },
  'reads several events in one chunk': {
    script: [list(10, []), stream([line('ADDED', service('a', 11)) + line('MODIFIED', service('a', 12)) + bookmark(14)])],
    asks: ['list', 'watch from=10', 'watch from=14'],
    changes: ['added a@11', 'modified a@12'],
  },
  'resumes when the server is silent beyond the limit': {
    script: [list(10, [web]), stream([bookmark(11)], 'open')],
    asks: ['list', 'watch from=10', 'watch from=11'],
    changes: ['added web@5'],
    timing: { idle: 40 },
  },
  'tries a failing first list again': {
    script: [reset, status(500, 'InternalError', 'etcd is away'), status(403, 'Forbidden', 'not yet'), list(10, [web])],
    asks: ['list', 'list', 'list', 'list', 'watch from=10'],
    changes: ['added web@5'],
  },
  'goes through an outage of the server without listing again': {
    script: [
      list(10, [web]),
      stream([bookmark(20)]),
      reset,
      reset,
      reset,
      status(503, '', 'starting'),
      status(403, 'Forbidden', 'no roles yet'),
    ],
    asks: ['list', 'watch from=10', ...Array.from({ length: 6 }, () => 'watch from=20')],
    changes: ['added web@5'],
  },
  'skips an event that it cannot read by listing again, after it had three chances': {
    script: [
      list(10, [web]),
      stream(['{"type":"ADDED",\n']),
      stream(['not json at all\n']),
      stream([`${JSON.stringify({ type: 'ADDED', object: { metadata: {} } })}\n`]),
      list(30, [web, service('late', 22)]),
    ],
    asks: ['list', 'watch from=10', 'watch from=10', 'watch from=10', 'list', 'watch from=30'],
    changes: ['added web@5', 'added late@22'],
  },
  'believes a server that refuses a version long enough': {
    script: [
      list(10, [web]),
      ...Array.from({ length: 3 }, () => status(504, 'Timeout', 'Too large resource version: 10, current: 3')),
      list(3, [web]),
    ],
    asks: ['list', 'watch from=10', 'watch from=10', 'watch from=10', 'list', 'watch from=3'],
    changes: ['added web@5'],
  },
  'starts a list without pages when a page of it is gone': {
    script: [
      list(10, [web], 'page-2'),
      status(410, 'Expired', 'the provided continue parameter is too old'),
      list(12, [service('a', 4), service('b', 11)]),
    ],
    asks: ['list', 'list next=page-2', 'list whole', 'watch from=12'],
    changes: ['added a@4', 'added b@11'],
  },
  'puts the pages of a list together': {
    script: [list(10, [web], 'page-2'), list(10, [service('a', 4)], 'page-3'), list(10, [service('b', 6)])],
    asks: ['list', 'list next=page-2', 'list next=page-3', 'watch from=10'],
    changes: ['added web@5', 'added a@4', 'added b@6'],
  },
}

describe('A reflector', function () {
  // A busy machine is no failure.
  this.timeout(20_000)
  for (const [name, trace] of Object.entries(traces)) {
    it(name, async () => {
      const run = await play(trace.script, trace.timing === undefined ? {} : { timing: trace.timing })
      expect(asked(run)).to.deep.equal(trace.asks)
      expect(run.changes).to.deep.equal(trace.changes)
    })
  }

  it('loses nothing when the connection is reset inside an event', async () => {
    const cut = Promise.withResolvers<void>()
    const server = await scriptedServer([
      list(10, []),
      stream([line('ADDED', service('a', 11)), line('ADDED', service('b', 12)).slice(0, 40)], cut.promise),
      stream([line('ADDED', service('b', 12))]),
    ])
    const run = start(server)
    while (run.changes.length === 0) await turn()
    cut.resolve()
    await server.finished
    await run.reflector.stop()
    await server.close()
    expect(asked(run)).to.deep.equal(['list', 'watch from=10', 'watch from=11', 'watch from=12'])
    expect(run.changes).to.deep.equal(['added a@11', 'added b@12'])
  })

  it('asks for bookmarks, for an end after five to ten minutes, and passes its selectors on', async () => {
    const run = await play([list(10, [])], { namespace: 'shop', labelSelector: 'app=web', fieldSelector: 'metadata.name=web' })
    const [listing, watching] = run.server.requests
    expect(listing?.path).to.equal('/api/v1/namespaces/shop/services')
    expect(listing?.query).to.deep.equal({ labelSelector: 'app=web', fieldSelector: 'metadata.name=web', limit: '500' })
    expect(watching?.query).to.deep.include({
      allowWatchBookmarks: 'true',
      labelSelector: 'app=web',
      fieldSelector: 'metadata.name=web',
    })
    expect(Number(watching?.query['timeoutSeconds'])).to.be.within(300, 600)
  })

  it('pauses longer and longer while watches end at once', async () => {
    const run = await play([list(10, []), ...Array.from({ length: 10 }, () => stream([]))])
    expect(run.pauses).to.deep.equal([0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
  })

  it('pauses longer and longer while the server repeats what we know', async () => {
    const run = await play([list(10, []), ...Array.from({ length: 4 }, () => stream([bookmark(10)]))])
    expect(run.pauses).to.deep.equal([0, 100, 200, 400])
  })

  it('forgets earlier failures when it gets on', async () => {
    const run = await play([list(10, []), stream([]), stream([]), stream([]), stream([bookmark(11)]), stream([])])
    expect(run.pauses).to.deep.equal([0, 100, 200, 0, 0])
  })

  it('lists at once when a server that came back has forgotten our version, but not again and again', async () => {
    const gone = status(410, 'Expired', 'too old resource version')
    const away = Array.from({ length: 4 }, () => status(503, '', 'starting'))
    const run = await play([list(10, []), ...away, gone, list(20, []), gone, list(30, []), gone])
    expect(run.pauses).to.deep.equal([0, 100, 200, 400, 0, 0, 100])
  })

  it('takes a kind that the cluster need not have for empty, and asks for it again', async () => {
    const missing = status(404, 'NotFound', 'the server could not find the requested resource')
    const server = await scriptedServer([missing, missing, list(10, [web])])
    const run = start(server, { emptyOn: [404] })
    await run.reflector.whenSynced()
    await server.finished
    await run.reflector.stop()
    await server.close()
    expect(asked(run)).to.deep.equal(['list', 'list', 'list', 'watch from=10'])
    expect(run.changes).to.deep.equal(['added web@5'])
    expect(run.pauses).to.deep.equal([30_000, 30_000])
  })

  it('keeps what it has when such a kind is missing later', async () => {
    const missing = status(404, 'NotFound', 'the server could not find the requested resource')
    const run = await play([list(10, [web]), status(410, 'Expired', 'gone'), missing, list(20, [web])], { emptyOn: [404] })
    expect(asked(run)).to.deep.equal(['list', 'watch from=10', 'list', 'list', 'watch from=20'])
    expect(run.changes).to.deep.equal(['added web@5'])
  })

  it('waits as long as the server asks', async () => {
    const run = await play([list(10, []), status(429, 'TooManyRequests', 'slow down', { 'Retry-After': '7' })])
    expect(run.pauses).to.deep.equal([7000])
  })

  it('lives on when a listener throws, and tells the others', async () => {
    const server = await scriptedServer([list(10, [web]), stream([line('MODIFIED', service('web', 11))])])
    const run = start(server)
    run.reflector.store.subscribe(() => {
      throw new Error('a bug of the listener')
    })
    const later: string[] = []
    run.reflector.store.subscribe(({ type }) => later.push(type))
    await server.finished
    await run.reflector.stop()
    await server.close()
    expect(later).to.deep.equal(['added', 'modified'])
    expect(run.reflector.counters.listenerErrors).to.equal(2)
    expect(run.logs.map(({ event }) => event)).to.deep.equal(['listenerFailed', 'listenerFailed'])
  })

  it('tells a late subscriber what is there', async () => {
    const run = await play([list(10, [web])])
    const told: string[] = []
    run.reflector.store.subscribe(({ type, object }) => told.push(`${type} ${object.metadata.name ?? ''}`))
    expect(told).to.deep.equal(['added web'])
  })

  it('keeps what the transform keeps, by default all but managedFields', async () => {
    const fat = { ...web, metadata: { ...web.metadata, managedFields: [{ manager: 'kubectl' }] } }
    const byDefault = await play([list(10, [fat])])
    expect(byDefault.reflector.store.get('shop/web')).to.deep.equal(web)
    const own = await play([list(10, [fat]), stream([line('ADDED', service('a', 11))])], {
      transform: ({ metadata: { name = '', namespace = '' } }) => ({ metadata: { name, namespace } }),
    })
    expect(own.reflector.store.list()).to.deep.equal([
      { metadata: { name: 'web', namespace: 'shop' } },
      { metadata: { name: 'a', namespace: 'shop' } },
    ])
  })

  it('lives on when its transform throws', async () => {
    const server = await scriptedServer([list(10, [web]), list(11, [web]), list(12, [])])
    const run = start(server, {
      transform: () => {
        throw new Error('a bug of the transform')
      },
    })
    await server.finished
    await run.reflector.stop()
    await server.close()
    expect(run.logs.map(({ event }) => event)).to.deep.equal(['reflectorFailed', 'reflectorFailed'])
    expect(run.reflector.store.resourceVersion).to.equal('12')
  })

  it('knows when it last heard of the server', async () => {
    const server = await scriptedServer([list(10, [])])
    const run = start(server)
    expect(run.reflector.lastContact).to.equal(Number.NEGATIVE_INFINITY)
    const before = performance.now()
    await server.finished
    expect(run.reflector.lastContact).to.be.within(before, performance.now())
    await run.reflector.stop()
    await server.close()
  })

  it('gives objects of built-in kinds the apiVersion and kind that lists leave out', async () => {
    const { apiVersion: _, kind: __, ...bare } = web
    const run = await play([list(10, [bare])])
    expect(run.reflector.store.get('shop/web')).to.deep.equal(web)
  })

  it('says once that the server is away and once that it is back', async () => {
    const run = await play([list(10, []), reset, reset, reset, reset, stream([bookmark(11)])])
    expect(run.logs.map(({ event, level }) => `${String(level)} ${String(event)}`)).to.deep.equal([
      'warn watchInterrupted',
      'info watchResumed',
    ])
  })

  it('says when it is as new as a version, and opens a watch anew that does not bring it', async () => {
    const server = await scriptedServer([list(10, [web]), stream([], 'open'), stream([bookmark(20)], 'open')])
    const { reflector } = start(server, { clock: systemClock })
    await reflector.whenSynced()
    const never = new AbortController().signal
    await reflector.catchUp('9', never)
    await reflector.catchUp('20', never)
    expect(reflector.store.resourceVersion).to.equal('20')
    expect(reflector.counters).to.include({ lists: 1, watches: 2 })
    await reflector.catchUp('21', AbortSignal.abort())
    await reflector.stop()
    await server.close()
  })

  it('is synced after the first list, not before', async () => {
    const server = await scriptedServer([silence])
    const run = start(server)
    let synced = false
    void run.reflector.whenSynced().then(() => {
      synced = true
    })
    await turn()
    expect([run.reflector.synced, synced]).to.deep.equal([false, false])
    await run.reflector.stop()
    await server.close()
  })

  it('finds a server that was gone and came back at the same place, without listing again', async () => {
    const first = await scriptedServer([list(10, [web]), stream([bookmark(42)], 'open')])
    const run = start(first, { clock: { ...hurriedClock([]), sleep: (_ms, signal) => brief(signal) } })
    await run.reflector.whenSynced()
    while (run.reflector.counters.bookmarks === 0) await brief()
    await first.close()
    while (run.reflector.counters.watches < 5) await brief()
    const second = await scriptedServer([stream([line('ADDED', service('a', 43))])], { port: first.port })
    await second.finished
    await run.reflector.stop()
    await second.close()
    expect(asked({ ...run, server: second })).to.deep.equal(['watch from=42', 'watch from=43'])
    expect(run.reflector.counters.lists).to.equal(1)
    expect(run.reflector.store.size).to.equal(2)
  })
})

function brief(signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    setTimeout(resolve, 2)
  })
}
