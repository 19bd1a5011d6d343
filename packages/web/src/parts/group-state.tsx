import type { Group, GroupState } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'

/** An open group seen within this time is crashing now; only that is red. */
const nowMs = 60 * 60 * 1000

export function isCrashingNow(group: Pick<Group, 'state' | 'lastSeen'>, now: number): boolean {
  return group.state === 'open' && now - Date.parse(group.lastSeen) < nowMs
}

const marks: Readonly<Record<GroupState | 'now', readonly [mark: string, word: string]>> = {
  now: ['●', 'crashing'],
  open: ['○', 'open'],
  resolved: ['✓', 'resolved'],
  muted: ['–', 'muted'],
}

export function GroupStateTag({ group, now }: { readonly group: Pick<Group, 'state' | 'lastSeen'>; readonly now: number }): JSX.Element {
  const state = isCrashingNow(group, now) ? 'now' : group.state
  const [mark, word] = marks[state]
  return (
    <span class={`state state-${state}`}>
      <span aria-hidden="true">{mark}</span> {word}
    </span>
  )
}
