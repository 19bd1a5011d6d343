import type { ProcessedBrowserCrash } from '../api/schema.ts'
import { writtenFrames } from './original-stack.ts'

/** One sentence for the top of the page. A report without a reason says only that the process ended: a crash or a kill, the browser does not tell. */
export function describeBrowserCrash(crash: ProcessedBrowserCrash): string {
  const subject = `${subjectOf(crash)}${crash.url === null ? '' : ` ${placeOf(crash.url)}`}`
  const hidden = crash.visibilityState === 'hidden' ? ' while it was hidden' : ''
  switch (crash.reason) {
    case 'oom':
      return `${subject} ran out of memory${hidden}.`
    case 'unresponsive':
      return `${subject} stopped responding${whereOf(crash)}${hidden}${crash.toldBy === null ? ' and was ended' : ''}.`
    case null:
      return crash.toldBy === null
        ? `${subject} lost its process${hidden}: it crashed or was killed by the system; the browser gives no reason.`
        : `${subject} disappeared without saying goodbye${hidden}: its process crashed or was killed, as another page found out.`
    default:
      return `${subject} ended${hidden}: ${crash.reason.slice(0, 200)}.`
  }
}

function subjectOf({ isTopLevel }: ProcessedBrowserCrash): string {
  return isTopLevel === false ? 'The frame' : 'The page'
}

function whereOf({ stack }: ProcessedBrowserCrash): string {
  const [top] = writtenFrames(stack)
  if (top === undefined) return ''
  const file = stack[0]?.original?.source.split('/').at(-1)
  return ` in \`${top.function ?? 'an anonymous function'}\`${file === undefined ? '' : ` (${file}:${top.line})`}`
}

/** Host and path; the query is in the report and too long for a sentence. */
function placeOf(url: string): string {
  return (URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : url).slice(0, 200)
}
