// Cuts a byte stream into lines, wherever the network cut it into chunks.

const newline = 0x0a

/** The byte 0x0A never occurs inside a UTF-8 sequence, so lines are cut as bytes and only whole lines become text. */
export class LineSplitter {
  readonly #maxBytes: number
  #kept: Buffer[] = []
  #keptBytes = 0

  /** @param maxBytes a line longer than this makes `push` throw */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Lines completed by this chunk, without their ends; empty lines are left out. The chunk may be retained until its line is complete. */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(newline, start); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end))
      const line = Buffer.concat(this.#kept).toString('utf8').trimEnd()
      if (line !== '') lines.push(line)
      this.#kept = []
      this.#keptBytes = 0
      start = end + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
    return lines
  }

  /** Octets of a line that has begun and not ended. */
  get pending(): number {
    return this.#keptBytes
  }

  #keep(bytes: Buffer): void {
    this.#keptBytes += bytes.length
    if (this.#keptBytes > this.#maxBytes) throw new RangeError(`a line of more than ${this.#maxBytes} bytes`)
    this.#kept.push(bytes)
  }
}
