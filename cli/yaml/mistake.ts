// What is wrong with a file before anybody looks at what it says about load balancing.

/** Part of a text, as offsets into it; `to` is behind the last character. */
export interface Span {
  readonly from: number
  readonly to: number
}

export const mistakeCodes = {
  YamlSyntax: 'A text that is not YAML',
  MissingSeparator: 'Two documents without --- between them: the first one is lost',
  DuplicateKey: 'A key that is written twice: only the last one counts',
  KeyNotText: 'A key that is not a text',
  AliasUnknown: 'An alias without an anchor before it',
  TooComplex: 'A document that no cluster would take: nested too deeply, or with aliases that multiply',
} as const

export type MistakeCode = keyof typeof mistakeCodes

export interface Mistake {
  readonly code: MistakeCode
  /** Complete in itself. */
  readonly message: string
  readonly span: Span
}
