import type { CrashData } from './crash-data.ts'
import { flattenFrames } from './flatten-frames.ts'
import { maxProtoSignatureLength } from './limits.ts'
import { type NormalizedFrame, normalizeFrame } from './normalize/frame.ts'
import { pickFrames } from './pick-frames.ts'
import { addStep, emptyResult, type SignatureResult } from './signature-result.ts'
import type { CompiledRules } from './signature-rules.ts'

/** The signature of the crashing thread's stack, before the rules of the crash as a whole. */
export function nativeSignature(crash: CrashData, rules: CompiledRules): { result: SignatureResult; seen: NormalizedFrame[] } {
  const result = emptyResult()
  const thread = crash.crashing_thread ?? 0
  const frames = flattenFrames(crash.threads[thread]?.frames ?? []).map((frame) => normalizeFrame(frame, crash.os, rules))
  result.normalizedFrames = frames.map((frame) => frame.exact)
  result.protoSignature = result.normalizedFrames.join(' | ').slice(0, maxProtoSignatureLength)
  const { parts, seen } = pickFrames(frames, rules, result)
  result.signature = parts.join(' | ')
  if (result.signature === '') useFallback(result, frames, thread, rules)
  return { result, seen }
}

function useFallback(result: SignatureResult, frames: readonly NormalizedFrame[], thread: number, rules: CompiledRules): void {
  const first = frames[0]
  result.notes.push(`SignatureGenerationRule: CSignatureTool: no frame data for crashing thread (${thread})`)
  if (first === undefined) {
    result.signature = 'EMPTY: no frame data available'
    addStep(result, { rule: 'no frames', frame: null, before: '', after: result.signature, why: `thread ${thread} has no frames` })
    return
  }
  const usable = rules.fallback === 'first-frame' || (first.kind !== 'address' && first.text !== '')
  result.signature = usable ? first.text : 'EMPTY: no frame in a known module'
  const why = usable
    ? 'every frame was skipped, so the first one is used all the same'
    : 'no frame lies in a known module, and bare addresses differ from report to report'
  addStep(result, { rule: 'fallback', frame: 0, before: first.raw, after: result.signature, why })
}
