import type { EndpointSlice } from '../objects.ts'
import { asFields, asList, asText } from '../shape.ts'

/** The pods behind a Service, as far as announcing goes. */
export interface EndpointView {
  /** The node it runs on; endpoints that somebody wrote by hand may have none. */
  readonly node: string | undefined
  /** Ready, or on its way out and still serving. */
  readonly canServe: boolean
}

/** Never throws, whatever the object holds. */
export function viewEndpoints(slice: EndpointSlice): readonly EndpointView[] {
  return asList(asFields(slice)?.['endpoints']).map((entry) => {
    const endpoint = asFields(entry) ?? {}
    const conditions = asFields(endpoint['conditions']) ?? {}
    // The API: "a nil value should be interpreted as true" for `ready`. With publishNotReadyAddresses it is always true.
    const canServe = (conditions['ready'] ?? true) === true || conditions['serving'] === true
    return { node: asText(endpoint['nodeName']), canServe }
  })
}
