import { conversionFunctions } from './functions/conversion.ts'
import { listFunctions } from './functions/lists.ts'
import { networkFunctions } from './functions/network.ts'
import { optionalFunctions } from './functions/optional.ts'
import { regexFunctions } from './functions/regex.ts'
import { stringFunctions } from './functions/strings.ts'
import { timeFunctions } from './functions/time.ts'
import type { Overload } from './signature.ts'

/** Every function of a policy's expressions. */
export const overloads: readonly Overload[] = [
  ...conversionFunctions,
  ...stringFunctions,
  ...regexFunctions,
  ...listFunctions,
  ...networkFunctions,
  ...timeFunctions,
  ...optionalFunctions,
]
