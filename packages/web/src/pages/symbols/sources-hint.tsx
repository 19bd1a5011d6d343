import type { ProjectDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useResource } from '../../api/use-resource.ts'
import { pathTo } from '../../router/route.ts'

/** Whether other servers are asked for what is missing here; nobody should wonder why Windows has no names. */
export function SourcesHint({ project }: { readonly project: string }): JSX.Element | null {
  const { data } = useResource<ProjectDetail>(`/projects/${encodeURIComponent(project)}`)
  if (data === undefined) return null
  const { enabled, list } = data.settings.symbolSources
  const names = list.map((source) => ('preset' in source ? source.preset : source.name)).join(', ')
  const settings = <a href={`${pathTo({ page: 'settings', project })}#kept`}>settings</a>
  return (
    <p class="sources-hint dim">
      {enabled && names !== '' ? (
        <>
          What is missing is asked for at {names}, as the {settings} say.
        </>
      ) : (
        <>
          No other server is asked for what is missing: symbols of Electron, Windows and Linux distributions can be fetched when the{' '}
          {settings} allow it.
        </>
      )}
    </p>
  )
}
