import type { RuleList } from './rule-list.ts'

export const addresses: RuleList = {
  name: 'addresses',
  // Code in no module: JIT code, or a jump into nowhere. The address is another one in each report.
  irrelevant: ['@0x[0-9a-fA-F]{2,}$'],
  // A call through a null pointer: worth showing, and who called is the question.
  prefix: ['@0x[0-9a-fA-F]$'],
}
