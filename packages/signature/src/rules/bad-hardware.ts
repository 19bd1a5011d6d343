import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const badHardware: Rule = {
  name: 'bad hardware',
  apply(result, { crash }) {
    if (!crash.reason?.includes('STATUS_DEVICE_DATA_ERROR')) return
    changeSignature(result, this.name, `bad hardware | ${result.signature}`, 'the reason says that a disk or memory returned an error')
  },
}
