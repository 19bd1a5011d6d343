import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { useSession } from '../api/session.ts'
import { lastProject } from '../parts/last-project.ts'
import { Notice } from '../parts/notice.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { navigate } from '../router/location.ts'
import { pathTo } from '../router/route.ts'

/** Goes on to the project looked at last, or the first one. */
export function HomePage(): JSX.Element {
  const { projects } = useSession()
  usePageTitle()
  const last = lastProject()
  const target = projects.find((project) => project.slug === last) ?? projects[0]
  useEffect(() => {
    if (target !== undefined) navigate(pathTo({ page: 'groups', project: target.slug }), 'replace')
  }, [target])
  if (target !== undefined) return <p class="dim">One moment…</p>
  return (
    <Notice tone="calm" title="No project is visible to you">
      <p>
        Ask an administrator for a token of your project, or make one: <code>crashkeep project create NAME</code>.
      </p>
    </Notice>
  )
}
