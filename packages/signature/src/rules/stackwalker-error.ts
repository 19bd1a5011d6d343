import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const stackwalkerError: Rule = {
  name: 'stackwalker error',
  apply(result, { crash }) {
    if (!result.signature.startsWith('EMPTY') || !crash.mdsw_status_string) return
    const signature = `${result.signature}; ${crash.mdsw_status_string}`
    changeSignature(result, this.name, signature, 'there is no stack, so the status of the stack walker tells such reports apart')
  },
}
