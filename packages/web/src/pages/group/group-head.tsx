import type { GroupDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Copyable } from '../../parts/copy-button.tsx'
import { GroupStateTag, isCrashingNow } from '../../parts/group-state.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { pathTo } from '../../router/route.ts'
import { count } from '../../text/number.ts'
import { splitSignature } from '../../text/signature.ts'
import { versionRange } from '../groups/group-table.tsx'
import { StateActions } from './state-actions.tsx'

export function GroupHead({
  group,
  onChanged,
}: {
  readonly group: GroupDetail
  readonly onChanged: (group: GroupDetail) => void
}): JSX.Element {
  const now = useNow()
  const { head, rest } = splitSignature(group.signature, group.kind)
  return (
    <header class="group-head">
      <div class="crumbs">
        <a href={pathTo({ page: 'groups', project: group.project })}>Groups</a>
        <span aria-hidden="true">/</span>
        <GroupStateTag group={group} now={now} />
        {group.reason === null ? null : <span class="tag">{group.reason}</span>}
      </div>
      <h1 class="group-signature">{head}</h1>
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
