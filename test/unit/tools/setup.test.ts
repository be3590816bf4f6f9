import { expect } from 'chai'
import { cacheFolder, cacheKey } from '../../../tools/cache.ts'
import { explainAptFailure, missingPackages } from '../../../tools/debian-packages.ts'
import { explainBuildFailure, linkerFlags, minorVersion, requiredVersion } from '../../../tools/kubernetes-binaries.ts'
import { formatSeconds } from '../../../tools/progress.ts'

describe('the cache', () => {
  const folders: Record<string, [Record<string, string>, string]> = {
    'lies where METALLB_CACHE says': [{ METALLB_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
    'else below XDG_CACHE_HOME': [{ XDG_CACHE_HOME: '/b' }, '/b/metallb'],
  }
  for (const [name, [env, folder]] of Object.entries(folders)) it(name, () => expect(cacheFolder(env)).to.equal(folder))

  it('keys the same inputs alike, and tells where one input ends', () => {
    expect(cacheKey('go.mod', 'go.sum')).to.equal(cacheKey('go.mod', 'go.sum'))
    expect(cacheKey('go.mod', 'go.sum')).not.to.equal(cacheKey('go.modg', 'o.sum'))
    expect(cacheKey('a')).not.to.equal(cacheKey('a', ''))
    expect(cacheKey(Buffer.from('a'))).to.equal(cacheKey('a'))
  })
})

describe('the set-up', () => {
  it('finds the packages that dpkg does not have, half removed ones among them', () => {
    const dpkg = 'installed curl\nconfig-files arping\ninstalled runc\n'
    expect(missingPackages(dpkg, ['curl', 'arping', 'runc', 'tshark'])).to.deep.equal(['arping', 'tshark'])
  })

  it('reads a required version in a block and on a line of its own', () => {
    expect(requiredVersion('require (\n\tk8s.io/api v0.36.3\n\tk8s.io/kubernetes v1.36.3 // indirect\n)\n', 'k8s.io/kubernetes')).to.equal(
      '1.36.3',
    )
    expect(requiredVersion('require k8s.io/kubernetes v1.36.3\n', 'k8s.io/kubernetes')).to.equal('1.36.3')
    expect(() => requiredVersion('module x\n', 'k8s.io/kubernetes')).to.throw('does not require')
  })

  it('tells Kubernetes its release', () => {
    expect(linkerFlags()).to.equal('-s -w')
    expect(linkerFlags('1.36.3')).to.match(/gitVersion=v1\.36\.3 .*gitMajor=1 .*gitMinor=36$/)
  })

  const versions: Record<string, string | undefined> = {
    'Kubernetes v1.36.3': '1.36',
    'etcd Version: 3.6.16\nGit SHA: Not provided\nGo Version: go1.26.8': '3.6',
    'Client Version: v1.32.0\nKustomize Version: v5.5.0': '1.32',
    'Segmentation fault': undefined,
  }
  for (const [text, version] of Object.entries(versions))
    it(`reads ${version} from "${text.split('\n')[0]}"`, () => expect(minorVersion(text)).to.equal(version))

  const failures: Record<string, [explained: string, says: RegExp]> = {
    'go without network': [
      explainBuildFailure('etcd', 'go: x@v1: Get "https://proxy": dial tcp: lookup proxy: no such host'),
      /^no network .*GOPROXY/,
    ],
    'go without space': [explainBuildFailure('etcd', 'write /tmp/x: no space left on device'), /^no space left .*GOCACHE/],
    'go too old and not allowed to fetch': [
      explainBuildFailure('etcd', 'go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)'),
      /^this Go is too old .*GOTOOLCHAIN/,
    ],
    'go with anything else': [explainBuildFailure('etcd', 'a\nmain.go:1: syntax error'), /^compiling etcd failed: a main\.go:1/],
    'apt without network': [explainAptFailure('E: Temporary failure resolving deb.debian.org', ['curl']), /^no network .*curl/],
    'apt without space': [explainAptFailure("E: You don't have enough free space in /var/cache/apt/archives/", ['curl']), /^no space left/],
    'apt beside another apt': [explainAptFailure('E: Could not get lock /var/lib/dpkg/lock-frontend', ['curl']), /lock/],
    'apt with anything else': [explainAptFailure('E: Unable to locate package curl', ['curl']), /^apt-get cannot install curl: E: Unable/],
  }
  for (const [name, [explained, says]] of Object.entries(failures))
    it(`explains in one line: ${name}`, () => {
      expect(explained).to.match(says)
      expect(explained).not.to.contain('\n')
    })

  it('writes durations for people', () => {
    expect([0, 59.4, 60, 185].map(formatSeconds)).to.deep.equal(['0 s', '59 s', '1 min 00 s', '3 min 05 s'])
  })
})
