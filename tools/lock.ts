// Locks between processes. The kernel lets go of them when their holder dies, so that none is ever stale.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

const quietMs = 300

/**
 * Does the work while this process alone holds the lock of that file.
 *
 * @param onWait called once when somebody else holds it
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  // Node has no flock(2): flock(1) holds it as long as our end of its standard input is open. A process group of its own keeps Ctrl-C from it.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true })
  const waiting = setTimeout(onWait, quietMs)
  try {
    const exited = once(holder, 'exit').then(() => {
      throw new Error(`the lock ${file} cannot be taken: flock ended`)
    })
    await Promise.race([once(holder.stdout, 'data'), exited])
    clearTimeout(waiting)
    return await work()
  } finally {
    clearTimeout(waiting)
    holder.stdin.end()
  }
}
