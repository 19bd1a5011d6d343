import type { CrashData } from './crash-data.ts'
import { defaultRules } from './default-rules.ts'
import { javaExceptionSignature, javaStackSignature } from './java.ts'
import { maxNoteLength } from './limits.ts'
import { nativeSignature } from './native-signature.ts'
import { crashRules, finishingRules } from './rules/table.ts'
import type { SignatureResult } from './signature-result.ts'
import { compileRules, type SignatureRules } from './signature-rules.ts'

/** Always gives a signature, whatever the crash looks like. Throws only SignatureError `bad_pattern`, for bad rules. */
export function generateSignature(crash: CrashData, rules: SignatureRules = defaultRules()): SignatureResult {
  const compiled = compileRules(rules)
  const java = crash.java_stack_trace ? javaStackSignature(crash.java_stack_trace) : javaExceptionSignature(crash.java_exception)
  const { result, seen } = java === undefined ? nativeSignature(crash, compiled) : { result: java, seen: [] }
  for (const rule of [...crashRules, ...finishingRules]) rule.apply(result, { crash, rules: compiled, seen })
  result.notes = result.notes.map((note) => note.slice(0, maxNoteLength))
  return result
}
