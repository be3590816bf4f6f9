// Installing, rolling and removing the product as users do, with pools and Services present.
import { expect } from 'chai'
import { objectFile } from '../../demo/stage.ts'
import type { Lab } from '../lab/lab.ts'
import { addPoolAndService, addressOfWeb, install, must, namespace, untilRolledOut } from './installed.ts'
import { overlay, productLab } from './product-lab.ts'

/** In force from the first moment: nothing wrong slips in between a roll-out and the registration. */
async function refusesAWrongPool(lab: Lab): Promise<void> {
  const { code, stdout, stderr } = await lab.kubectl(['apply', '-f', objectFile('wrong-range.yaml')])
  expect(stdout + stderr).to.contain('spec.addresses[1]')
  expect(code).to.equal(1)
}

describe('the installation', () => {
  let lab: Lab

  before(async function () {
    this.timeout(180_000)
    lab = (await productLab()).lab
    await addPoolAndService(lab)
  })

  it('changes nothing when it is applied again', async () => {
    const stdout = await must(lab, ['apply', '-k', overlay])
    // kubectl calls each applied PodDisruptionBudget "configured": its patch strategy replaces the spec by the same spec.
    const changed = stdout.split('\n').filter((line) => line !== '' && !/ unchanged$|^poddisruptionbudget/.test(line))
    expect(changed).to.deep.equal([])
  })

  it('is removed by kubectl delete -k, with a pool and a Service present', async () => {
    await must(lab, ['delete', '-k', overlay, '--timeout=60s'])
    expect(await must(lab, ['get', 'crds', '-o', 'name'])).to.equal('')
    expect(await addressOfWeb(lab), 'a Service keeps the address in its status').to.equal('10.99.0.200')
    await must(lab, ['delete', 'service', 'web', '--timeout=20s'])
  })

  it('accepts a pool the moment kubectl rollout status deployment/controller returns', async () => {
    await install(lab)
    await must(lab, ['rollout', 'status', 'deployment/controller', '-n', namespace, '--timeout=60s'])
    await must(lab, ['apply', '-f', objectFile('pool.yaml')])
    await must(lab, ['delete', '-f', objectFile('pool.yaml')])
    await untilRolledOut(lab)
  })

  it('refuses a wrong pool once the webhook is rolled out, through a rolling restart of both replicas', async () => {
    await must(lab, ['rollout', 'restart', 'deployment/webhook', '-n', namespace])
    const rolled = lab.kubectl(['rollout', 'status', 'deployment/webhook', '-n', namespace, '--timeout=90s'])
    let running = true
    void rolled.then(() => (running = false))
    const accepted: string[] = []
    while (running) {
      const { code, stdout, stderr } = await lab.kubectl(['apply', '-f', objectFile('wrong-range.yaml')])
      if (code === 0 || !stderr.includes('spec.addresses[1]')) accepted.push(stdout + stderr)
    }
    expect((await rolled).code).to.equal(0)
    expect(accepted).to.deep.equal([])
  })

  it('ends with its namespace, with a pool and a Service present', async () => {
    await addPoolAndService(lab)
    await must(lab, ['delete', 'namespace', namespace, '--timeout=60s'])
    expect(await addressOfWeb(lab), 'a Service keeps the address in its status').to.equal('10.99.0.200')
    await must(lab, ['delete', 'service', 'web', '--timeout=20s'])
  })

  it('comes back after its namespace was deleted, refuses a wrong pool once the webhook is rolled out, and serves', async () => {
    await install(lab)
    await must(lab, ['rollout', 'status', 'deployment/webhook', '-n', namespace, '--timeout=60s'])
    await refusesAWrongPool(lab)
    await untilRolledOut(lab)
    await addPoolAndService(lab)
  })

  after(async () => {
    await lab.kubectl(['delete', 'service', 'web'])
    await lab.kubectl(['delete', '-f', objectFile('pool.yaml')])
  })
})
