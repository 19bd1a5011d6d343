import type { SymbolConflicts, SymbolModule } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/use-resource.ts'
import { Time } from '../../parts/time.tsx'
import { bytes, counted } from '../../text/number.ts'

interface Props {
  readonly project: string
  readonly module: SymbolModule
}

/** Files that were sent for an id that another file serves: one of both is wrong, and only a person can say which. */
export function ConflictingFiles({ project, module }: Props): JSX.Element | null {
  const [opened, setOpened] = useState(false)
  const { file } = module
  if (file === null || file.conflicts === 0) return null
  return (
    <details class="dim" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{counted(file.conflicts, 'different file')} kept aside</summary>
      {opened ? <List project={project} module={module} /> : null}
    </details>
  )
}

function List({ project, module: { debugFile, debugId, file } }: Props): JSX.Element {
  const { data, failure } = useResource<SymbolConflicts>(`/symbols/conflicts?${new URLSearchParams({ project, debugFile, debugId })}`)
  if (failure !== undefined) return <p class="dim">{failure.message}</p>
  return (
    <ul class="plain">
      <li>
        <code>{file?.sha256.slice(0, 12)}</code> serves
      </li>
      {data?.items.map((conflict) => (
        <li key={`${conflict.scope}${conflict.sha256}`}>
          <code>{conflict.sha256.slice(0, 12)}</code> {bytes(conflict.size)}, <Time at={conflict.uploadedAt} />, {conflict.uploadedBy}
        </li>
      ))}
    </ul>
  )
}
