// Memory of processes from the words of /proc. Pure.

export interface ProcessMemory {
  readonly command: string
  /** VmRSS: every page that it has mapped and that is in memory. Megabytes of a million octets. */
  readonly rssMb: number
  /** The same with each page divided by the number of processes that share it. */
  readonly pssMb: number
}

/** Reads blocks that begin with `process COMMAND LINE`, followed by /proc/PID/status and /proc/PID/smaps_rollup; one without both has ended. */
export function parseProcesses(text: string): readonly ProcessMemory[] {
  return text
    .split(/^process /m)
    .slice(1)
    .flatMap((block) => {
      const rss = /^VmRSS:\s+(\d+) kB$/m.exec(block)?.[1]
      const pss = /^Pss:\s+(\d+) kB$/m.exec(block)?.[1]
      if (rss === undefined || pss === undefined) return []
      return [{ command: block.slice(0, block.indexOf('\n')).trimEnd(), rssMb: megabytes(rss), pssMb: megabytes(pss) }]
    })
}

/** What the kernel calls kB has 1024 octets. */
function megabytes(kilobytes: string): number {
  return (Number(kilobytes) * 1024) / 1e6
}
