import type { SymbolModulePage, SymbolUsage } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useProject } from '../../api/session.ts'
import { useResource } from '../../api/use-resource.ts'
import { FailureNotice } from '../../parts/notice.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Section } from '../../parts/section.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { navigate, useLocation, withSearch } from '../../router/location.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { Conflicts } from './conflicting-files.tsx'
import { SourcesHint } from './sources-hint.tsx'
import { SymbolStorage } from './symbol-storage.tsx'
import { SymbolTable } from './symbol-table.tsx'
import { SymbolUpload } from './symbol-upload.tsx'

export function SymbolsPage({ project }: { readonly project: string }): JSX.Element {
  const known = useProject(project)
  const { path, search } = useLocation()
  const params = new URLSearchParams(search)
  const missingOnly = params.get('show') !== 'all'
  const list = new URLSearchParams({ project, limit: '100' })
  if (missingOnly) list.set('missing', 'true')
  const cursor = params.get('cursor')
  if (cursor !== null) list.set('cursor', cursor)
  const modules = useResource<SymbolModulePage>(known === undefined ? undefined : `/symbols?${list}`)
  const conflicts = useResource<SymbolModulePage>(
    known === undefined ? undefined : `/symbols?${new URLSearchParams({ project, conflicts: 'true', limit: '50' })}`,
  )
  const usage = useResource<SymbolUsage>(known === undefined ? undefined : `/symbols/usage?${new URLSearchParams({ project })}`)
  usePageTitle('Symbols', known?.name)
  if (known === undefined) return <NotFoundPage what={`project “${project}”`} />
  const preferred = () => {
    modules.reload()
    conflicts.reload()
  }
  const uploaded = () => {
    preferred()
    usage.reload()
  }
  return (
    <>
      <h1>Symbols</h1>
      <SymbolUpload project={project} onUploaded={uploaded} />
      <SourcesHint project={project} />
      {usage.data === undefined ? null : <SymbolStorage usage={usage.data} />}
      <Conflicts project={project} modules={conflicts.data?.items ?? []} onPreferred={preferred} />
      <Section
        id="modules"
        title={missingOnly ? 'Modules that lack symbols' : 'Modules'}
        note="the ones that hurt most reports first"
        aside={
          <label class="check">
            <input
              type="checkbox"
              checked={missingOnly}
              onChange={(event) =>
                navigate(path + withSearch(search, { show: event.currentTarget.checked ? '' : 'all', cursor: '' }), 'replace')
              }
            />
            <span>Missing only</span>
          </label>
        }
      >
        {modules.failure === undefined ? null : (
          <FailureNotice failure={modules.failure} what="The modules" retry={modules.reload} kept={modules.data !== undefined} />
        )}
        {modules.data === undefined ? (
          modules.failure === undefined ? (
            <Skeleton lines={8} what="the modules" />
          ) : null
        ) : (
          <SymbolTable project={project} modules={modules.data.items} missingOnly={missingOnly} onPreferred={preferred} />
        )}
        {modules.data?.next == null ? null : (
          <nav class="pager" aria-label="Pages of the list">
            <a class="button" href={path + withSearch(search, { cursor: modules.data.next })}>
              Next 100
            </a>
          </nav>
        )}
      </Section>
    </>
  )
}
