import { expect } from 'chai'
import { isUnified, labGroups, parseHierarchies } from '../../lab/cgroup.ts'

const version1 = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
`
const version2 = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`

describe('the hierarchies of control groups', () => {
  it('of version 1 are one for each set of controllers, and an empty one of version 2', () => {
    const found = parseHierarchies(version1)
    expect(found.map(({ mountPoint, controllers }) => [mountPoint, ...controllers])).to.deep.equal([
      ['/sys/fs/cgroup/cpu,cpuacct', 'cpu', 'cpuacct'],
      ['/sys/fs/cgroup/memory', 'memory'],
      ['/sys/fs/cgroup/systemd', 'name=systemd'],
      ['/sys/fs/cgroup/unified'],
    ])
    expect(isUnified(found)).to.equal(false)
  })

  it('of version 2 are one', () => {
    const found = parseHierarchies(version2)
    expect(found).to.deep.equal([{ mountPoint: '/sys/fs/cgroup', version: 2, controllers: [] }])
    expect(isUnified(found)).to.equal(true)
    expect(labGroups('a', found)).to.deep.equal(['/sys/fs/cgroup/metallb-lab-a'])
  })

  it('are counted once, however often they are mounted', () => {
    expect(parseHierarchies(version1 + version1)).to.have.lengthOf(4)
  })
})
