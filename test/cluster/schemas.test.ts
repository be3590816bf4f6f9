// The corpus of right and wrong objects before a real API server: its schema and CEL alone, without our webhook.
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { connectLab } from '../../demo/stage.ts'
import { buildLabImages } from '../../images/lab.ts'
import { ApiError, type KubeClient, type Resource } from '../../kube/client.ts'
import { readKinds } from '../../schemas/generator/crd.ts'
import { setup } from '../../tools/setup.ts'
import { corpus } from '../corpus/corpus.ts'
import type { ApiObject, Example } from '../corpus/example.ts'
import { statusCorpus } from '../corpus/statuses.ts'
import { type Lab, upLab } from '../lab/lab.ts'

const crds = new URL('../../schemas/crds/', import.meta.url)
const namespace = 'metallb-system'
const silent = (): void => undefined

const plurals: Readonly<Record<string, string>> = {
  AllocationPolicy: 'allocationpolicies',
  BFDProfile: 'bfdprofiles',
  BGPAdvertisement: 'bgpadvertisements',
  BGPPeer: 'bgppeers',
  Community: 'communities',
  ConfigurationState: 'configurationstates',
  IPAddressPool: 'ipaddresspools',
  L2Advertisement: 'l2advertisements',
  ServiceBGPStatus: 'servicebgpstatuses',
  ServiceL2Status: 'servicel2statuses',
}

function resourceOf({ apiVersion, kind }: ApiObject): Resource {
  const [group = '', version = ''] = apiVersion.split('/')
  return { group, version, plural: plurals[kind] ?? '', namespaced: true }
}

interface Cause {
  readonly field: string
  readonly message: string
}

/** Why the API server refuses; empty when it does not. */
async function causesOf(request: Promise<unknown>): Promise<readonly Cause[]> {
  try {
    await request
    return []
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error
    const { details } = error.body as { readonly details: { readonly causes: readonly Cause[] } }
    // Beside the causes the API server remarks, without a field, which rules it has therefore not looked at.
    return details.causes.filter(({ field }) => field !== '<nil>')
  }
}

function expectVerdict(example: Pick<Example, 'server' | 'says'>, causes: readonly Cause[]): void {
  const fields = [...new Set(causes.map(({ field }) => field))]
  expect(fields, JSON.stringify(causes)).to.have.members(example.server)
  if (example.says !== undefined) expect(causes.map(({ message }) => message).join('\n')).to.include(example.says)
}

describe('the schemas in a real API server', () => {
  let lab: Lab
  let kube: KubeClient

  async function kubectl(...argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await lab.kubectl(argv)
    expect(code, `kubectl ${argv.join(' ')}: ${stderr}`).to.equal(0)
    return stdout
  }

  /** Replaces `before` by the object, nothing of which stays. */
  async function update(example: Pick<Example, 'object'>, before: ApiObject, subresource?: 'status'): Promise<readonly Cause[]> {
    const resource = resourceOf(before)
    const { name } = before.metadata
    const created = await kube.create<ApiObject>(resource, before)
    try {
      const present =
        subresource === undefined
          ? created
          : await kube.replace<ApiObject>(resource, { ...created, status: before.status }, { subresource })
      const wanted = { ...example.object, metadata: present.metadata }
      return await causesOf(kube.replace(resource, wanted, subresource === undefined ? {} : { subresource }))
    } finally {
      await kube.remove(resource, name, { namespace })
    }
  }

  before('starts a bare lab of one node and applies the CRDs', async function () {
    this.timeout(120_000)
    const toolchain = await setup(silent)
    const labImages = await buildLabImages(toolchain.cache, silent)
    lab = await upLab({ name: `schemas-${process.pid}`, nodes: 1, bare: true }, toolchain, { labImages })
    kube = connectLab(lab)
    await kubectl('apply', '-k', fileURLToPath(crds))
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s')
    await kubectl('create', 'namespace', namespace)
  })

  after('ends the lab', async function () {
    this.timeout(30_000)
    if (lab !== undefined) await lab.down()
  })

  for (const [name, example] of Object.entries(corpus))
    it(`${example.server.length === 0 ? 'accept' : 'refuse'} the object that ${name}`, async () => {
      const { object, before: earlier } = example
      const create = (): Promise<readonly Cause[]> => causesOf(kube.create(resourceOf(object), object, { dryRun: true }))
      expectVerdict(example, earlier === undefined ? await create() : await update(example, earlier))
    })

  for (const [name, example] of Object.entries(statusCorpus))
    it(`${example.server.length === 0 ? 'accept' : 'refuse'} the status that ${name}`, async () => {
      const { status: _, ...fresh } = example.object
      expectVerdict(example, await update(example, example.before ?? fresh, 'status'))
    })

  it('give a BGPPeer that was written as v1beta1 as v1beta2, with its defaults', async () => {
    const written = corpus['is a v1beta1 BGPPeer']?.object
    if (written === undefined) throw new Error('the corpus has changed')
    await kube.create(resourceOf(written), written)
    const stored = await kube.get<ApiObject>({ ...resourceOf(written), version: 'v1beta2' }, 'example', namespace)
    expect(stored.apiVersion).to.equal('metallb.io/v1beta2')
    expect(stored.spec).to.deep.equal({ ...(written.spec as object), peerPort: 179, disableMP: false, dualStackAddressFamily: false })
    await kube.remove(resourceOf(written), 'example', { namespace })
  })

  it('give a BGPAdvertisement without spec its defaults', async () => {
    const written = corpus['is a BGPAdvertisement without spec']?.object
    if (written === undefined) throw new Error('the corpus has changed')
    const { spec } = await kube.create<ApiObject>(resourceOf(written), written, { dryRun: true })
    expect(spec).to.deep.equal({ aggregationLength: 32, aggregationLengthV6: 128 })
  })

  it('are explained by kubectl, every kind of them', async () => {
    for (const { kind, schema } of readKinds(crds)) {
      const words = (await kubectl('explain', kind.toLowerCase())).replaceAll(/\s+/g, ' ')
      expect(words).to.include(schema.description)
    }
  })

  it('print the columns that users of MetalLB know', async () => {
    const pool = corpus['is a pool of CIDRs']?.object
    if (pool === undefined) throw new Error('the corpus has changed')
    await kube.create(resourceOf(pool), pool)
    const [header, row] = (await kubectl('get', 'ipaddresspool', '-n', namespace)).split('\n')
    expect(header?.split(/\s{2,}/)).to.deep.equal(['NAME', 'AUTO ASSIGN', 'AVOID BUGGY IPS', 'ADDRESSES'])
    expect(row?.split(/\s{2,}/)).to.deep.equal(['example', 'true', 'false', '["192.168.10.0/28","10.10.10.0/24"]'])
    await kube.remove(resourceOf(pool), 'example', { namespace })
  })
})
