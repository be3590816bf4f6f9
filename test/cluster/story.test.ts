// The demo's story, chapter by chapter.
import { chapters } from '../../demo/chapters.ts'
import type { Narrator } from '../../demo/narrator.ts'
import type { Stage } from '../../demo/stage.ts'
import { productLab } from './product-lab.ts'

const silent: Narrator = { chapter: () => undefined, command: () => undefined, output: () => undefined, checked: () => undefined }

describe('the story of the demo', () => {
  let stage: Stage

  before(async function () {
    this.timeout(180_000)
    stage = { ...(await productLab()), narrator: silent, measurements: new Map() }
  })

  for (const { title, tell } of chapters) it(title, () => tell(stage))

  after(async () => {
    await stage.lab.kubectl(['delete', 'services,deployments', '--all', '-n', 'default', '--wait'])
    await stage.lab.kubectl([
      'delete',
      'ipaddresspools,l2advertisements,bgppeers,bgpadvertisements',
      '--all',
      '-n',
      'metallb-system',
      '--wait',
    ])
  })
})
