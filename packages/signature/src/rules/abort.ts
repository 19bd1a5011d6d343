import { maxAbortMessageLength, maxFieldLength } from '../limits.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

const mark = '###!!! ABORT:'

export const abort: Rule = {
  name: 'abort message',
  apply(result, { crash }) {
    if (!crash.abort_message) return
    const message = abortMessage(crash.abort_message.slice(0, maxFieldLength))
    const signature = ['Abort', ...(message === '' ? [] : [message]), result.signature].join(' | ')
    changeSignature(result, this.name, signature, 'the program ended itself and left a message')
  },
}

/** `[12] ###!!! ABORT: no font (Arial): file a.cpp, line 3`: what lies between the mark and the file. */
function abortMessage(text: string): string {
  if (text.includes(`${mark} file `)) return ''
  const markOffset = text.indexOf(mark)
  let message = markOffset < 0 ? text : text.slice(markOffset + mark.length)
  const fileOffset = message.indexOf(': file ')
  if (fileOffset >= 0) message = message.slice(0, fileOffset)
  // The fonts that were tried differ from machine to machine.
  if (message.includes('unable to find a usable font')) message = withoutParentheses(message)
  message = message.replace(/[^\x20-\x7e]/g, '').trim()
  return message.length > maxAbortMessageLength ? `${message.slice(0, maxAbortMessageLength - 3)}...` : message
}

function withoutParentheses(text: string): string {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  return open < 0 || close < open ? text : text.slice(0, open) + text.slice(close + 1)
}
