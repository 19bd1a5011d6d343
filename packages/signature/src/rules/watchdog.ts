import { defaultRules } from '../default-rules.ts'
import { nativeSignature } from '../native-signature.ts'
import { changeSignature } from '../signature-result.ts'
import { type CompiledRules, compileRules } from '../signature-rules.ts'
import type { Rule } from './rule.ts'

/** Firefox's watchdog thread crashes the program when the main thread hangs at shutdown: the main thread's stack is what matters. */
export const watchdog: Rule = {
  name: 'watchdog',
  apply(result, { crash, rules }) {
    if (!result.signature.includes('RunWatchdog')) return
    const lists = rules.watchdogLists === 'same' ? rules : builtInLists(rules)
    const main = nativeSignature({ ...crash, crashing_thread: 0 }, lists)
    result.protoSignature = main.result.protoSignature
    result.normalizedFrames = main.result.normalizedFrames
    result.notes.push(...main.result.notes)
    changeSignature(
      result,
      this.name,
      `shutdownhang | ${main.result.signature}`,
      "a watchdog ended the program: the main thread's stack is used",
    )
    result.steps.push(...main.result.steps)
  },
}

function builtInLists(rules: CompiledRules): CompiledRules {
  const { irrelevant, prefix, sentinels, lineNumbers } = compileRules(defaultRules())
  return { ...rules, irrelevant, prefix, sentinels, lineNumbers }
}
