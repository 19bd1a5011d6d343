import type { ReleaseSessions, Sessions } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useResource } from '../../api/use-resource.ts'
import { Folded } from '../../parts/section.tsx'
import { count, counted, share } from '../../text/number.ts'

const days = 14

/** How many sessions did not crash, for projects whose programs tell of their sessions; nothing for all others. */
export function CrashFree({ project }: { readonly project: string }): JSX.Element | null {
  const { data } = useResource<Sessions>(`/sessions?project=${encodeURIComponent(project)}&days=${days}`)
  if (data?.total.crashFree == null) return null
  const { crashFree, started } = data.total
  return (
    <Folded
      id="sessions"
      title={`${share(crashFree)} of sessions without a crash`}
      note={`${counted(started, 'session')} in ${days} days`}
      render={() => <Releases items={data.items} />}
    />
  )
}

function Releases({ items }: { readonly items: readonly ReleaseSessions[] }): JSX.Element {
  return (
    <div class="scroll-x">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col" class="cell-number">
              Sessions
            </th>
            <th scope="col" class="cell-number">
              With an error
            </th>
            <th scope="col" class="cell-number">
              Crashed
            </th>
            <th scope="col" class="cell-number">
              Without a crash
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ release, started, errored, crashed, crashFree }) => (
            <tr key={release ?? ''}>
              <td>{release ?? <span class="dim">not told</span>}</td>
              <td class="cell-number">{count(started)}</td>
              <td class="cell-number">{count(errored)}</td>
              <td class="cell-number">{count(crashed)}</td>
              <td class="cell-number">{crashFree === null ? '' : share(crashFree)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
