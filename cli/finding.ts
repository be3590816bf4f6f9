// What is said about the files: one value for every format of output.
import type { ProblemCode } from '../core/problem.ts'
import { type MistakeCode, mistakeCodes } from './yaml/mistake.ts'

/** What only files can have; the webhook never sees it. */
export const fileCodes = {
  ...mistakeCodes,
  UnknownKind: 'A kind of metallb.io that does not exist',
  NotAnObject: 'A document that is no Kubernetes object',
  DuplicateObject: 'An object that is written twice: only the last one stays',
} as const

export type FindingCode = ProblemCode | MistakeCode | keyof typeof fileCodes

/** Lines and columns begin with 1; the end is behind the last character, and in the line of the start. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endColumn: number
}

export interface Subject {
  readonly apiVersion: string
  readonly kind: string
  /** '' for kinds without a namespace. */
  readonly namespace: string
  readonly name: string
}

export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: FindingCode
  readonly place: Place
  /** The object that it is about; absent when the file is not readable that far. */
  readonly subject?: Subject
  /** Kubernetes field path; '' when it is about no field. */
  readonly field: string
  /** Complete in itself, without the code. */
  readonly message: string
}

export function byPlace({ place: a }: Finding, { place: b }: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}

/** `IPAddressPool metallb-system/lan`. */
export function nameOf({ kind, namespace, name }: Subject): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
}
