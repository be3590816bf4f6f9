import { createSecureContext } from 'node:tls'
import { expect } from 'chai'
import { readTlsOptions, type TlsFlags } from '../../../webhook/tls-options.ts'

const none: TlsFlags = { minVersion: 'VersionTLS13', cipherSuites: '', curvePreferences: '' }
const older: TlsFlags = { ...none, minVersion: 'VersionTLS12' }
const tls13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'

const good: Readonly<Record<string, readonly [flags: TlsFlags, options: object]>> = {
  'TLS 1.3 when nothing is said': [none, { minVersion: 'TLSv1.3' }],
  'TLS 1.2': [older, { minVersion: 'TLSv1.2' }],
  'cipher suites of TLS 1.2 by their names in Go, beside those of TLS 1.3': [
    { ...older, cipherSuites: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305' },
    { minVersion: 'TLSv1.2', ciphers: `${tls13}:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305` },
  ],
  'curves by their numbers': [
    { ...none, curvePreferences: '4588,29,23,24,25,4587,4589' },
    { minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768:X25519:prime256v1:secp384r1:secp521r1:SecP256r1MLKEM768:SecP384r1MLKEM1024' },
  ],
}

const bad: Readonly<Record<string, readonly [flags: TlsFlags, error: RegExp]>> = {
  'cipher suites for TLS 1.3': [
    { ...none, cipherSuites: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' },
    /^--tls-cipher-suites cannot be chosen for TLS 1\.3, which has its own: leave it empty, or set --tls-min-version=VersionTLS12$/,
  ],
  'a misspelt cipher suite': [
    { ...older, cipherSuites: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA' },
    /^--tls-cipher-suites: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA" is not known; did you mean TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\?$/,
  ],
  'a cipher suite that Go calls insecure': [{ ...older, cipherSuites: 'TLS_RSA_WITH_RC4_128_SHA' }, /is not known/],
  'a property that every object has': [{ ...older, cipherSuites: 'constructor' }, /"constructor" is not known; known are TLS_/],
  'an empty place in a list': [{ ...none, curvePreferences: '29,' }, /^--tls-curve-preferences: "" is not known; known are 23, 24/],
  'a curve by its name': [{ ...none, curvePreferences: 'X25519' }, /"X25519" is not known; known are 23, 24, 25, 29, 4587, 4588, 4589$/],
  'a curve twice': [{ ...none, curvePreferences: '29,23,29' }, /^--tls-curve-preferences: "29" is there twice$/],
  'a cipher suite under both of its names': [
    { ...older, cipherSuites: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256' },
    /is there twice$/,
  ],
}

describe('The flags of TLS', () => {
  for (const [name, [flags, options]] of Object.entries(good)) {
    it(`take ${name}, which OpenSSL knows`, () => {
      const read = readTlsOptions(flags)
      expect(read).to.deep.equal({ ok: true, value: options })
      if (read.ok) createSecureContext(read.value)
    })
  }
  for (const [name, [flags, error]] of Object.entries(bad)) {
    it(`refuse ${name}`, () => {
      const read = readTlsOptions(flags)
      expect(read.ok ? '' : read.error).to.match(error)
    })
  }
})
