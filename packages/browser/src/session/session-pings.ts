import type { CrashContext } from '../context/crash-context.ts'
import { type Destination, sendReport } from '../report/send-report.ts'
import { currentRecord } from '../tab/current-record.ts'
import { reportOf } from '../tab/page-record.ts'

/** Tells of the page's start and of its end, so that a rate can be made of its crashes. Returns how to stop. */
export function pingSession(context: CrashContext, destination: Destination): () => void {
  if (window.top !== window) return () => undefined
  const stopped = new AbortController()
  const ping = (state: string) => {
    const record = currentRecord(context)
    const { body, ...report } = reportOf(record, record.at, 'session')
    const { sid = '', page = '', release = '', environment = '' } = record.context
    // biome-ignore lint/nursery/noFloatingPromises: it never rejects.
    sendReport(destination, { ...report, type: 'session', body: { ...body, state, crash_report_api: { sid, page, release, environment } } })
  }
  addEventListener('pagehide', ({ persisted }) => persisted || ping('end'), { signal: stopped.signal, capture: true })
  ping('start')
  return () => stopped.abort()
}
