import type { Fields } from '../core/shape.ts'

export const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const
export type Operation = (typeof operations)[number]

/** What the API server asks, with the fields that our rules read. */
export interface AdmissionRequest {
  readonly uid: string
  readonly operation: Operation
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly subResource: string | undefined
  /** `generateName` while the API server has not generated the name yet. */
  readonly name: string
  readonly namespace: string
  readonly username: string
  readonly groups: readonly string[]
  readonly dryRun: boolean
  /** Absent on DELETE. */
  readonly object: Fields | undefined
  /** Absent on CREATE. */
  readonly oldObject: Fields | undefined
}
