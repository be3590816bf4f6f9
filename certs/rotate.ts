// Keeps the serving certificate in its Secret, together with the other replicas.
import type { KubeClient } from '../kube/client.ts'
import type { Clock } from '../kube/clock.ts'
import type { Logger } from '../kube/logger.ts'

/** PEM. */
export interface Certificates {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface CertificateKeeper {
  /** Undefined until the Secret holds a usable set. */
  current(): Certificates | undefined
  /** Called with each new set; returns the way to stop. */
  onChange(listener: (certificates: Certificates) => void): () => void
  stop(): Promise<void>
}

export function keepCertificates(_options: {
  readonly client: KubeClient
  readonly namespace: string
  readonly secretName: string
  /** The first is the subject's common name. */
  readonly dnsNames: readonly string[]
  readonly log: Logger
  readonly clock?: Clock
}): CertificateKeeper {
  throw new Error('written next')
}
