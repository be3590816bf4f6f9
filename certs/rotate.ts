// Keeps the serving certificate in its Secret, together with the other replicas.
//
// Every replica watches the Secret and, when plan.ts says so, makes a new set and tries to write it over the version it saw. The API server lets one of them
// win; the others see the winner's set come by in their watch and use that. What is served is always what the Secret holds.
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import type { Secret } from '../core/objects.ts'
import { instant } from '../core/time.ts'
import { ApiError, type KubeClient, resources } from '../kube/client.ts'
import { type Clock, systemClock } from '../kube/clock.ts'
import { type Logger, named } from '../kube/logger.ts'
import { Reflector, type ReflectorTiming } from '../kube/reflector.ts'
import { type Holdings, periodsFrom, planCertificates } from './plan.ts'

/** PEM. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface CertificateKeeper {
  /** Undefined until the Secret holds a usable set; then the last usable one, whatever becomes of the Secret. */
  current(): Certificates | undefined
  /** Called with each new set from now on; returns the way to stop. */
  onChange(listener: (certificates: Certificates) => void): () => void
  stop(): Promise<void>
}

export interface KeeperOptions {
  readonly client: KubeClient
  readonly namespace: string
  /** It must exist: we may change this one Secret, not create any. */
  readonly secretName: string
  /** The names of the Service; the first is the certificate's common name. */
  readonly dnsNames: readonly string[]
  readonly log: Logger
  readonly clock?: Clock
  readonly timing?: Partial<ReflectorTiming>
}

const entries = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'] as const
type Entry = (typeof entries)[number]

/** Expiry is looked at this often, besides each change of the Secret. */
const checkMs = 12 * 3_600_000

/** After a write that failed. */
const retryMs = 5_000

export function keepCertificates(options: KeeperOptions): CertificateKeeper {
  const keeper = new Keeper(options)
  keeper.start()
  return keeper
}

