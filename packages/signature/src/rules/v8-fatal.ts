import { maxAbortMessageLength } from '../limits.ts'
import { printableCharacters } from '../printable-characters.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

/** Electron's `electron.v8-fatal.message`. Out of memory has rules of its own, and comes with such a message too. */
export const v8Fatal: Rule = {
  name: 'V8 fatal error',
  apply(result, { crash }) {
    if (!crash.v8_fatal_message || result.signature.startsWith('OOM | ')) return
    const message = stableMessage(crash.v8_fatal_message)
    if (message === '') return
    const why = 'V8 stopped the program and left a message; numbers in it are replaced, as they differ from report to report'
    changeSignature(result, this.name, `V8 fatal | ${message} | ${result.signature}`, why)
  },
}

function stableMessage(text: string): string {
  const message = printableCharacters(text.slice(0, 1_000))
    .replace(/\b0x[0-9a-fA-F]+/g, '0x#')
    .replace(/\b\d+\b/g, '#')
  return message.length > maxAbortMessageLength ? `${message.slice(0, maxAbortMessageLength - 3)}...` : message
}
