import type { Group } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { GroupStateTag, isCrashingNow } from '../../parts/group-state.tsx'
import { CalledFrom, SignatureHead } from '../../parts/signature.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { pathTo } from '../../router/route.ts'
import { count } from '../../text/number.ts'

export type GroupSort = 'count' | 'lastSeen' | 'firstSeen' | 'installations'

interface GroupTableProps {
  readonly project: string
  readonly groups: readonly Group[]
  readonly sort: GroupSort
  readonly onSort: (sort: GroupSort) => void
  readonly filtered: boolean
  readonly onClear: () => void
}

export function GroupTable(props: GroupTableProps): JSX.Element {
  const { project, groups, sort, onSort } = props
  const now = useNow()
  if (groups.length === 0) return <NoGroups filtered={props.filtered} onClear={props.onClear} />
  const header = (name: GroupSort, text: string, className: string) => (
    <th scope="col" class={className} aria-sort={sort === name ? 'descending' : undefined}>
      <button type="button" class="sort" onClick={() => onSort(name)}>
        {text}
        <span class="sort-mark" aria-hidden="true">
          {sort === name ? '↓' : ''}
        </span>
      </button>
    </th>
  )
  return (
    <table class="table groups">
      <thead>
        <tr>
          <th scope="col" class="cell-spark">
            30 days
          </th>
          <th scope="col" class="cell-signature">
            Signature
          </th>
          {header('count', 'Reports', 'cell-number')}
          {header('installations', 'Installs', 'cell-number cell-installs')}
          {header('firstSeen', 'Versions', 'cell-versions')}
          {header('lastSeen', 'Last seen', 'cell-time')}
          <th scope="col" class="cell-state">
            State
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <GroupRow key={group.id} group={group} project={project} now={now} />
        ))}
      </tbody>
    </table>
  )
}

function GroupRow({ group, project, now }: { readonly group: Group; readonly project: string; readonly now: number }): JSX.Element {
  return (
    <tr class={`row-link${group.state === 'open' ? '' : ' row-calm'}`}>
      <td class="cell-spark">
        <Sparkline days={group.days} now={isCrashingNow(group, now)} />
      </td>
      <td class="cell-signature">
        <a data-row href={pathTo({ page: 'group', project, id: group.id })}>
          <SignatureHead text={group.signature} kind={group.kind} />
        </a>
        <span class="under-signature">
          {group.kind === 'minidump' ? null : <span class="tag tag-kind">{group.kind}</span>}
          {group.reason === null ? null : <span class="tag">{group.reason}</span>}
          <CalledFrom text={group.signature} kind={group.kind} />
        </span>
      </td>
      <td class="cell-number">{count(group.count)}</td>
      <td class="cell-number cell-installs">{group.installations === 0 ? <span class="dim">–</span> : count(group.installations)}</td>
      <td class="cell-versions">{versionRange(group.firstVersion, group.lastVersion)}</td>
      <td class="cell-time">
        <Time at={group.lastSeen} />
      </td>
      <td class="cell-state">
        <GroupStateTag group={group} now={now} />
      </td>
    </tr>
  )
}

export function versionRange(first: string | null, last: string | null): string {
  if (first === null && last === null) return '–'
  if (first === last || first === null || last === null) return first ?? last ?? '–'
  return `${first} – ${last}`
}

function NoGroups({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }): JSX.Element {
  return (
    <section class="blank">
      <h2>{filtered ? 'Nothing matches' : 'No groups yet'}</h2>
      <p class="dim">{filtered ? 'No group fits this search and this state.' : 'Reports arrived, but none is processed yet.'}</p>
      {filtered ? (
        <button type="button" class="button" onClick={onClear}>
          Show all groups
        </button>
      ) : null}
    </section>
  )
}
