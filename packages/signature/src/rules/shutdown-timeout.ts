import { maxConditions, maxFieldLength } from '../limits.ts'
import { changeSignature, type SignatureResult } from '../signature-result.ts'
import type { Rule } from './rule.ts'

const note = 'SignatureShutdownTimeout: '

/** Firefox and its relatives: which services did not finish in time. The stack is only the watchdog's. */
export const shutdownTimeout: Rule = {
  name: 'shutdown timeout',
  apply(result, { crash }) {
    if (!crash.async_shutdown_timeout) return
    const parts = ['AsyncShutdownTimeout', ...timeoutParts(crash.async_shutdown_timeout.slice(0, maxFieldLength), result)]
    result.notes.push(`${note}Signature replaced with a Shutdown Timeout signature, was: "${result.signature}"`)
    changeSignature(
      result,
      this.name,
      parts.join(' | '),
      'the shutdown took too long; the phase and what it waited for say more than the stack',
    )
  },
}

function timeoutParts(text: string, result: SignatureResult): string[] {
  let timeout: unknown
  try {
    timeout = JSON.parse(text)
  } catch (error) {
    result.notes.push(`${note}Error parsing AsyncShutdownTimeout: ${parseFailure(text, error)}`)
    return ['UNKNOWN']
  }
  if (typeof timeout !== 'object' || timeout === null || Array.isArray(timeout)) {
    result.notes.push(`${note}Error parsing AsyncShutdownTimeout: not an object`)
    return ['UNKNOWN']
  }
  const phase = 'phase' in timeout && typeof timeout.phase === 'string' && timeout.phase !== '' ? timeout.phase : '(unknown)'
  const conditions = 'conditions' in timeout && Array.isArray(timeout.conditions) ? timeout.conditions.slice(0, maxConditions) : []
  const names = conditions.map(conditionName).filter((name) => name !== undefined)
  return [phase, names.length === 0 ? '(none)' : names.sort().join(',')]
}

function conditionName(condition: unknown): string | undefined {
  if (typeof condition === 'string') return condition
  if (typeof condition !== 'object' || condition === null || !('name' in condition)) return undefined
  return typeof condition.name === 'string' ? condition.name : undefined
}

/** JavaScript engines word this differently, and without a place; for the usual case, no JSON at all, one wording with it. */
function parseFailure(text: string, error: unknown): string {
  const at = text.length - text.trimStart().length
  if (/^\s*(?:[{["\-\d]|true|false|null)/.test(text)) return error instanceof Error ? error.message : 'bad JSON'
  const line = text.slice(0, at).split('\n')
  return `Expecting value: line ${line.length} column ${(line.at(-1)?.length ?? 0) + 1} (char ${at})`
}
