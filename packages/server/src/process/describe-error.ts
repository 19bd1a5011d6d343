import type { ProcessedBrowserCrash } from '../api/schema.ts'
import { writtenFrames } from './original-stack.ts'
import type { ReadScriptError } from './script-error.ts'

/** One sentence about an error of a script. */
export function describeError(
  { handled, reason }: Pick<ReadScriptError, 'handled' | 'reason'>,
  stack: ProcessedBrowserCrash['stack'],
): string {
  const [top] = writtenFrames(stack)
  const what = handled === true ? 'An error was caught' : handled === false ? 'An error was thrown and not caught' : 'An error was reported'
  const file = top?.url?.split(/[\\/]/).at(-1)?.split('?', 1)[0]
  const place = file === undefined || file === '' ? '' : ` (${file}${top?.line == null ? '' : `:${top.line}`})`
  const where = top === undefined ? '' : ` in \`${top.function ?? 'an anonymous function'}\`${place}`
  return `${what}${where}: ${(reason ?? 'without a message').slice(0, 500)}`.replace(/\.?$/, '.')
}
