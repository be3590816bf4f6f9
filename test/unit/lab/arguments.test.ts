import { expect } from 'chai'
import { type Command, parseArguments } from '../../lab/arguments.ts'

const understood: Readonly<Record<string, readonly [readonly string[], Command]>> = {
  'up with nothing said': [['up'], { verb: 'up', name: 'lab', nodes: 3, bare: false, routers: ['frr', 'bird'] }],
  'up with everything said': [
    ['up', '--name', 'a', '--nodes', '1', '--bare', '--routers', 'bird,gobgp'],
    { verb: 'up', name: 'a', nodes: 1, bare: true, routers: ['bird', 'gobgp'] },
  ],
  'up without routers': [['up', '--routers=none'], { verb: 'up', name: 'lab', nodes: 3, bare: false, routers: [] }],
  'a flag before the command': [['--name=b', 'down'], { verb: 'down', name: 'b' }],
  'a list': [['list'], { verb: 'list' }],
  'a power cut': [['kill-node', 'n2'], { verb: 'kill-node', name: 'lab', node: 'n2' }],
  'a command for a node, with flags that are not ours': [
    ['exec', 'n1', '--name', 'c', '--', 'ip', '--name', 'x', '--', 'y'],
    { verb: 'exec', name: 'c', place: 'n1', argv: ['ip', '--name', 'x', '--', 'y'] },
  ],
  'a request for help, whatever stands beside it': [['up', '--help'], { verb: 'help' }],
}

const refused: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'no command': [[], /no command/],
  'a command that does not exist': [['destroy'], /no command "destroy"/],
  'a command named like a property of every object': [['toString'], /no command "toString"/],
  'a flag that does not exist': [['up', '--node', '3'], /--node/],
  'a flag that another command takes': [['down', '--bare'], /down takes no --bare/],
  'a flag without its value': [['up', '--name'], /--name/],
  'a number of nodes that is none': [['up', '--nodes', 'three'], /--nodes three: not a number/],
  'a negative number of nodes': [['up', '--nodes=-1'], /--nodes -1: not a number/],
  'a router that there is none of': [
    ['up', '--routers', 'frr,cisco'],
    /--routers frr,cisco: give none, or each at most once: frr, bird, gobgp/,
  ],
  'a router twice': [['up', '--routers', 'frr,frr'], /--routers frr,frr/],
  'a second operand': [['kill-node', 'n1', 'n2'], /kill-node does not know what to do with "n2"/],
  'an operand for a command without': [['up', 'n1'], /up does not know what to do with "n1"/],
  'a power cut without a node': [['kill-node'], /kill-node needs a NODE/],
  'exec without a place': [['exec', '--', 'ls'], /exec needs a PLACE/],
  'exec without a command': [['exec', 'n1'], /exec needs a command behind "--"/],
  'exec without the border': [['exec', 'n1', 'ls'], /the command stands behind "--"/],
  'a border for a command that runs nothing': [['down', '--', 'x'], /down takes nothing behind "--"/],
}

describe('the arguments of the lab', () => {
  for (const [name, [argv, command]] of Object.entries(understood)) {
    it(`say ${name}`, () => expect(parseArguments(argv)).to.deep.equal({ ok: true, value: command }))
  }
  for (const [name, [argv, reason]] of Object.entries(refused)) {
    it(`are refused with ${name}`, () => {
      const result = parseArguments(argv)
      expect(result.ok).to.equal(false)
      if (!result.ok) expect(result.error).to.match(reason)
    })
  }
})
