import { processLimits } from './limits.ts'
import type { SummaryProblem } from './messages.ts'
import type { HeaderStep } from './processed-header.ts'

/** Cuts between characters, never inside a surrogate pair. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const last = text.charCodeAt(maxLength - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxLength - 1 : maxLength)
}

export function boundedProblems(problems: readonly SummaryProblem[]): SummaryProblem[] {
  return problems
    .slice(0, processLimits.maxProblems)
    .map(({ code, message }) => ({ code: cut(code, 100), message: cut(message, processLimits.maxProblemLength) }))
}

/** 1,000 characters of a name say which one it is, and 200 steps of them stay below the header's limit. */
const maxStepText = 1000
const maxSteps = 200

export function boundedSteps(steps: readonly HeaderStep[]): HeaderStep[] {
  return steps.slice(0, maxSteps).map(({ rule, frame, before, after, why }) => ({
    rule: cut(rule, 100),
    frame,
    before: cut(before, maxStepText),
    after: after === null ? null : cut(after, maxStepText),
    why: cut(why, maxStepText),
  }))
}
