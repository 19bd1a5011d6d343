import type { CrashData } from '../crash-data.ts'
import { maxSmallAllocation } from '../limits.ts'
import { changeSignature } from '../signature-result.ts'
import type { Rule, RuleInput } from './rule.ts'

const tellingNames = ['NS_ABORT_OOM', 'mozalloc_handle_oom', 'CrashAtUnhandlableOOM', 'AutoEnterOOMUnsafeRegion', 'alloc::oom::oom']
const tellingErrors = ['ERROR_COMMITMENT_LIMIT', 'ERROR_NOT_ENOUGH_MEMORY']
const tellingReasons = ['STATUS_FATAL_MEMORY_EXHAUSTION', 'STATUS_NO_MEMORY']

/** Chromium on Windows raises 0xe0000008 when an allocation fails; walkers print it by name or as an unknown code. */
const chromiumReason = /^(?:OUT_OF_MEMORY|Out of Memory)\b|0xe0000008/

export const outOfMemory: Rule = {
  name: 'out of memory',
  apply(result, input) {
    const { crash } = input
    // The JavaScript heap has a limit of its own: the rule after this one.
    if (crash.v8_oom) return
    const evidence = findEvidence(result.signature, input)
    if (evidence === undefined) return
    const size = crash.oom_allocation_size
    if (crash.js_large_allocation_failure === 'Reporting') {
      changeSignature(result, this.name, `OOM | large | ${result.signature}`, 'a large JavaScript allocation failed')
    } else if (size === null || size === undefined) {
      changeSignature(result, this.name, `OOM | unknown | ${result.signature}`, `memory was exhausted: ${evidence}; the size is not known`)
    } else if (size <= maxSmallAllocation) {
      const why = `memory was exhausted and ${size} bytes could not be had: whoever asked for so little is not to blame, so the stack is left out`
      changeSignature(result, this.name, 'OOM | small', why)
    } else {
      changeSignature(result, this.name, `OOM | large | ${result.signature}`, `memory was exhausted and ${size} bytes could not be had`)
    }
  },
}

function findEvidence(signature: string, { crash, rules, seen }: RuleInput): string | undefined {
  if (crash.oom_allocation_size) return 'the report has the size of the failed allocation'
  const name = tellingNames.find((candidate) => signature.includes(candidate))
  if (name !== undefined) return `\`${name}\` is in the signature`
  const lastError = crash.threads[crash.crashing_thread ?? 0]?.last_error_value
  if (lastError && tellingErrors.includes(lastError)) return `the thread's last error was ${lastError}`
  const reason = tellingReason(crash, rules.fallback === 'reason')
  if (reason !== undefined) return `the reason is ${reason}`
  if (crash.js_large_allocation_failure === 'Reporting') return 'a large JavaScript allocation failed'
  const frame = seen.find((candidate) => rules.outOfMemory.test(candidate.text))
  return frame === undefined ? undefined : `\`${frame.text}\` is on the stack`
}

function tellingReason({ reason }: CrashData, chromium: boolean): string | undefined {
  if (!reason) return undefined
  return tellingReasons.includes(reason) || (chromium && chromiumReason.test(reason)) ? reason : undefined
}
