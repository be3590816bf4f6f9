// Keeps the serving certificate in its Secret, together with the other replicas.
//
// Every replica watches the Secret and does what plan.ts says: it makes what is missing and tries to write it over the version that it saw. The API server lets
// one of them win; the others see the winner's set come by in their watch and use that. What is served is always what the Secret holds, or held last.
import { randomBytes } from 'node:crypto'
import type { Secret } from '../core/objects.ts'
import { type Instant, instant, type Millis, millis } from '../core/time.ts'
import { wordsOf } from '../kube/api-error.ts'
import { ApiError, type KubeClient, resources } from '../kube/client.ts'
import { type Clock, systemClock } from '../kube/clock.ts'
import { type Logger, named } from '../kube/logger.ts'
import { Reflector, type ReflectorTiming } from '../kube/reflector.ts'
import type { ObjectMeta } from '../schemas/object-meta.ts'
import { authorityOf, bundleOf, dataWith, inspect, noTexts, type Texts, textsOf } from './io/secret.ts'
import type { Issued } from './issue.ts'
import { type CertificateStep, type Holdings, type Period, periodsFrom, planCertificates, servingFlaw } from './plan.ts'

/** PEM, and instants since the epoch. */
export interface Certificates {
  /** Everything that the API server shall trust: the authority, and those that come and go. */
  readonly bundle: string
  /** The one that has signed `cert`. */
  readonly authority: string
  readonly cert: string
  readonly key: string
  readonly authorityExpires: Instant
  readonly expires: Instant
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
  readonly secretName: string
  /** Of the Secret, should it have to be created without ever having been there. */
  readonly labels: Readonly<Record<string, string>>
  /** The names of the Service; the first is the certificate's common name. */
  readonly dnsNames: readonly string[]
  /** False: somebody else fills the Secret, and it is only read. */
  readonly rotates: boolean
  /** Whether whoever calls us trusts this authority by now. */
  readonly isTrusted: (authority: string) => boolean
  readonly log: Logger
  readonly clock?: Clock
  readonly timing?: Partial<ReflectorTiming>
}

/** What is served. */
interface Served {
  readonly texts: Texts
  readonly held: Holdings
  readonly certificates: Certificates
}

