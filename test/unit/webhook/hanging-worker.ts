// A policy worker whose evaluator hangs, or eats memory, when an expression says so: the product's own is bounded and cannot be made to.
import { parentPort, workerData } from 'node:worker_threads'
import { evaluateExpression } from '../../../admission/cel/evaluate.ts'
import { PolicyLoop } from '../../../webhook/io/policy-loop.ts'
import type { PolicyWorkerStart } from '../../../webhook/io/policy-messages.ts'

const evaluate: typeof evaluateExpression = (expression, variables) => {
  const hoard: unknown[] = []
  while (expression.source.includes('"hang"')) hoard.length = 0
  while (expression.source.includes('"hoard"')) hoard.push({ length: hoard.length, text: String(hoard.length) })
  return evaluateExpression(expression, variables)
}

if (parentPort !== null) new PolicyLoop(parentPort, workerData as PolicyWorkerStart, evaluate)
