import type { ReportPage } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useResource } from '../../api/use-resource.ts'
import { Folded } from '../../parts/section.tsx'
import { ReportTable } from '../group/report-table.tsx'

/** The newest are enough to see what is wrong; the rest are found by the same search. */
const shownReports = 20

/** Reports whose processing failed have no group; without this list nobody would ever see them. */
export function FailedReports({ project }: { readonly project: string }): JSX.Element | null {
  const list = new URLSearchParams({ project, query: 'state:failed', limit: String(shownReports) })
  const failed = useResource<ReportPage>(`/reports?${list}`)
  const items = failed.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Folded
      id="failed"
      title="Reports that could not be processed"
      note={`${items.length}${failed.data?.next == null ? '' : ' newest'}, in no group; their files are kept`}
      render={() => <ReportTable project={project} reports={items} />}
    />
  )
}
