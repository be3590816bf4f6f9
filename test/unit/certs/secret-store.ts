// One Secret the way the API server keeps it, with watches.

import type { Secret } from '../../../core/objects.ts'
import type { ObjectMeta } from '../../../schemas/object-meta.ts'
import { type Answer, json, line, type SeenRequest, status } from '../kube/scripted-server.ts'

type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

export class SecretStore {
  secret: Secret | undefined
  /** Writes that were accepted. */
  writes = 0
  /** What creations are answered instead. */
  refusal: Answer | undefined
  readonly #watches = new Set<(secret: Secret, type: ChangeType) => void>()
  #version = 0
  #marks: Pick<ObjectMeta, 'labels' | 'annotations'> = { labels: { app: 'metallb' }, annotations: { 'meta.helm.sh/release-name': 'lb' } }

  constructor() {
    this.secret = this.#versioned({})
  }

  readonly answer = (request: SeenRequest): Answer => {
    if (request.method === 'PUT') return this.#put(JSON.parse(request.body) as Secret)
    if (request.method === 'POST') return this.refusal ?? this.#post(JSON.parse(request.body) as Secret)
    if (request.query['watch'] !== 'true') {
      const items = this.secret === undefined ? [] : [this.secret]
      return json({ apiVersion: 'v1', kind: 'SecretList', metadata: { resourceVersion: String(this.#version) }, items })
    }
    return (response) => {
      response.writeHead(200)
      response.flushHeaders()
      this.#watches.add((secret, type) => response.write(line(type, secret)))
    }
  }

  /** PEM of an entry; empty when there is none. */
  text(entry: string): string {
    return Buffer.from(this.secret?.data?.[entry] ?? '', 'base64').toString()
  }

  /** A write by whoever it is. */
  set(data: Readonly<Record<string, string>>): void {
    this.#tell(this.secret === undefined ? 'ADDED' : 'MODIFIED', this.#versioned(data))
  }

  setTexts(texts: Readonly<Record<string, string>>): void {
    this.set(Object.fromEntries(Object.entries(texts).map(([entry, text]) => [entry, Buffer.from(text).toString('base64')])))
  }

  without(entry: string): void {
    const { [entry]: _, ...rest } = this.secret?.data ?? {}
    this.set(rest)
  }

  remove(): void {
    const secret = this.#versioned({})
    this.#tell('DELETED', secret)
    this.secret = undefined
  }

  #put(sent: Secret): Answer {
    if (sent.metadata.resourceVersion !== this.secret?.metadata.resourceVersion)
      return status(409, 'Conflict', 'the object has been modified')
    this.writes++
    this.set(sent.data ?? {})
    return json(this.secret)
  }

  #post(sent: Secret): Answer {
    if (this.secret !== undefined) return status(409, 'AlreadyExists', 'it exists')
    this.writes++
    this.#marks = sent.metadata
    this.set(sent.data ?? {})
    return json(this.secret, 201)
  }

  #versioned(data: Readonly<Record<string, string>>): Secret {
    this.#version++
    return {
      metadata: {
        ...this.#marks,
        name: 'metallb-webhook-cert',
        namespace: 'metallb-system',
        uid: 'u',
        resourceVersion: String(this.#version),
      },
      data,
    }
  }

  #tell(type: ChangeType, secret: Secret): void {
    this.secret = secret
    for (const watch of this.#watches) watch(secret, type)
  }
}
