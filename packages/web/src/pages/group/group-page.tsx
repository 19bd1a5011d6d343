import type { GroupDetail, GroupState, ReportDetail, ReportPage as Reports } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { type ApiFailure, apiSend, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { useResource } from '../../api/use-resource.ts'
import { Copyable } from '../../parts/copy-button.tsx'
import { GroupStateTag, isCrashingNow } from '../../parts/group-state.tsx'
import { FailureNotice } from '../../parts/notice.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Folded, Section } from '../../parts/section.tsx'
import { SignatureSteps } from '../../parts/signature-steps.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { navigate, useLocation, withSearch } from '../../router/location.ts'
import { pathTo } from '../../router/route.ts'
import { readBrowserCrash } from '../../stack/browser-crash.ts'
import { readCrash } from '../../stack/crash.ts'
import { StackView } from '../../stack/stack-view.tsx'
import { count, counted } from '../../text/number.ts'
import { versionRange } from '../groups/group-table.tsx'
import { queryTerm, withTerm } from '../groups/query-term.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { Sentence } from '../report/sentence.tsx'
import { FacetBars } from './facet-bars.tsx'
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
  usePageTitle(group.data?.signature.split(' | ')[0], 'Group')
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

function GroupHead({ group, onChanged }: { readonly group: GroupDetail; readonly onChanged: (group: GroupDetail) => void }): JSX.Element {
  const now = useNow()
  const [first = group.signature, ...rest] = group.signature.split(' | ')
  return (
    <header class="group-head">
      <div class="crumbs">
        <a href={pathTo({ page: 'groups', project: group.project })}>Groups</a>
        <span aria-hidden="true">/</span>
        <GroupStateTag group={group} now={now} />
        {group.reason === null ? null : <span class="tag">{group.reason}</span>}
      </div>
      <h1 class="group-signature">{first}</h1>
      {rest.length === 0 ? null : <p class="group-rest">{rest.join(' | ')}</p>}
      <div class="group-row">
        <dl class="facts">
          <Fact name="Reports" text={count(group.count)} />
          <Fact name="Installations" text={group.installations === 0 ? 'not told' : count(group.installations)} />
          <Fact name="Versions" text={versionRange(group.firstVersion, group.lastVersion)} />
          <div class="fact">
            <dt>First seen</dt>
            <dd>
              <Time at={group.firstSeen} />
            </dd>
          </div>
          <div class="fact">
            <dt>Last seen</dt>
            <dd>
              <Time at={group.lastSeen} />
            </dd>
          </div>
          <div class="fact">
            <dt>30 days</dt>
            <dd>
              <Sparkline days={group.days} now={isCrashingNow(group, now)} />
            </dd>
          </div>
          <div class="fact">
            <dt>Group</dt>
            <dd>
              <Copyable text={group.id} shown={group.id.length > 14 ? `${group.id.slice(0, 12)}…` : group.id} what="group id" />
            </dd>
          </div>
        </dl>
        <StateActions group={group} onChanged={onChanged} />
      </div>
    </header>
  )
}

function Fact({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  )
}

function StateActions({
  group,
  onChanged,
}: {
  readonly group: GroupDetail
  readonly onChanged: (group: GroupDetail) => void
}): JSX.Element | null {
  const { me } = useSession()
  const [failure, setFailure] = useState<ApiFailure>()
  if (!me.scopes.includes('triage') && !me.scopes.includes('administer')) return null
  const set = async (state: GroupState) => {
    setFailure(undefined)
    try {
      const changed = await apiSend<Partial<GroupDetail> | undefined>('PATCH', `/groups/${encodeURIComponent(group.id)}`, { state })
      onChanged({ ...group, ...changed, state })
    } catch (reason) {
      setFailure(asFailure(reason))
    }
  }
  const actions: readonly (readonly [state: GroupState, word: string])[] = [
    ['open', 'Open again'],
    ['resolved', 'Resolve'],
    ['muted', 'Mute'],
  ]
  return (
    <div class="actions">
      {actions
        .filter(([state]) => state !== group.state)
        .map(([state, word]) => (
          <button key={state} type="button" class="button" onClick={() => void set(state)}>
            {word}
          </button>
        ))}
      {failure === undefined ? null : <FailureNotice failure={failure} what="The change" />}
    </div>
  )
}

/** Frames shown of the group's best stack: enough to recognise it. */
const shownFrames = 14

function BestStack({ group }: { readonly group: GroupDetail }): JSX.Element {
  const report = useResource<ReportDetail>(group.bestReportId === null ? undefined : `/reports/${encodeURIComponent(group.bestReportId)}`)
  const crash = useMemo(() => readCrash(report.data?.processed), [report.data])
  const browser = useMemo(() => readBrowserCrash(report.data?.processed), [report.data])
  const thread = crash?.threads[crash.crashingThread ?? 0]
  const sentence = report.data?.sentence
  return (
    <Section
      id="stack"
      title="Best stack"
      aside={
        group.bestReportId === null ? undefined : (
          <a class="button" href={pathTo({ page: 'report', project: group.project, id: group.bestReportId })}>
            Open this report
          </a>
        )
      }
    >
      {sentence == null ? null : (
        <p class="sentence-small">
          <Sentence text={sentence} />
        </p>
      )}
      {thread !== undefined ? (
        <StackView frames={thread.frames} shown={shownFrames} crashing label="Frames, innermost first" />
      ) : browser !== undefined ? (
        <ol class="stack" aria-label="Frames, innermost first">
          {browser.stack.length === 0 ? <li class="dim">The browser sent no stack.</li> : null}
          {browser.stack.slice(0, shownFrames).map((frame, at) => (
            <li key={at} class="frame frame-own">
              <code>{frame.raw.trim()}</code>
            </li>
          ))}
        </ol>
      ) : report.failure !== undefined ? (
        <FailureNotice failure={report.failure} what="The stack" retry={report.reload} />
      ) : group.bestReportId === null || report.data !== undefined ? (
        <p class="dim">No report of this group has a stack yet.</p>
      ) : (
        <Skeleton lines={8} what="the stack" />
      )}
    </Section>
  )
}
