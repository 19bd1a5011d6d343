import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const stackOverflow: Rule = {
  name: 'stack overflow',
  apply(result, { crash }) {
    if (crash.reason !== 'EXCEPTION_STACK_OVERFLOW') return
    changeSignature(result, this.name, `stackoverflow | ${result.signature}`, 'the reason says that the stack was used up')
  },
}
