// Writes docs/without-webhook.md from the corpus and the tables of the rules: `npm run generate`. With --check it only says whether the file has
// drifted.
import { withoutWebhook } from '../test/corpus/without-webhook.ts'
import { writeOrCheck } from './generated-file.ts'
import { readRuleTables } from './rule-tables.ts'

writeOrCheck('docs/without-webhook.md', withoutWebhook(await readRuleTables()))
