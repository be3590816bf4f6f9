import { expect } from 'chai'
import { parseProcesses } from '../../../bench/memory/process-memory.ts'

const block = (command: string, rss: string, pss: string): string =>
  `process ${command} \nName:\tnode\nVmPeak:\t  9000 kB\n${rss}RssAnon:\t  10 kB\n${pss}Pss_Anon:      7 kB\n`

describe('Memory from the words of /proc', () => {
  it('is read process by process, in megabytes of a million octets', () => {
    const text =
      block('/usr/bin/node /app/a.mjs', 'VmRSS:\t  62500 kB\n', 'Pss:   31250 kB\n') + block('b', 'VmRSS: 1000 kB\n', 'Pss: 500 kB\n')
    expect(parseProcesses(text)).to.deep.equal([
      { command: '/usr/bin/node /app/a.mjs', rssMb: 64, pssMb: 32 },
      { command: 'b', rssMb: 1.024, pssMb: 0.512 },
    ])
  })

  it('leaves out a process that ended while it was read', () => {
    expect(parseProcesses(block('gone', '', '') + block('half', 'VmRSS: 1000 kB\n', ''))).to.deep.equal([])
  })

  it('is nothing of nothing', () => expect(parseProcesses('')).to.deep.equal([]))
})
