import { defaultRules } from '../default-rules.ts'
import { maxJavaScriptFrames } from '../limits.ts'
import { firstCharacters, printableCharacters } from '../printable-characters.ts'
import { finishingRules } from '../rules/table.ts'
import { addStep, changeSignature, emptyResult, type SignatureResult } from '../signature-result.ts'
import { compileRules } from '../signature-rules.ts'
import { type JavaScriptSignatureFrame, javaScriptParts } from './parts.ts'
import { route } from './route.ts'

export interface JavaScriptCrash {
  /** `browser` (the page's process died), `javascript` (an error was thrown), or anything else a sender invents. */
  kind: string
  /** `oom`, `unresponsive`, nothing for an ordinary crash; `TypeError: …` for an error. */
  reason?: string | null | undefined
  frames: readonly JavaScriptSignatureFrame[]
  /** Of the page. */
  url?: string | null | undefined
}

const maxReasonLength = 80

/** What died, then where: the stack if there is one, otherwise the kind of page. */
export function generateJavaScriptSignature(crash: JavaScriptCrash): SignatureResult {
  const result = emptyResult()
  const parts = javaScriptParts(crash.frames.slice(0, maxJavaScriptFrames), result.steps)
  result.normalizedFrames = [...parts]
  result.protoSignature = parts.join(' | ')
  const reason = reasonName(crash, parts.length > 0)
  if (parts.length > 0) {
    changeSignature(result, 'reason', [reason, ...parts].join(' | '), 'what happened stands before the frames')
  } else {
    const page = crash.url ? route(crash.url) : 'unknown page'
    const why = crash.url
      ? 'there is no stack: reports are grouped by reason and kind of page, where numbers and keys in the address are replaced'
      : 'there is neither a stack nor an address, only the reason'
    result.signature = `${reason} | ${page}`
    addStep(result, { rule: 'page', frame: null, before: crash.url ?? '', after: result.signature, why })
  }
  const input = { crash: { threads: [] }, rules: compileRules(defaultRules()), seen: [] }
  for (const rule of finishingRules) rule.apply(result, input)
  return result
}

function reasonName({ kind, reason }: JavaScriptCrash, hasStack: boolean): string {
  const text = firstCharacters(printableCharacters((reason ?? '').slice(0, 1_000)), maxReasonLength)
  if (kind !== 'javascript')
    return text === '' ? (kind === 'browser' || kind === '' ? 'crash' : firstCharacters(kind, maxReasonLength)) : text
  // "TypeError: x is not a function": with a stack the class is enough, the message often carries data.
  const errorClass = /^(?:Uncaught )?(?:\(in promise\) )?([A-Za-z_$][\w$.]*)(?::|$)/.exec(text)?.[1]
  if (hasStack) return errorClass ?? 'error'
  return text === '' ? 'error' : text.replace(/\b0x[0-9a-fA-F]+|\b\d+\b/g, '#')
}
