import type { Minidump } from '@crashkeep/minidump'
import { maxSoftErrorDepth } from './limits.ts'
import type { ProcessedProblem } from './processed-crash.ts'

/** Mozilla's writer leaves a JSON text of what it could not do. */
export function softErrors(dump: Minidump, problems: ProcessedProblem[]): unknown {
  const text = dump.softErrors
  if (text === undefined) return null
  const value = parseJson(text)
  if (value !== undefined && depthOf(value, maxSoftErrorDepth) <= maxSoftErrorDepth) return value
  problems.push({ code: 'bad_soft_errors', message: 'The list of errors that the writer of the dump left is no JSON that can be shown.' })
  return null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The caller says so in a problem.
  }
}

function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null || limit < 0) return 0
  return 1 + Object.values(value).reduce((deepest: number, inner) => Math.max(deepest, depthOf(inner, limit - 1)), 0)
}
