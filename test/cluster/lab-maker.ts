// A process that makes a lab with one node, so that a test can kill it: `lab-maker.ts NAME TOOLCHAIN IMAGES` (the latter two in JSON).

import type { Toolchain } from '../../tools/setup.ts'
import { type LabImages, upLab } from '../lab/lab.ts'

const [name = '', toolchain = '', images = ''] = process.argv.slice(2)
await upLab({ name, nodes: 1, bare: true }, JSON.parse(toolchain) as Toolchain, JSON.parse(images) as LabImages)
