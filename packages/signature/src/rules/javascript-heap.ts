import { javaScriptParts } from '../javascript/parts.ts'
import { parseJavaScriptStack } from '../javascript/stack.ts'
import { maxJavaScriptParts } from '../limits.ts'
import { printableCharacters } from '../printable-characters.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule } from './rule.ts'

/**
 * V8 gives up in whichever allocation comes last: the native stack is chance. The JavaScript stack, which Electron 42 and newer send,
 * at least names the code that was filling the heap; without it, all such reports of one kind are one group.
 */
export const javaScriptHeap: Rule = {
  name: 'JavaScript heap',
  apply(result, { crash, rules, seen }) {
    const frame = seen.find((candidate) => rules.javaScriptHeap.test(candidate.text))
    const oom = crash.v8_oom
    if (!oom && frame === undefined) return
    const head = oom?.isHeapOom === false ? ['OOM', 'V8'] : ['OOM', 'JavaScript heap']
    const evidence = oom ? 'the report says that V8 ran out of memory' : `\`${frame?.text ?? ''}\` is on the stack`
    const frames = oom?.frames ?? (oom?.stack ? parseJavaScriptStack(oom.stack).frames : [])
    const parts = javaScriptParts(frames).slice(0, maxJavaScriptParts)
    if (parts.length > 0) {
      changeSignature(result, this.name, [...head, ...parts].join(' | '), `${evidence}; the JavaScript stack replaces the native one`)
      return
    }
    const location = printableCharacters(oom?.location ?? '').slice(0, 80)
    const why = `${evidence}; the native stack is where the last allocation happened to be, so it is left out`
    changeSignature(result, this.name, [...head, ...(location === '' ? [] : [location])].join(' | '), why)
  },
}
