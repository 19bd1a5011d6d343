import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const neverEmpty: Rule = {
  name: 'empty signature',
  apply(result) {
    if (result.signature === '') changeSignature(result, this.name, 'EMPTY: no printable name', 'nothing printable was left')
  },
}
