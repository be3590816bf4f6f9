import { expect } from 'chai'
import { declare } from '../../../kube/metrics.ts'

describe('Declared metrics', () => {
  const metrics = declare({
    metallb_allocator_addresses_in_use_total: { kind: 'gauge', labels: ['pool'], help: 'addresses in use', compat: true },
    metallb_k8s_client_updates_total: { kind: 'counter', help: 'reconciles' },
    reconcile_duration_seconds: { kind: 'histogram', labels: ['kind'], help: 'time', buckets: [0.1, 1] },
  })

  it('come out in the classic text format, with the metrics of the process', async () => {
    metrics.metallb_allocator_addresses_in_use_total.set({ pool: 'p' }, 3)
    metrics.metallb_k8s_client_updates_total.inc()
    metrics.reconcile_duration_seconds.observe({ kind: 'service' }, 0.5)
    const text = await metrics.registry.metrics()
    expect(metrics.registry.contentType).to.match(/^text\/plain; version=0\.0\.4/)
    expect(text).to.include('# TYPE metallb_allocator_addresses_in_use_total gauge\nmetallb_allocator_addresses_in_use_total{pool="p"} 3\n')
    expect(text).to.include('metallb_k8s_client_updates_total 1\n')
    expect(text).to.include('reconcile_duration_seconds_bucket{le="1",kind="service"} 1\n')
    expect(text).to.include('process_cpu_seconds_total')
  })

  it('know their labels', () => {
    // @ts-expect-error the label is called pool
    expect(() => metrics.metallb_allocator_addresses_in_use_total.set({ pol: 'p' }, 3)).to.throw()
  })

  it('live in a registry of their own', async () => {
    const other = declare({ metallb_k8s_client_updates_total: { kind: 'counter', help: 'reconciles' } })
    expect(await other.registry.getSingleMetric('metallb_k8s_client_updates_total')?.get()).to.deep.include({
      name: 'metallb_k8s_client_updates_total',
    })
    expect(other.registry).to.not.equal(metrics.registry)
  })
})
