import type { ModuleAnswers, ReportSymbols } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useResource } from '../../api/use-resource.ts'
import { AskedLines } from '../../parts/asked-lines.tsx'
import { FailureNotice } from '../../parts/notice.tsx'
import { Folded } from '../../parts/section.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { pathTo } from '../../router/route.ts'

/** How often is looked while servers are being asked. */
const pollMs = 3_000

/** Per module of the stacks: whether there are symbols now, and what each source answered. */
export function SymbolAnswers({ reportId, project }: { readonly reportId: string; readonly project: string }): JSX.Element {
  return (
    <Folded
      id="symbol-answers"
      title="Where symbols were looked for"
      note="what each server answered"
      render={() => <Answers reportId={reportId} project={project} />}
    />
  )
}

function Answers({ reportId, project }: { readonly reportId: string; readonly project: string }): JSX.Element {
  const { data, failure, reload } = useResource<ReportSymbols>(`/reports/${encodeURIComponent(reportId)}/symbols`, ({ modules }) =>
    modules.some(({ waiting }) => waiting) ? pollMs : undefined,
  )
  if (data === undefined)
    return failure === undefined ? (
      <Skeleton lines={4} what="the answers" />
    ) : (
      <FailureNotice failure={failure} what="The answers" retry={reload} />
    )
  return (
    <>
      {data.sourcesEnabled ? null : (
        <p class="sources-hint">
          This project asks no other server: its <a href={`${pathTo({ page: 'settings', project })}#kept`}>symbol sources</a> are switched
          off. Only uploaded files are used.
        </p>
      )}
      {data.modules.length === 0 ? <p class="dim">No stack of this report goes through a module.</p> : null}
      <div class="scroll-x">
        <table class="table module-answers">
          <thead>
            <tr>
              <th scope="col">Module</th>
              <th scope="col">Symbols now</th>
              <th scope="col">Asked</th>
            </tr>
          </thead>
          <tbody>
            {data.modules.map((module) => (
              <tr key={`${module.debugFile}${module.debugId}`}>
                <td>
                  <strong>{module.debugFile}</strong>
                </td>
                <td>
                  <StoredWords module={module} />
                </td>
                <td>
                  <AskedLines asked={module.asked} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function StoredWords({ module }: { readonly module: ModuleAnswers }): JSX.Element {
  if (module.waiting) return <span class="dim">servers are being asked…</span>
  if (module.stored === null)
    return (
      <span class="symbols-missing">
        <span aria-hidden="true">○</span> missing
      </span>
    )
  const source = module.asked.find(({ source }) => source === module.stored)
  const words = source === undefined ? (module.stored === 'shared' ? 'uploaded, shared' : 'uploaded') : `from ${source.title}`
  return (
    <span class="symbols-present">
      <span aria-hidden="true">✓</span> {words}
      {module.hadSymbols ? null : <span class="dim">, since this report was processed</span>}
    </span>
  )
}
