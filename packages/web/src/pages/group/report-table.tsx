import type { Report } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Time } from '../../parts/time.tsx'
import { pathTo } from '../../router/route.ts'

export function ReportTable({ project, reports }: { readonly project: string; readonly reports: readonly Report[] }): JSX.Element {
  if (reports.length === 0) return <p class="dim">No report fits this filter.</p>
  return (
    <table class="table reports">
      <thead>
        <tr>
          <th scope="col">Crashed</th>
          <th scope="col">Version</th>
          <th scope="col">System</th>
          <th scope="col">Process</th>
          <th scope="col">Reason</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {reports.map((report) => (
          <tr key={report.id} class="row-link">
            <td>
              <a data-row href={pathTo({ page: 'report', project, id: report.id })}>
                <Time at={report.crashedAt ?? report.receivedAt} />
              </a>
              {report.occurrences > 1 ? (
                <span class="quiet-tag" title="Deaths of one session">
                  ×{report.occurrences}
                </span>
              ) : null}
            </td>
            <td>{report.version}</td>
            <td>{report.platform}</td>
            <td>{report.processType}</td>
            <td>{report.reason}</td>
            <td class={report.state === 'failed' ? 'strong' : 'dim'}>{report.state}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
