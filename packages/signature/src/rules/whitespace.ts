import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const whitespace: Rule = {
  name: 'white space',
  apply(result) {
    const signature = result.signature.trim().replace(/\s+/g, ' ')
    if (signature !== result.signature) changeSignature(result, this.name, signature, 'runs of spaces become one')
  },
}
