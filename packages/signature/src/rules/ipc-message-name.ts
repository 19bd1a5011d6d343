import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const ipcMessageName: Rule = {
  name: 'IPC message',
  apply(result, { crash }) {
    if (!crash.ipc_message_name) return
    const signature = `${result.signature} | IPC_Message_Name=${crash.ipc_message_name}`
    changeSignature(result, this.name, signature, 'the report names the message between processes that was being handled')
  },
}
