// The thread that evaluates policies: one expression of each request in turn, so that a request with many leaves the others their turn.
import { hrtime } from 'node:process'
import type { MessagePort } from 'node:worker_threads'
import { evaluateExpression, type PolicyVariables } from '../../admission/cel/evaluate.ts'
import { type CelExpression, compileExpression } from '../../admission/cel/expression.ts'
import { fail, type Result } from '../../core/result.ts'
import { unreachable } from '../../core/unreachable.ts'
import type { PolicyMessageToMain, PolicyMessageToWorker, PolicySource, PolicyTask, PolicyWorkerStart } from './policy-messages.ts'

interface Request {
  readonly id: number
  readonly variables: PolicyVariables
  readonly waiting: PolicyTask[]
}

type Compiled = Result<CelExpression, string>

const mostCompiled = 2000

/** Uses every part of the evaluator once, so that the first request of a user does not pay for loading it. */
const samples: readonly PolicySource[] = [
  'object.spec.ports.all(p, p.port > 0 && p.name.matches("^[a-z]+$")) && pools.exists(p, p.ipv4.available > usage.ipv4)',
  'cidr("10.0.0.0/8").containsIP(ip("10.0.0.1")) && "%s %d".format(["a", 1]).split(" ").map(w, w.size()).sum() == 2',
  'timestamp("2026-01-01T00:00:00Z").getHours("Europe/Berlin") == 1 && has(object.metadata.labels) && sets.contains([1], [1])',
].map((source) => ({ source, expects: 'bool' }))

const sampleVariables: PolicyVariables = {
  object: { metadata: { name: 'web', labels: {} }, spec: { ports: [{ name: 'http', port: 80 }] } },
  pools: [{ ipv4: { available: 5 } }],
  usage: { ipv4: 1 },
}

export class PolicyLoop {
  readonly #port: MessagePort
  readonly #current: BigInt64Array
  readonly #evaluate: typeof evaluateExpression
  readonly #compiled = new Map<string, Compiled>()
  #requests: readonly Request[] = []
  #uncompiled: readonly PolicySource[] = []
  #isScheduled = false

  /** @param evaluate stands for the evaluator in tests of what hangs */
  constructor(port: MessagePort, start: PolicyWorkerStart, evaluate = evaluateExpression) {
    this.#port = port
    this.#current = new BigInt64Array(start.current)
    this.#evaluate = evaluate
    for (let round = 0; round < 3; round += 1) {
      for (const { source, expects } of samples) {
        const compiled = compileExpression(source, expects)
        if (compiled.ok) evaluateExpression(compiled.value, sampleVariables)
      }
    }
    for (const source of start.sources) this.#compile(source)
    port.on('message', (message: PolicyMessageToWorker) => this.#hear(message))
    this.#tell({ type: 'ready' })
  }

  #hear(message: PolicyMessageToWorker): void {
    switch (message.type) {
      case 'compile':
        this.#uncompiled = [...this.#uncompiled, ...message.sources]
        break
      case 'evaluate':
        this.#requests = [...this.#requests, { id: message.request, variables: message.variables, waiting: [...message.tasks] }]
        break
      case 'forget':
        this.#requests = this.#requests.filter(({ id }) => id !== message.request)
        return
      default:
        unreachable(message)
    }
    this.#schedule()
  }

  /** Messages are heard between turns. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#turn()
      if (this.#requests.length > 0 || this.#uncompiled.length > 0) this.#schedule()
    })
  }

  #turn(): void {
    const [request, ...others] = this.#requests
    if (request === undefined) {
      const [source, ...rest] = this.#uncompiled
      this.#uncompiled = rest
      if (source !== undefined) this.#compile(source)
      return
    }
    const task = request.waiting.shift()
    this.#requests = request.waiting.length === 0 ? others : [...others, request]
    if (task === undefined) return
    Atomics.store(this.#current, 1, hrtime.bigint())
    Atomics.store(this.#current, 0, BigInt(task.id))
    const compiled = this.#compile(task)
    const result = compiled.ok ? this.#evaluate(compiled.value, request.variables) : compiled
    Atomics.store(this.#current, 0, 0n)
    this.#tell({ type: 'done', request: request.id, id: task.id, result })
  }

  #compile({ source, expects }: PolicySource): Compiled {
    const key = `${expects} ${source}`
    const known = this.#compiled.get(key)
    if (known !== undefined) return known
    const compiled = compileExpression(source, expects)
    const result = compiled.ok
      ? compiled
      : fail(compiled.error.map(({ message, line, column }) => `${message} (line ${line}, column ${column})`).join('; '))
    const [oldest] = this.#compiled.keys()
    if (this.#compiled.size >= mostCompiled && oldest !== undefined) this.#compiled.delete(oldest)
    this.#compiled.set(key, result)
    return result
  }

  #tell(message: PolicyMessageToMain): void {
    this.#port.postMessage(message)
  }
}
