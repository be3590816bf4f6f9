// The policy worker: users' expressions run in this thread, which main may end at any time.
import { parentPort, workerData } from 'node:worker_threads'
import { PolicyLoop } from './policy-loop.ts'
import type { PolicyWorkerStart } from './policy-messages.ts'

if (parentPort !== null) new PolicyLoop(parentPort, workerData as PolicyWorkerStart)
