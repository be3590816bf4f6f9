// The library's refusals in words that name the cure.
import type { ParseError, TypeError as TypeFault } from 'cel-js'
import { nearest } from '../../core/nearest.ts'
import type { Declarations } from './checker.ts'
import { type CelFault, faultAt } from './faults.ts'
import { overloads } from './library.ts'
import { parseSignature } from './signature.ts'

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
  IDENTIFIER: 'a name',
  NUMBER: 'a number',
  STRING: 'a string',
}

export function explainRefusal(source: string, error: ParseError | TypeFault, declarations: Declarations): CelFault {
  return faultAt(source, error.range?.start ?? 0, wordsOf(error, declarations))
}

function wordsOf({ code, summary, node }: ParseError | TypeFault, { variables, records }: Declarations): string {
  switch (code) {
    case 'unknown_variable': {
      const name = lastWord(summary)
      return `there is no variable "${name}"${guess(name, Object.keys(variables)) ?? listed('there are', Object.keys(variables))}`
    }
    case 'no_such_key': {
      const name = lastWord(summary)
      const owner = ownerOf(node)
      const fields =
        owner === undefined ? Object.values(records).flatMap((record) => Object.keys(record)) : Object.keys(records[owner] ?? {})
      return `${owner === undefined ? 'there is' : `${owner} has`} no field "${name}"${guess(name, fields) ?? (owner === undefined ? '' : listed('it has', fields))}`
    }
    case 'no_matching_overload':
      return explainCall(summary)
    case 'no_such_overload':
      return `${lower(summary)}: the types do not fit together${/(?:int|double) \S+ (?:u?int|double)$/.test(summary) ? ' (convert one of them: int(), double(), string())' : ''}`
    case 'limit_exceeded':
      return 'it is too large or nests too deeply; split it into several validations'
    case 'expected_token':
    case 'unexpected_token':
      return lower(summary.replaceAll(/\b[A-Z]{2,}\b/g, (token) => tokens[token] ?? token.toLowerCase()))
    default:
      return lower(summary)
  }
}

function lastWord(summary: string): string {
  return summary.slice(summary.lastIndexOf(': ') + 2)
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function listed(before: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `; ${before}: ${names.join(', ')}`
}

function guess(name: string, known: readonly string[]): string | undefined {
  const found = nearest(name, known)
  return found === undefined ? undefined : `; did you mean "${found}"?`
}

/** The type of the value whose field was asked for. The library keeps it on the node, though its declarations do not say so. */
function ownerOf(node: unknown): string | undefined {
  const [operand] = (node as { readonly args?: readonly { readonly checkedType?: { readonly name?: string } }[] } | undefined)?.args ?? []
  return operand?.checkedType?.name
}

const signatures = overloads.map(({ signature }) => ({ signature, ...parseSignature(signature) }))

/** `found no matching overload for 'string.lowerASCII()'` */
function explainCall(summary: string): string {
  const call = /'(.*)'$/.exec(summary)?.[1] ?? ''
  const name = /([\w]+)\(/.exec(call)?.[1] ?? ''
  const same = signatures.filter((known) => known.name === name || known.name.endsWith(`.${name}`)).map(({ signature }) => signature)
  const shown = call.replace(/^Namespace\./, '')
  if (same.length > 0) return `no ${name}() takes these types: ${shown}; there is ${same.slice(0, 5).join(', ')}`
  return `there is no function ${shown}${guess(name, [...new Set(signatures.map((known) => known.name))]) ?? ''}`
}
