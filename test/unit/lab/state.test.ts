import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ownIdentity } from '../../lab/process-identity.ts'
import { bootId, type LabState, labFolder, labNames, owned, readState, readStates, updateState, writeState } from '../../lab/state.ts'
import { uplinkOf } from '../../lab/uplink.ts'

const example = (name: string): LabState => ({
  name,
  boot: bootId(),
  phase: 'making',
  owner: { pid: 1, start: '1' },
  kept: false,
  uplink: uplinkOf(7),
  netnsBefore: 'absent',
  nodeOptions: [{}],
  routers: [],
  namespaces: [`metallb-${name}`],
  cgroups: [],
  processes: {},
  kubectl: '/kubectl',
})

describe('the record of a lab', () => {
  let root: string
  const before = process.env['METALLB_LAB_ROOT']

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lab-state-'))
    process.env['METALLB_LAB_ROOT'] = root
  })
  afterEach(() => {
    rmSync(root, { recursive: true })
    if (before === undefined) delete process.env['METALLB_LAB_ROOT']
    else process.env['METALLB_LAB_ROOT'] = before
  })

  it('is read as it was written', () => {
    writeState(example('a'))
    expect(readState('a')).to.deep.equal(example('a'))
  })

  it('is nothing for a lab that does not exist, and for all when there is no root', () => {
    expect(readState('a')).to.equal(undefined)
    process.env['METALLB_LAB_ROOT'] = join(root, 'missing')
    expect(labNames()).to.deep.equal([])
  })

  it('survives a writer that was killed: its unfinished text is in another file', () => {
    writeState(example('a'))
    writeFileSync(join(labFolder('a'), 'state.json.new'), '{"name":')
    expect(readState('a')?.name).to.equal('a')
    mkdirSync(labFolder('b'))
    writeFileSync(join(labFolder('b'), 'state.json.new'), '{"name":')
    expect(readStates().map((state) => state.name)).to.deep.equal(['a'])
  })

  it('loses no change when several are made at once', async () => {
    writeState(example('a'))
    const nodes = Array.from({ length: 8 }, (_, index) => `n${index + 1}`)
    await Promise.all(
      nodes.map((node, index) =>
        updateState('a', (state) => ({ ...state, processes: { ...state.processes, [node]: { pid: index, start: '1' } } })),
      ),
    )
    expect(Object.keys(readState('a')?.processes ?? {})).to.have.members(nodes)
  })

  it('passes to the process that works on it', () => {
    expect(owned(example('a'), 'removing')).to.deep.include({ owner: ownIdentity(), phase: 'removing' })
  })
})