class Keeper implements CertificateKeeper {
  readonly #options: KeeperOptions
  readonly #clock: Clock
  readonly #log: Logger
  readonly #reflector: Reflector<Secret>
  readonly #listeners = new Set<(certificates: Certificates) => void>()
  readonly #stopping = new AbortController()
  #current: Certificates | undefined
  #running: Promise<void> | undefined
  /** Aborted to end the pause between two looks. */
  #pause = new AbortController()
  #absenceTold = false

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#log = named(options.log, 'certs/rotate').child({ secret: `${options.namespace}/${options.secretName}` })
    this.#reflector = new Reflector<Secret>({
      client: options.client,
      resource: resources.secrets,
      namespace: options.namespace,
      fieldSelector: `metadata.name=${options.secretName}`,
      log: options.log,
      clock: this.#clock,
      ...(options.timing === undefined ? {} : { timing: options.timing }),
    })
  }

  start(): void {
    this.#reflector.store.subscribe(() => this.#pause.abort())
    this.#reflector.start()
    this.#running = this.#run()
  }

  current(): Certificates | undefined {
    return this.#current
  }

  onChange(listener: (certificates: Certificates) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'))
    this.#pause.abort()
    await this.#reflector.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([this.#reflector.whenSynced(), stopped])
    while (!signal.aborted) {
      const pause = new AbortController()
      this.#pause = pause
      const ms = await this.#look()
      // A stop during the look found the pause before this one.
      if (!signal.aborted) await this.#clock.sleep(ms, pause.signal)
    }
  }

  /** Reads, decides, acts. @returns milliseconds until the next look, unless the Secret changes before */
  async #look(): Promise<number> {
    const secret = this.#reflector.store.list()[0]
    if (secret === undefined) return this.#absent()
    this.#absenceTold = false
    const values = decode(secret)
    const now = instant(this.#clock.wall())
    const plan = planCertificates(inspect(values), this.#options.dnsNames, now)
    if (plan.action === 'keep') {
      this.#adopt({ ca: values['ca.crt'], cert: values['tls.crt'], key: values['tls.key'] })
      return Math.min(checkMs, plan.nextCheck - now)
    }
    this.#log.info({ event: 'certificateNeeded', reason: plan.why })
    return this.#make(secret)
  }

  #absent(): number {
    const { namespace, secretName } = this.#options
    if (!this.#absenceTold)
      this.#log.error({
        event: 'secretAbsent',
        reason: `Secret ${namespace}/${secretName} does not exist and this ServiceAccount may not create it: apply the manifests again`,
      })
    this.#absenceTold = true
    return checkMs
  }

  async #make(secret: Secret): Promise<number> {
    const data = await this.#newSet()
    try {
      await this.#options.client.replace(resources.secrets, { ...secret, data: { ...secret.data, ...data } } satisfies Secret, {
        signal: this.#stopping.signal,
      })
      this.#log.info({ event: 'certificateWritten' })
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0
      if (error instanceof ApiError && error.status === 409) this.#log.info({ event: 'certificateFromOtherReplica' })
      else this.#log.error({ event: 'certificateNotWritten', err: error })
    }
    // Either way the watch brings what the Secret holds now; should it not, we look again.
    return retryMs
  }

  async #newSet(): Promise<Readonly<Record<Entry, string>>> {
    // Loaded when it is needed: a replica that finds a good set, as almost all do, goes without the memory that issuing takes.
    const { issueAuthority, issueCertificate } = await import('./issue.ts')
    const { dnsNames } = this.#options
    const [commonName = ''] = dnsNames
    const periods = periodsFrom(instant(this.#clock.wall()))
    const dates = ({ notBefore, notAfter }: typeof periods.leaf) => ({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) })
    const generation = randomBytes(8).toString('hex')
    const authority = await issueAuthority({ commonName: `metallb-${generation}`, organization: 'metallb', ...dates(periods.authority) })
    const leaf = await issueCertificate({ authority, subject: { commonName }, dnsNames, usage: 'server', ...dates(periods.leaf) })
    return {
      'ca.crt': encode(authority.certificate),
      'ca.key': encode(authority.key),
      'tls.crt': encode(leaf.certificate),
      'tls.key': encode(leaf.key),
    }
  }

  #adopt(certificates: Certificates): void {
    if (this.#current?.cert === certificates.cert && this.#current.ca === certificates.ca && this.#current.key === certificates.key) return
    this.#current = certificates
    this.#log.info({ event: 'certificateAdopted', expires: new X509Certificate(certificates.cert).validToDate.toISOString() })
    for (const listener of this.#listeners) listener(certificates)
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** An absent entry reads as ''. */
function decode(secret: Secret): Readonly<Record<Entry, string>> {
  const value = (entry: Entry): string => Buffer.from(secret.data?.[entry] ?? '', 'base64').toString('utf8')
  return { 'ca.crt': value('ca.crt'), 'ca.key': value('ca.key'), 'tls.crt': value('tls.crt'), 'tls.key': value('tls.key') }
}

/** What plan.ts wants to know about the four texts. */
export function inspect(values: Readonly<Record<Entry, string>>): Holdings {
  const missing = entries.filter((entry) => values[entry] === '')
  if (missing.length > 0) return { state: 'empty', missing }
  let entry: Entry = 'ca.crt'
  try {
    const authority = new X509Certificate(values[entry])
    entry = 'tls.crt'
    const leaf = new X509Certificate(values[entry])
    entry = 'ca.key'
    const authorityKey = createPrivateKey(values[entry])
    entry = 'tls.key'
    const leafKey = createPrivateKey(values[entry])
    return {
      state: 'readable',
      authority: periodOf(authority),
      leaf: periodOf(leaf),
      dnsNames: dnsNamesOf(leaf),
      leafKeyFits: leaf.checkPrivateKey(leafKey),
      authorityKeyFits: sameKey(authority.publicKey, authorityKey),
      signedByAuthority: leaf.checkIssued(authority) && leaf.verify(authority.publicKey),
    }
  } catch (error) {
    return { state: 'unreadable', entry, why: error instanceof Error ? error.message : String(error) }
  }
}

function periodOf(certificate: X509Certificate): {
  readonly notBefore: ReturnType<typeof instant>
  readonly notAfter: ReturnType<typeof instant>
} {
  return { notBefore: instant(certificate.validFromDate.getTime()), notAfter: instant(certificate.validToDate.getTime()) }
}

function dnsNamesOf(certificate: X509Certificate): readonly string[] {
  return (certificate.subjectAltName ?? '').split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []))
}

function sameKey(publicKey: KeyObject, privateKey: KeyObject): boolean {
  return createPublicKey(privateKey).equals(publicKey)
}
