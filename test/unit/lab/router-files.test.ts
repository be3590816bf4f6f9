import { expect } from 'chai'
import { routerFiles } from '../../lab/router-files.ts'
import { planTopology, routerKinds } from '../../lab/topology.ts'

describe('the files of a router', () => {
  for (const router of planTopology([{}], routerKinds).routers) {
    const files = routerFiles(router)

    it(`start each program of ${router.kind}, once`, () => {
      const started = (files['start'] ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => `units/${line.split('\t')[0]}`)
      expect(started).to.have.members(Object.keys(files).filter((path) => path.startsWith('units/')))
    })

    it(`let ${router.kind} take any node of the LAN for a neighbour, in its own AS`, () => {
      const text = Object.values(files).join('')
      expect(text).to.include('10.99.0.0/24').and.to.include('fd10:99::/64').and.to.include('64500').and.to.include(String(router.asn))
    })
  }
})
