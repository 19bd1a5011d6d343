import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const hang: Rule = {
  name: 'hang',
  apply(result, { crash }) {
    if (crash.hang === null || crash.hang === undefined) return
    changeSignature(
      result,
      this.name,
      `hang: ${crash.hang} | ${result.signature}`,
      'the process did not crash, it was ended because it hung',
    )
  },
}
