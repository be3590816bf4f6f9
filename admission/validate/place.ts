import { asFields, type Fields } from '../../core/shape.ts'

/** Where an object will be. */
export interface Place {
  readonly namespace: string
  /** `generateName` while the API server has not generated the name yet. */
  readonly name: string
}

/** The object as a compiler is to see it: under the name that it will have. Compilers read every field with care, so that any shape may be given to them. */
export function placed<O>(object: Fields, { name }: Place): O {
  return { ...object, metadata: { ...asFields(object['metadata']), name } } as O
}
