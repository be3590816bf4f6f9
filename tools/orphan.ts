/**
 * Calls back once when the process that started this one is gone: a SIGKILL of it tells nobody else, and work would go on for no one.
 * Keeps no process alive.
 */
export function onOrphaned(callback: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    callback()
  }, 500)
  timer.unref()
}
