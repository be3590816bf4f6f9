// What goes wrong around the product: hostile requests, an API server that stops answering, permissions and capabilities taken away.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Narrator } from '../../demo/narrator.ts'
import { announcer, arpAnswers, eventually, objectFile, type Stage } from '../../demo/stage.ts'
import { serviceAddress } from '../../demo/timing.ts'
import { productLab } from './product-lab.ts'
import { announceRouted, changesOf, removeRouted, sessionAges, watching } from './routed.ts'

const namespace = 'metallb-system'
const silent: Narrator = { chapter: () => undefined, command: () => undefined, output: () => undefined, checked: () => undefined }

let stage: Stage

async function kubectl(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await stage.lab.kubectl(argv)
  expect(code, `kubectl ${argv.join(' ')}: ${stderr}`).to.equal(0)
  return stdout
}

async function logLine(selector: string, pattern: RegExp): Promise<string> {
  return eventually(`a line ${String(pattern)} in the log of ${selector}`, 30_000, async () => {
    const { stdout } = await stage.lab.kubectl(['logs', '-n', namespace, '-l', selector, '--tail=-1', '--prefix=false'])
    const line = stdout.split('\n').find((text) => pattern.test(text))
    return line === undefined ? { seen: stdout.slice(-500) } : { value: line, seen: line }
  })
}

async function restarts(component: string): Promise<string> {
  return kubectl(
    'get',
    'pods',
    '-n',
    namespace,
    '-l',
    `component=${component}`,
    '-o',
    'jsonpath={.items[*].status.containerStatuses[*].restartCount}',
  )
}

before('starts the shared lab', async function () {
  this.timeout(180_000)
  stage = { ...(await productLab()), narrator: silent, measurements: new Map() }
})

describe('the webhook, asked directly by a hostile client', () => {
  const json = 'content-type: application/json'
  const cases: Readonly<Record<string, { readonly header: string; readonly body: string; readonly status: RegExp }>> = {
    'a wrong content type': { header: 'content-type: text/plain', body: '{}', status: /^415$/ },
    'something that is not JSON': { header: json, body: '{"kind":', status: /^400$/ },
    'JSON that is not an AdmissionReview': { header: json, body: '{"kind":"Pod"}', status: /^400$/ },
    'an AdmissionReview without a request': {
      header: json,
      body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}',
      status: /^400$/,
    },
    'a kind that it does not know': {
      header: json,
      body: JSON.stringify({
        kind: 'AdmissionReview',
        apiVersion: 'admission.k8s.io/v1',
        request: {
          uid: '1',
          kind: { group: 'example.org', version: 'v1', kind: 'Widget' },
          resource: { group: 'example.org', version: 'v1', resource: 'widgets' },
          operation: 'CREATE',
          object: {},
        },
      }),
      status: /^4\d\d$/,
    },
    'a body of 4 MB': { header: json, body: `{"kind":"${'x'.repeat(4_000_000)}"}`, status: /^413$/ },
  }

  for (const [name, { header, body, status }] of Object.entries(cases)) {
    it(`answers ${name} with a Status of HTTP 4xx and lives`, async () => {
      const before = await restarts('webhook')
      const address = await kubectl('get', 'pods', '-n', namespace, '-l', 'component=webhook', '-o', 'jsonpath={.items[0].status.podIP}')
      const argv = [
        'curl',
        '-sk',
        '--max-time',
        '5',
        '-H',
        header,
        '--data-binary',
        '@-',
        '-w',
        '\n%{http_code}',
        `https://${address}:9443/validate`,
      ]
      const { stdout } = await stage.lab.exec('n1', argv, { input: body })
      const lines = stdout.trimEnd().split('\n')
      expect(lines.at(-1)).to.match(status)
      expect(JSON.parse(lines.slice(0, -1).join('\n'))).to.include({ kind: 'Status', status: 'Failure' })
      expect(await restarts('webhook')).to.equal(before)
    })
  }
})

