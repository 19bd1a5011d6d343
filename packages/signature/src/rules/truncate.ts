import { maxSignatureLength } from '../limits.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const truncate: Rule = {
  name: 'length',
  apply(result) {
    if (result.signature.length <= maxSignatureLength) return
    const signature = `${result.signature.slice(0, maxSignatureLength - 3)}...`
    changeSignature(result, this.name, signature, `cut to ${maxSignatureLength} characters`)
  },
}
