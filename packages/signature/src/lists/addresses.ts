import type { RuleList } from './rule-list.ts'

export const addresses: RuleList = {
  name: 'addresses',
  // Code in no module: JIT code, or a jump into nowhere. `@0x0` stays, it is a call through a null pointer and the same everywhere.
  irrelevant: ['@0x[0-9a-fA-F]{2,}$'],
}
