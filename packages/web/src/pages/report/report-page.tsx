import type { ReportDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { useResource } from '../../api/use-resource.ts'
import { FailureNotice } from '../../parts/notice.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import { readBrowserCrash } from '../../stack/browser-crash.ts'
import { readCrash } from '../../stack/crash.ts'
import { splitSignature } from '../../text/signature.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { BrowserReport } from './browser-report.tsx'
import { ErrorReport } from './error-report.tsx'
import { MinidumpReport } from './minidump-report.tsx'
import { ReportHead } from './report-head.tsx'
import { ReportTail } from './report-tail.tsx'
import { WaitingReport } from './waiting-report.tsx'

/** A report in these states changes by itself; the page asks again so often at first, then less. */
const pollMs = 1000

export function ReportPage({ project, id }: { readonly project: string; readonly id: string }): JSX.Element {
  const report = useResource<ReportDetail>(`/reports/${encodeURIComponent(id)}`, ({ state }) =>
    state === 'received' || state === 'processing' ? pollMs : undefined,
  )
  const { data, failure } = report
  usePageTitle(splitSignature(data?.signature ?? '', data?.kind ?? '').head, 'Report')
  if (data === undefined) {
    if (failure?.status === 404)
      return <NotFoundPage what={`report ${id}`} back={{ href: `/p/${encodeURIComponent(project)}`, text: 'To the groups' }} />
    if (failure !== undefined) return <FailureNotice failure={failure} what="The report" retry={report.reload} />
    return <Skeleton lines={14} what="the report" />
  }
  return (
    <article class="report">
      {failure === undefined ? null : <FailureNotice failure={failure} what="Refreshing the report" retry={report.reload} kept />}
      <ReportBody report={data} reload={report.reload} />
    </article>
  )
}

function ReportBody({ report, reload }: { readonly report: ReportDetail; readonly reload: () => void }): JSX.Element {
  const crash = useMemo(() => readCrash(report.processed), [report.processed])
  const browser = useMemo(() => readBrowserCrash(report.processed), [report.processed])
  return (
    <>
      <ReportHead report={report} crash={crash} browser={browser} onReprocessed={reload} />
      {crash !== undefined ? (
        <MinidumpReport report={report} crash={crash} />
      ) : browser?.kind === 'javascript' ? (
        <ErrorReport crash={browser} release={report.version} />
      ) : browser !== undefined ? (
        <BrowserReport crash={browser} release={report.version} deaths={report.occurrences} />
      ) : (
        <WaitingReport report={report} />
      )}
      <ReportTail report={report} crash={crash} />
    </>
  )
}
