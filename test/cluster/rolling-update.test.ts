// Both replicas of the controller are replaced by a rolling update, with the permissions, probes and grace of the manifests, while Services come and go.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { resources } from '../../kube/resources.ts'
import { AddressWatch } from './address-watch.ts'
import { create, forEach, pool, remove, served, service } from './controllers.ts'
import { must, namespace, untilOldPodsAreGone } from './installed.ts'
import { type ProductLab, productLab } from './product-lab.ts'

describe('A rolling update of both controllers', () => {
  let product: ProductLab
  let watch: AddressWatch
  const names: string[] = []
  const gone = new Set<string>()

  before(async function () {
    this.timeout(180_000)
    product = await productLab()
    await create(product.kube, resources.ipAddressPools, pool('rolled', ['10.240.0.0/22'], false))
    watch = new AddressWatch(product.kube)
    await watch.start()
  })

  after(async function () {
    this.timeout(60_000)
    await watch.stop()
    await forEach(
      names.filter((name) => !gone.has(name)),
      (name) => remove(product.kube, resources.services, name, 'default'),
    )
    await must(product.lab, ['delete', 'ipaddresspool', '-n', namespace, 'rolled'])
  })

  it('loses nothing, moves nobody and gives nothing twice', async function () {
    this.timeout(120_000)
    const { kube, lab } = product
    let isOver = false
    const load = async (): Promise<void> => {
      for (let serial = 0; !isOver; serial++) {
        const name = `rolled-${serial}`
        await create(kube, resources.services, service(name, { from: 'rolled' }))
        names.push(name)
        if (serial % 3 === 2) {
          const old = `rolled-${serial - 2}`
          gone.add(old)
          await remove(kube, resources.services, old, 'default')
        }
        await sleep(20)
      }
    }
    const loading = load()
    try {
      await must(lab, ['rollout', 'restart', 'deployment/controller', '-n', namespace])
      await must(lab, ['rollout', 'status', 'deployment/controller', '-n', namespace, '--timeout=90s'])
      await untilOldPodsAreGone(lab)
    } finally {
      isOver = true
      await loading
    }
    await served(
      watch,
      names.filter((name) => !gone.has(name)),
      [],
    )
    expect(watch.doubles).to.deep.equal([])
    expect(watch.losses).to.deep.equal([])
    const logs = await must(lab, ['logs', '-n', namespace, '-l', 'component=controller', '--tail=-1', '--prefix=false'])
    expect(logs).not.to.include('forbidden')
  })
})
