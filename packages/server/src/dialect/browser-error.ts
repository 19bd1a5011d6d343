/** An error that `@crashkeep/browser` caught in a page and sent beside crashes: report type `javascript-error`, in the form of other services' errors. */
import { type BrowserReport, contextOf, fieldsOf } from './browser-report.ts'
import type { ScriptError } from './script-error.ts'

export const browserErrorType = 'javascript-error'

export function scriptErrorOf(report: BrowserReport): ScriptError {
  const { body, url, userAgent } = report
  const stackText = text(body.get('stack'))
  const source = text(body.get('source'))
  const place = { function: null, url: source, line: number(body.get('line')), column: number(body.get('column')) }
  const breadcrumbs = contextOf(report).get('breadcrumbs')?.split('\n') ?? []
  return {
    type: text(body.get('name')),
    message: text(body.get('message')),
    handled: false,
    // What is thrown need not be an error, and then it has no stack.
    frames: stackText === null && source !== null ? [place] : [],
    stackText,
    url: url ?? null,
    userAgent: userAgent ?? null,
    causes: [],
    breadcrumbs: breadcrumbs.map((line) => ({ type: 'breadcrumb', at: null, body: line })),
  }
}

/** The page's context beside what the server calls product and version. */
export function errorFields(report: BrowserReport): Map<string, string> {
  const context = new Map(contextOf(report))
  context.delete('breadcrumbs')
  return new Map([...context, ...fieldsOf(context)])
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** Browsers tell 0 where they do not know. */
function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null
}
