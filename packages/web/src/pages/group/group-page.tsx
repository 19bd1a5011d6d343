import type { GroupDetail, ReportPage as Reports } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useResource } from '../../api/use-resource.ts'
import { FailureNotice } from '../../parts/notice.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Folded, Section } from '../../parts/section.tsx'
import { SignatureSteps } from '../../parts/signature-steps.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { navigate, useLocation, withSearch } from '../../router/location.ts'
import { pathTo } from '../../router/route.ts'
import { counted } from '../../text/number.ts'
import { splitSignature } from '../../text/signature.ts'
import { queryTerm, withTerm } from '../groups/query-term.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { BestStack } from './best-stack.tsx'
import { FacetBars } from './facet-bars.tsx'
import { GroupHead } from './group-head.tsx'
import { ReportTable } from './report-table.tsx'

export function GroupPage({ project, id }: { readonly project: string; readonly id: string }): JSX.Element {
  const group = useResource<GroupDetail>(`/groups/${encodeURIComponent(id)}`)
  const { path, search } = useLocation()
  const params = new URLSearchParams(search)
  const query = params.get('query') ?? ''
  const cursor = params.get('cursor')
  const list = new URLSearchParams({ project, group: id, limit: '25' })
  if (query !== '') list.set('query', query)
  if (cursor !== null) list.set('cursor', cursor)
  const reports = useResource<Reports>(group.data === undefined ? undefined : `/reports?${list}`)
  usePageTitle(group.data === undefined ? undefined : splitSignature(group.data.signature, group.data.kind).head, 'Group')
  const change = (changes: Readonly<Record<string, string>>) => navigate(path + withSearch(search, { cursor: '', ...changes }), 'replace')

  if (group.data === undefined) {
    if (group.failure?.status === 404)
      return <NotFoundPage what={`group ${id}`} back={{ href: pathTo({ page: 'groups', project }), text: 'To the groups' }} />
    if (group.failure !== undefined) return <FailureNotice failure={group.failure} what="The group" retry={group.reload} />
    return <Skeleton lines={14} what="the group" />
  }
  const data = group.data
  return (
    <article class="group">
      <GroupHead group={data} onChanged={group.put} />
      <div class="columns">
        <BestStack group={data} />
        <aside class="facets" aria-label="Whom it hits">
          {data.facets.map((facet) => (
            <FacetBars
              key={facet.field}
              facet={facet}
              total={data.count}
              onPick={(value) => change({ query: withTerm(query, queryTerm(facet.field, value)) })}
            />
          ))}
        </aside>
      </div>
      <Section
        id="reports"
        title="Reports"
        note={query === '' ? counted(data.count, 'report') : undefined}
        aside={
          query === '' ? undefined : (
            <button type="button" class="button" onClick={() => change({ query: '' })}>
              {query} <span aria-hidden="true">✕</span>
              <span class="off-screen">remove this filter</span>
            </button>
          )
        }
      >
        {reports.failure === undefined ? null : (
          <FailureNotice failure={reports.failure} what="The reports" retry={reports.reload} kept={reports.data !== undefined} />
        )}
        {reports.data === undefined ? (
          reports.failure === undefined ? (
            <Skeleton lines={6} what="the reports" />
          ) : null
        ) : (
          <ReportTable project={project} reports={reports.data.items} />
        )}
        {reports.data?.next == null ? null : (
          <nav class="pager" aria-label="Pages of the list">
            <a class="button" href={path + withSearch(search, { cursor: reports.data.next })}>
              Older reports
            </a>
          </nav>
        )}
      </Section>
      {data.signatureSteps.length === 0 ? null : (
        <Folded
          id="signature"
          title="Why this signature"
          note={counted(data.signatureSteps.length, 'step')}
          render={() => <SignatureSteps signature={data.signature} steps={data.signatureSteps} />}
        />
      )}
    </article>
  )
}
