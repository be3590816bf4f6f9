// Flags of MetalLB's own binaries that mean nothing here: whoever brings his command line along must not be stopped by them.
import type { FlagTable } from './flags.ts'
import type { Logger } from './logger.ts'

const text = (env?: string): { readonly kind: 'text'; readonly default: ''; readonly help: string; readonly env?: string } => ({
  kind: 'text',
  default: '',
  help: "one of MetalLB's, accepted without effect",
  ...(env === undefined ? {} : { env }),
})
const onOff = { kind: 'switch', default: false, help: "one of MetalLB's, accepted without effect" } as const

const everywhere = {
  'pprof-bind-address': text(),
  'metrics-cert-dir': text(),
} as const

/** They are the webhook's here, or the image's. */
export const foreignToController = {
  ...everywhere,
  'disable-cert-rotation': onOff,
  'cert-dir': text(),
  'cert-service-name': text(),
  'webhook-mode': text(),
  'webhook-secret': text(),
  'webhook-http2': onOff,
  'tls-min-version': text(),
  'tls-cipher-suites': text(),
  'tls-curve-preferences': text(),
} as const satisfies FlagTable

/** There is no FRR here, and no membership yet. */
export const foreignToSpeaker = {
  ...everywhere,
  host: text('METALLB_HOST'),
  'ml-bindaddr': text('METALLB_ML_BIND_ADDR'),
  'ml-bindport': text('METALLB_ML_BIND_PORT'),
  'ml-labels': text('METALLB_ML_LABELS'),
  'ml-secret-key-path': text('METALLB_ML_SECRET_KEY_PATH'),
  'ml-wan-config': onOff,
  'frrk8s-namespace': text('FRRK8S_NAMESPACE'),
  'frrk8s-secret-passthrough': onOff,
  'bgp-debounce-timeout': text('METALLB_BGP_DEBOUNCE_TIMEOUT'),
  'tls-min-version': text(),
  'tls-cipher-suites': text(),
  'tls-curve-preferences': text(),
} as const satisfies FlagTable

/** Our own manifests give them, for those who read them in the Pod. */
const ours: ReadonlySet<string> = new Set(['host'])

/** One line about all of them, so that nobody waits for their effect. */
export function tellForeign(flags: Readonly<Record<string, unknown>>, foreign: FlagTable, log: Logger): void {
  const given = Object.keys(foreign).filter((name) => flags[name] !== '' && flags[name] !== false && !ours.has(name))
  if (given.length > 0) log.info({ event: 'flagsIgnored', flags: given.join(',') }, 'these flags have no effect here')
}
