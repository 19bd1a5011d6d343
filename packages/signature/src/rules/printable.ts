import { printableCharacters } from '../printable-characters.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const printable: Rule = {
  name: 'printable characters',
  apply(result) {
    const signature = printableCharacters(result.signature)
    if (signature !== result.signature) changeSignature(result, this.name, signature, 'only printable ASCII stays')
  },
}
