// What may be spoken on the admission port, from MetalLB's flags: the names and numbers are Go's, what TLS is made of here is OpenSSL.
import { nearest } from '../core/nearest.ts'
import { fail, ok, type Result } from '../core/result.ts'

export const tlsVersions = ['VersionTLS12', 'VersionTLS13'] as const

export interface TlsFlags {
  readonly minVersion: (typeof tlsVersions)[number]
  /** Comma list of Go's names; empty for OpenSSL's own choice. */
  readonly cipherSuites: string
  /** Comma list of numbers (IANA, TLS Supported Groups); empty for OpenSSL's own choice. */
  readonly curvePreferences: string
}

/** As node:tls takes them. */
export interface TlsOptions {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers?: string
  readonly ecdhCurve?: string
}

/** TLS 1.3 has its own, which nobody chooses; without them in the list OpenSSL would not speak it. */
const suitesOfTls13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']

/** Those of TLS 1.2 that Go calls secure. */
const cipherSuites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
}

const curves: Readonly<Record<string, string>> = {
  '23': 'prime256v1',
  '24': 'secp384r1',
  '25': 'secp521r1',
  '29': 'X25519',
  '4587': 'SecP256r1MLKEM768',
  '4588': 'X25519MLKEM768',
  '4589': 'SecP384r1MLKEM1024',
}

/** @returns the options; or in one line what is wrong with which flag */
export function readTlsOptions(flags: TlsFlags): Result<TlsOptions, string> {
  const minVersion = flags.minVersion === 'VersionTLS12' ? 'TLSv1.2' : 'TLSv1.3'
  const suites = readList('--tls-cipher-suites', flags.cipherSuites, cipherSuites)
  if (!suites.ok) return suites
  if (suites.value.length > 0 && minVersion === 'TLSv1.3')
    return fail(
      '--tls-cipher-suites cannot be chosen for TLS 1.3, which has its own: leave it empty, or set --tls-min-version=VersionTLS12',
    )
  const groups = readList('--tls-curve-preferences', flags.curvePreferences, curves)
  if (!groups.ok) return groups
  return ok({
    minVersion,
    ...(suites.value.length === 0 ? {} : { ciphers: [...suitesOfTls13, ...suites.value].join(':') }),
    ...(groups.value.length === 0 ? {} : { ecdhCurve: groups.value.join(':') }),
  })
}

function readList(flag: string, text: string, known: Readonly<Record<string, string>>): Result<readonly string[], string> {
  if (text.trim() === '') return ok([])
  const found: string[] = []
  for (const word of text.split(',').map((part) => part.trim())) {
    const name = Object.hasOwn(known, word) ? known[word] : undefined
    if (name === undefined) return fail(unknownWord(flag, word, Object.keys(known)))
    if (found.includes(name)) return fail(`${flag}: ${JSON.stringify(word)} is there twice`)
    found.push(name)
  }
  return ok(found)
}

function unknownWord(flag: string, word: string, known: readonly string[]): string {
  const guess = /^\d*$/.test(word) ? undefined : nearest(word, known)
  const hint = guess === undefined ? `known are ${known.join(', ')}` : `did you mean ${guess}?`
  return `${flag}: ${JSON.stringify(word.slice(0, 80))} is not known; ${hint}`
}
