import type { GroupDetail, GroupState } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type ApiFailure, apiSend, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { FailureNotice } from '../../parts/notice.tsx'

export function StateActions({
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
