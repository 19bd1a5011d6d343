import type { Me, Project } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { SessionContext } from './api/session.ts'
import { useResource } from './api/use-resource.ts'
import { GroupPage } from './pages/group/group-page.tsx'
import { GroupsPage } from './pages/groups/groups-page.tsx'
import { HomePage } from './pages/home-page.tsx'
import { IntakePage } from './pages/intake/intake-page.tsx'
import { LoginPage } from './pages/login/login-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { ReportPage } from './pages/report/report-page.tsx'
import { SettingsPage } from './pages/setup/settings-page.tsx'
import { SymbolsPage } from './pages/symbols/symbols-page.tsx'
import { KeysDialog } from './parts/keys-dialog.tsx'
import { FailureNotice } from './parts/notice.tsx'
import { moveRow, useShortcuts } from './parts/shortcuts.ts'
import { Skeleton } from './parts/skeleton.tsx'
import { TopBar } from './parts/top-bar.tsx'
import { navigate, useLocation } from './router/location.ts'
import { parseRoute, pathTo, type Route } from './router/route.ts'

export function App(): JSX.Element {
  const { path } = useLocation()
  const route = useMemo(() => parseRoute(path), [path])
  return route.page === 'login' ? <LoginPage /> : <SignedIn route={route} />
}

function SignedIn({ route }: { readonly route: Route }): JSX.Element {
  const me = useResource<Me>('/me')
  const projects = useResource<{ items: Project[] }>(me.data === undefined ? undefined : '/projects')
  const failure = me.failure ?? projects.failure
  useEffect(() => {
    if (failure?.status === 401) {
      const next = location.pathname + location.search
      navigate(next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`, 'replace')
    }
  }, [failure])
  if (me.data !== undefined && projects.data !== undefined) {
    return (
      <SessionContext.Provider value={{ me: me.data, projects: projects.data.items, reloadProjects: projects.reload }}>
        <Frame route={route} />
      </SessionContext.Provider>
    )
  }
  return (
    <main class="page">
      {failure !== undefined && failure.status !== 401 ? (
        <FailureNotice failure={failure} what="The pages could not start" retry={me.data === undefined ? me.reload : projects.reload} />
      ) : (
        <Skeleton lines={6} what="the pages" />
      )}
    </main>
  )
}

function Frame({ route }: { readonly route: Route }): JSX.Element {
  const [help, setHelp] = useState(false)
  const project = 'project' in route ? route.project : undefined
  useFocusOnNewPage(pathTo(route))
  useShortcuts({
    '?': () => setHelp(true),
    j: () => moveRow(1),
    k: () => moveRow(-1),
    g: () => project !== undefined && navigate(pathTo({ page: 'groups', project })),
    '/': () => {
      const search = document.querySelector<HTMLInputElement>('input[type=search]')
      search?.focus()
      search?.select()
    },
  })
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <TopBar route={route} project={project} onHelp={() => setHelp(true)} />
      <main class="page" id="main" tabIndex={-1}>
        <Page route={route} />
      </main>
      {help ? <KeysDialog onClose={() => setHelp(false)} /> : null}
    </>
  )
}

/** After a step to another page, reading and tabbing go on at its content; the first page keeps the browser's own focus. */
function useFocusOnNewPage(path: string): void {
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current !== path) document.getElementById('main')?.focus({ preventScroll: true })
    shown.current = path
  }, [path])
}

function Page({ route }: { readonly route: Route }): JSX.Element {
  switch (route.page) {
    case 'home':
    case 'login':
      return <HomePage />
    case 'groups':
      return <GroupsPage key={route.project} project={route.project} />
    case 'group':
      return <GroupPage key={route.id} project={route.project} id={route.id} />
    case 'report':
      return <ReportPage key={route.id} project={route.project} id={route.id} />
    case 'symbols':
      return <SymbolsPage key={route.project} project={route.project} />
    case 'intake':
      return <IntakePage key={route.project} project={route.project} />
    case 'settings':
      return <SettingsPage key={route.project} project={route.project} />
    case 'not-found':
      return <NotFoundPage what="page at this address" />
  }
}
