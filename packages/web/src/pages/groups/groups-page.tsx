import type { DailyCounts, Facet, GroupPage as Groups } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { useProject, useSession } from '../../api/session.ts'
import { useResource } from '../../api/use-resource.ts'
import { DropZone, UploadButton } from '../../parts/dump-upload.tsx'
import { rememberProject } from '../../parts/last-project.ts'
import { FailureNotice } from '../../parts/notice.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import { navigate, useLocation, withSearch } from '../../router/location.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { FirstRun } from '../setup/first-run.tsx'
import { CrashFree } from './crash-free.tsx'
import { DaysChart } from './days-chart.tsx'
import { FailedReports } from './failed-reports.tsx'
import { GroupFilters } from './group-filters.tsx'
import { type GroupSort, GroupTable } from './group-table.tsx'

/** A list left open stays true; an empty one is being waited for. */
const pollMs = 30_000
const emptyPollMs = 2000

const sorts: readonly GroupSort[] = ['count', 'lastSeen', 'firstSeen', 'installations']

export function GroupsPage({ project }: { readonly project: string }): JSX.Element {
  const known = useProject(project)
  const { reloadProjects } = useSession()
  const { path, search } = useLocation()
  usePageTitle('Groups', known?.name)
  useEffect(() => {
    if (known !== undefined) rememberProject(known.slug)
  }, [known])
  const params = new URLSearchParams(search)
  const query = params.get('query') ?? ''
  const state = params.get('state') ?? 'open'
  const sort = sorts.find((name) => name === params.get('sort')) ?? 'count'
  const list = new URLSearchParams({ project, sort, limit: '50' })
  if (query !== '') list.set('query', query)
  if (state !== 'all') list.set('state', state)
  const cursor = params.get('cursor')
  if (cursor !== null) list.set('cursor', cursor)

  const about = `project=${encodeURIComponent(project)}`
  const groups = useResource<Groups>(known === undefined ? undefined : `/groups?${list}`, ({ items }) =>
    items.length === 0 ? emptyPollMs : pollMs,
  )
  const daily = useResource<DailyCounts>(known === undefined ? undefined : `/daily?${about}`, () => pollMs)
  const facets = useResource<{ items: Facet[] }>(known === undefined ? undefined : `/facets?${about}`)
  const change = (changes: Readonly<Record<string, string>>) => navigate(path + withSearch(search, { cursor: '', ...changes }), 'replace')

  if (known === undefined) return <NotFoundPage what={`project “${project}”`} />
  const isEmpty = groups.data?.items.length === 0 && query === '' && cursor === null
  if (isEmpty && known.reports === 0) return <FirstRun project={known} onArrived={reloadProjects} />
  return (
    <DropZone project={project}>
      <h1 class="off-screen">Groups of {known.name}</h1>
      {daily.data === undefined ? (
        <div class="chart chart-empty">
          {daily.failure === undefined ? null : <FailureNotice failure={daily.failure} what="The chart" retry={daily.reload} />}
        </div>
      ) : (
        <DaysChart daily={daily.data} />
      )}
      <CrashFree project={project} />
      <div class="toolbar">
        <GroupFilters query={query} state={state} facets={facets.data?.items ?? []} onChange={change} />
        <UploadButton project={project} />
      </div>
      {groups.failure === undefined ? null : (
        <FailureNotice failure={groups.failure} what="The list of groups" retry={groups.reload} kept={groups.data !== undefined} />
      )}
      {groups.data === undefined ? (
        groups.failure === undefined ? (
          <Skeleton lines={12} what="the groups" />
        ) : null
      ) : (
        <GroupTable
          project={project}
          groups={groups.data.items}
          sort={sort}
          onSort={(next) => change({ sort: next === 'count' ? '' : next })}
          filtered={query !== '' || state !== 'all'}
          onClear={() => change({ query: '', state: 'all' })}
        />
      )}
      <nav class="pager" aria-label="Pages of the list">
        {cursor === null ? null : (
          <button type="button" class="button" onClick={() => history.back()}>
            Back
          </button>
        )}
        {groups.data?.next == null ? null : (
          <a class="button" href={path + withSearch(search, { cursor: groups.data.next })}>
            Next 50
          </a>
        )}
      </nav>
      <FailedReports project={project} />
    </DropZone>
  )
}
