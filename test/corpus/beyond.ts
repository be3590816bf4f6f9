// What one judge alone can say of a single object, with the reason: docs/without-webhook.md is made of this and of the corpus.

export interface Limit {
  /** Completes "The API server stores …", or "refuses …" where it is the only one to do so. */
  readonly what: string
  readonly why: string
}

export const limits = {
  rangeOrder: { what: 'a range that ends before it starts', why: 'CEL in a schema has no order of IP addresses' },
  rangeOverlap: { what: 'ranges of one pool that overlap', why: 'comparing every entry with every other exceeds what CEL may cost' },
  specialRange: {
    what: 'addresses that no other host can send to',
    why: 'such networks have to be compared with every range, and CEL in a schema has no order of IP addresses',
  },
  repeatedSelector: { what: 'label selectors that say the same twice', why: 'they may say it in another order' },
  expression: { what: 'an expression of a policy that cannot be compiled', why: 'CEL cannot compile CEL' },
  unknownField: {
    what: 'an object with a field that does not exist, without that field',
    why: 'it drops such fields before anyone is asked; kubectl says "unknown field" and stops, for other clients there is `metallb lint`',
  },
  namespace: { what: 'an object in a namespace that nobody reads', why: 'a schema holds for every namespace' },
  transition: {
    what: 'a change of a field that is fixed once the object exists',
    why: 'what the field was is for the schema to compare; the rules judge what an object is',
  },
} as const satisfies Readonly<Record<string, Limit>>

export type Beyond = keyof typeof limits
