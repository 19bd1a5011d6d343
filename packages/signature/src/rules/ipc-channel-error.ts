import { maxChannelErrorLength } from '../limits.ts'
import { firstCharacters } from '../printable-characters.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

export const ipcChannelError: Rule = {
  name: 'IPC channel error',
  apply(result, { crash }) {
    if (!crash.ipc_channel_error) return
    const side = crash.additional_minidumps?.includes('upload_file_minidump_browser') ? 'browser' : 'content'
    result.notes.push('SignatureIPCChannelError: IPC Channel Error stomped on signature')
    const signature = `IPCError-${side} | ${firstCharacters(crash.ipc_channel_error, maxChannelErrorLength)}`
    changeSignature(result, this.name, signature, 'a channel between processes failed; the stack only shows that it was noticed')
  },
}
