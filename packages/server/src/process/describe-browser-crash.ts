import type { ProcessedBrowserCrash } from '../api/schema.ts'

/** One sentence for the top of the page. A report without a reason says only that the process ended: a crash or a kill, the browser does not tell. */
export function describeBrowserCrash(crash: ProcessedBrowserCrash): string {
  const subject = `${subjectOf(crash)}${crash.url === null ? '' : ` ${placeOf(crash.url)}`}`
  const hidden = crash.visibilityState === 'hidden' ? ' while it was hidden' : ''
  const top = crash.stack[0]
  const where = top === undefined ? '' : ` in \`${top.function ?? 'an anonymous function'}\``
  switch (crash.reason) {
    case 'oom':
      return `${subject} ran out of memory${hidden}.`
    case 'unresponsive':
      return `${subject} stopped responding${where}${hidden} and was ended.`
    case null:
      return `${subject} lost its process${hidden}: it crashed or was killed; the browser gives no reason.`
    default:
      return `${subject} ended${hidden}: ${crash.reason.slice(0, 200)}.`
  }
}

function subjectOf({ isTopLevel }: ProcessedBrowserCrash): string {
  return isTopLevel === false ? 'The frame' : 'The page'
}

/** Host and path; the query is in the report and too long for a sentence. */
function placeOf(url: string): string {
  return (URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : url).slice(0, 200)
}