/** Expiry is looked at this often, besides each change of the Secret. */
const checkMs = 12 * 3_600_000
/** While something is waited for. */
const lookMs = 1_000
/** After a write that failed. */
const retryMs = 5_000
/** Whoever uninstalls us deletes the Secret too, shortly before or after us: it must not come back then. */
const absencePatienceMs = 5_000

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
  #served: Served | undefined
  #running: Promise<void> | undefined
  /** Aborted to end the pause between two looks. */
  #pause = new AbortController()
  /** As the Secret had them last: tools that own it know it by them when it comes back. */
  #marks: Pick<ObjectMeta, 'labels' | 'annotations'>
  /** Monotonic. */
  #absentSince: number | undefined
  /** Since when the next authority is trusted; monotonic. */
  #trust: { readonly authority: string; readonly since: number } | undefined
  /** Lasting conditions are said when they begin. */
  #lastSaid = ''

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#marks = { labels: options.labels }
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
    return this.#served?.certificates
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
    const { dnsNames: names, rotates } = this.#options
    const secret = this.#reflector.store.list()[0]
    const patience = this.#patienceFor(secret)
    if (patience > 0) return patience
    const texts = secret === undefined ? noTexts : textsOf(secret)
    const held = inspect(texts)
    const now = instant(this.#clock.wall())
    if (servingFlaw(held, names, now) === undefined) this.#adopt(texts, held)
    const step = planCertificates(held, { names, served: this.#served?.held, nextTrustedFor: this.#nextTrustedFor(texts, held) }, now)
    if (step.action === 'keep') return Math.min(checkMs, Math.max(lookMs, step.nextCheck - now))
    if (!rotates) return this.#leave(step.why)
    this.#log.info({ event: 'certificateStep', action: step.action, reason: step.why }, 'a step of the certificate rotation')
    return this.#write(secret, await this.#textsAfter(step, texts, now))
  }

  /** How much longer an absent Secret is waited for, in milliseconds; remembers what it looked like. */
  #patienceFor(secret: Secret | undefined): number {
    const now = this.#clock.now()
    if (secret === undefined) this.#absentSince ??= now
    else {
      this.#absentSince = undefined
      const { labels, annotations } = secret.metadata
      this.#marks = { ...(labels && { labels }), ...(annotations && { annotations }) }
    }
    return this.#absentSince === undefined ? 0 : Math.max(0, absencePatienceMs - (now - this.#absentSince))
  }

  #nextTrustedFor(texts: Texts, held: Holdings): Millis | undefined {
    const authority = texts['next-ca.crt']
    if (held.next === undefined || !this.#options.isTrusted(authority)) {
      this.#trust = undefined
      return undefined
    }
    const now = this.#clock.now()
    if (this.#trust?.authority !== authority) this.#trust = { authority, since: now }
    return millis(now - this.#trust.since)
  }

  #leave(why: string): number {
    if (this.#isNews(why)) this.#log.warn({ event: 'certificateNotOurs' }, `${why}; with --disable-cert-rotation somebody else has to`)
    return checkMs
  }

  async #write(secret: Secret | undefined, texts: Texts): Promise<number> {
    const { client, namespace, secretName } = this.#options
    const { signal } = this.#stopping
    try {
      if (secret === undefined) {
        const metadata = { name: secretName, namespace, ...this.#marks }
        await client.create(
          resources.secrets,
          { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: dataWith({}, texts) },
          { signal },
        )
      } else {
        await client.replace(resources.secrets, { ...secret, data: dataWith(secret.data, texts) } satisfies Secret, { signal })
      }
      this.#lastSaid = ''
      this.#log.info({ event: 'certificateWritten' }, 'the Secret with the certificates is written')
    } catch (error) {
      if (signal.aborted) return 0
      if (error instanceof ApiError && error.status === 409)
        this.#log.info({ event: 'certificateFromOtherReplica' }, 'another replica has written the certificates')
      else if (this.#isNews(wordsOf(error)))
        this.#log.error({ event: 'certificateNotWritten', err: error }, 'the Secret with the certificates could not be written')
    }
    // Either way the watch brings what the Secret holds now; should it not, we look again.
    return retryMs
  }

  async #textsAfter({ action }: CertificateStep, texts: Texts, now: Instant): Promise<Texts> {
    const {
      'ca.crt': certificate,
      'ca.key': key,
      'next-ca.crt': nextCertificate,
      'next-ca.key': nextKey,
      'previous-ca.crt': previous,
    } = texts
    switch (action) {
      case 'keep':
        return texts
      case 'restore':
        return this.#served?.texts ?? texts
      case 'retire':
        return { ...texts, 'previous-ca.crt': '' }
      case 'announce': {
        const next = await this.#newAuthority(now)
        return { ...texts, 'next-ca.crt': next.certificate, 'next-ca.key': next.key }
      }
      case 'renew':
        return { ...texts, ...(await this.#signedBy({ certificate, key }, now)) }
      case 'switch': {
        const next = { certificate: nextCertificate, key: nextKey }
        return { ...noTexts, ...(await this.#signedBy(next, now)), 'previous-ca.crt': `${previous}${certificate}` }
      }
      case 'make':
        return { ...noTexts, ...(await this.#signedBy(await this.#newAuthority(now), now)) }
    }
  }

  async #newAuthority(now: Instant): Promise<Issued> {
    // Loaded when it is needed: a replica that finds a good set, as almost all do, goes without the memory that issuing takes.
    const { issueAuthority } = await import('./issue.ts')
    const commonName = `metallb-${randomBytes(8).toString('hex')}`
    return issueAuthority({ commonName, organization: 'metallb', ...datesOf(periodsFrom(now).authority) })
  }

  async #signedBy(authority: Issued, now: Instant): Promise<Pick<Texts, 'ca.crt' | 'ca.key' | 'tls.crt' | 'tls.key'>> {
    const { issueCertificate } = await import('./issue.ts')
    const { dnsNames } = this.#options
    const [commonName = ''] = dnsNames
    const held = inspect({ ...noTexts, 'ca.crt': authority.certificate }).authority
    const { leaf: period } = periodsFrom(now, 'flaw' in held ? undefined : held)
    const leaf = await issueCertificate({ authority, subject: { commonName }, dnsNames, usage: 'server', ...datesOf(period) })
    return { 'ca.crt': authority.certificate, 'ca.key': authority.key, 'tls.crt': leaf.certificate, 'tls.key': leaf.key }
  }

  #adopt(texts: Texts, held: Holdings): void {
    if ('flaw' in held.authority || 'flaw' in held.leaf) return
    const before = this.#served?.certificates
    const certificates: Certificates = {
      bundle: bundleOf(texts),
      authority: authorityOf(texts),
      cert: texts['tls.crt'],
      key: texts['tls.key'],
      authorityExpires: held.authority.notAfter,
      expires: held.leaf.notAfter,
    }
    this.#served = { texts, held, certificates }
    if (before?.cert === certificates.cert && before.key === certificates.key && before.bundle === certificates.bundle) return
    if (before?.cert !== certificates.cert)
      this.#log.info(
        { event: 'certificateAdopted', expires: new Date(held.leaf.notAfter).toISOString() },
        'this certificate is served from now on',
      )
    for (const listener of this.#listeners) listener(certificates)
  }

  #isNews(words: string): boolean {
    const isNews = words !== this.#lastSaid
    this.#lastSaid = words
    return isNews
  }
}

function datesOf({ notBefore, notAfter }: Period): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) }
}
