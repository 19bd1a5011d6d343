import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const emptyDetails: Rule = {
  name: 'empty stack',
  apply(result, { crash, rules }) {
    if (rules.fallback !== 'reason' || !result.signature.startsWith('EMPTY')) return
    const details = [crash.reason, crash.process_type].filter((detail) => detail)
    if (details.length === 0) return
    const signature = [result.signature, ...details].join(' | ')
    changeSignature(result, this.name, signature, 'there is no usable stack, so reason and process type tell such reports apart')
  },
}
