// Secrets that somebody names, one watch for each: no other Secret of the namespace enters this process.
import type { Secret } from '../../core/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Logger } from '../../kube/logger.ts'
import { Reflector } from '../../kube/reflector.ts'
import { resources } from '../../kube/resources.ts'

export interface NamedSecretsOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly log: Logger
  /** One of them came, went or changed. */
  readonly onChange: () => void
}

export class NamedSecrets {
  readonly #options: NamedSecretsOptions
  readonly #reflectors = new Map<string, Reflector<Secret>>()

  constructor(options: NamedSecretsOptions) {
    this.#options = options
  }

  /** Watches these and no others. */
  want(names: ReadonlySet<string>): void {
    for (const [name, reflector] of this.#reflectors) {
      if (names.has(name)) continue
      this.#reflectors.delete(name)
      void reflector.stop()
    }
    for (const name of names) if (!this.#reflectors.has(name)) this.#watch(name)
  }

  /** Whether it is known by now what the Secret holds, or that there is none. */
  isKnown(name: string): boolean {
    return this.#reflectors.get(name)?.synced === true
  }

  /** Values by `name/key`, as text. */
  values(): ReadonlyMap<string, string> {
    const secrets = [...this.#reflectors.values()].flatMap(({ store }) => store.list())
    return new Map(
      secrets.flatMap(({ metadata, data }) =>
        Object.entries(data ?? {}).map(([key, value]) => [`${metadata.name}/${key}`, Buffer.from(value, 'base64').toString()] as const),
      ),
    )
  }

  #watch(name: string): void {
    const { client, namespace, log, onChange } = this.#options
    const fieldSelector = `metadata.name=${name}`
    const reflector = new Reflector<Secret>({ client, resource: resources.secrets, namespace, fieldSelector, log })
    this.#reflectors.set(name, reflector)
    reflector.start()
    void reflector.whenSynced().then(() => {
      onChange()
      reflector.store.subscribe(onChange)
    })
  }
}
