/** Does it for each item, at most so many at a time, in order. Rejects with the first failure; nothing new begins after it. */
export async function concurrently<T>(items: readonly T[], width: number, act: (item: T) => Promise<unknown>): Promise<void> {
  const line = items.values()
  let isFailed = false
  const work = async (): Promise<void> => {
    for (const item of line) {
      if (isFailed) return
      await act(item).catch((error: unknown) => {
        isFailed = true
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: width }, work))
}
