// Somebody else's mutating webhook: answers with the JSON patch that an object carries in an annotation, sloppy or not. Key and certificate
// come as one line of JSON; port 8443.
import { once } from 'node:events'
import { createServer } from 'node:https'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

export const patchAnnotation = 'example.com/patch'

interface Review {
  readonly request: {
    readonly uid: string
    readonly object: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }
  }
}

function answer(body: string): string {
  const { uid, object } = (JSON.parse(body) as Review).request
  const patch = object.metadata.annotations?.[patchAnnotation]
  const change = patch === undefined ? {} : { patchType: 'JSONPatch', patch: Buffer.from(patch).toString('base64') }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true, ...change } })
}

if (import.meta.main) {
  const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string]
  const { key, certificate } = JSON.parse(line) as { readonly key: string; readonly certificate: string }
  const server = createServer({ key, cert: certificate }, (request, response) => {
    response.setHeader('content-type', 'application/json')
    void text(request).then((body) => response.end(answer(body)))
  })
  server.listen(8443, () => process.stdout.write('listening\n'))
}