describe('an API server that is gone for 30 s', () => {
  it('does not stop ARP, ends no BGP session, takes no route back, releases nothing, and is resumed without listing again', async function () {
    this.timeout(150_000)
    await announceRouted()
    await kubectl('apply', '-f', objectFile('service.yaml'))
    const address = await serviceAddress(stage, 'web')
    const node = await announcer(stage, address)
    const listedAgain = async (): Promise<number> => {
      const logs = await kubectl('logs', '-n', namespace, '-l', 'app=metallb', '--tail=-1', '--prefix=false')
      return logs.split('\n').filter((line) => line.includes('"versionExpired"')).length
    }
    const before = await listedAgain()

    await watching(stage.lab, async ({ frr, bird }) => {
      await stage.lab.exec('n1', ['sh', '-c', 'kill -STOP $(cat /run/kube-apiserver.pid)'])
      try {
        for (let second = 0; second < 30; second += 3) {
          expect(await arpAnswers(stage, address, 2), `answers after ${second} s`).to.have.lengthOf(2)
          await sleep(2_500)
        }
        expect(await sessionAges(stage.lab)).to.satisfy((ages: readonly number[]) => ages.length === 3 && ages.every((age) => age > 25))
        expect([...changesOf(frr), ...changesOf(bird)]).to.deep.equal([])
      } finally {
        await stage.lab.exec('n1', ['sh', '-c', 'kill -CONT $(cat /run/kube-apiserver.pid)'])
      }
    })

    await eventually('the API server to answer again', 30_000, async () => {
      const { code, stdout, stderr } = await stage.lab.kubectl(['get', '--raw', '/readyz'])
      return code === 0 ? { value: stdout, seen: stdout } : { seen: stderr }
    })
    await kubectl('create', 'service', 'loadbalancer', 'after', '--tcp=80:8080')
    expect(await serviceAddress(stage, 'after')).to.equal('10.99.0.201')
    expect(await serviceAddress(stage, 'web')).to.equal(address)
    expect(await announcer(stage, address)).to.equal(node)
    expect(await listedAgain()).to.equal(before)
  })

  after(async () => {
    await stage.lab.kubectl(['delete', 'service', 'web', 'after'])
    await removeRouted()
  })
})

describe('what the cluster does not grant', () => {
  it('is named by the controller in one line: a missing permission', async function () {
    this.timeout(120_000)
    const role = 'clusterrole/metallb-system:controller'
    const rules = JSON.parse(await kubectl('get', role, '-o', 'jsonpath={.rules}')) as readonly { readonly resources: readonly string[] }[]
    const without = rules.filter((rule) => !rule.resources.includes('services'))
    await kubectl('patch', role, '--type=merge', '-p', JSON.stringify({ rules: without }))
    try {
      await kubectl('delete', 'pods', '-n', namespace, '-l', 'component=controller', '--wait=false')
      expect(await logLine('component=controller', /services.*forbidden|forbidden.*services/)).to.include('list')
    } finally {
      await kubectl('patch', role, '--type=merge', '-p', JSON.stringify({ rules }))
    }
    await kubectl('rollout', 'status', 'deployment/controller', '-n', namespace, '--timeout=60s')
  })

  it('is named by the speaker in one line: a missing capability', async function () {
    this.timeout(120_000)
    const patch = (add: readonly string[]): string =>
      JSON.stringify({
        spec: { template: { spec: { containers: [{ name: 'speaker', securityContext: { capabilities: { drop: ['ALL'], add } } }] } } },
      })
    const capabilities = await kubectl(
      'get',
      'daemonset/speaker',
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.template.spec.containers[0].securityContext.capabilities.add}',
    )
    await kubectl('patch', 'daemonset/speaker', '-n', namespace, '-p', patch(['NET_ADMIN']))
    try {
      expect(await logLine('component=speaker', /NET_RAW/)).to.match(/"level":"(?:warn|error)"/)
    } finally {
      await kubectl('patch', 'daemonset/speaker', '-n', namespace, '-p', patch(JSON.parse(capabilities) as readonly string[]))
    }
    await kubectl('rollout', 'status', 'daemonset/speaker', '-n', namespace, '--timeout=90s')
  })
})
