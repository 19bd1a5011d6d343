import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { apiSend } from '../api/client.ts'
import { useSession } from '../api/session.ts'
import { forgetAll } from '../api/use-resource.ts'
import { navigate } from '../router/location.ts'
import { pathTo, type Route } from '../router/route.ts'
import { Icon } from './icons.tsx'
import { chooseTheme, chosenTheme, type Theme } from './theme.ts'

interface TopBarProps {
  readonly route: Route
  readonly project: string | undefined
  readonly onHelp: () => void
}

export function TopBar({ route, project, onHelp }: TopBarProps): JSX.Element {
  return (
    <header class="top-bar">
      <a class="brand" href={project === undefined ? '/' : pathTo({ page: 'groups', project })} aria-label="Crashkeep, groups">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <rect width="16" height="16" rx="3" class="brand-plate" />
          <path d="M3 9.5h2.2L6.6 4l2.6 8 1.5-4.2.8 1.7H13" class="brand-line" />
        </svg>
        <span class="brand-name">Crashkeep</span>
      </a>
      {project === undefined ? null : (
        <>
          <ProjectSwitcher current={project} />
          <nav class="tabs" aria-label="Project">
            <Tab href={pathTo({ page: 'groups', project })} current={isUnderGroups(route)} text="Groups" />
            <Tab href={pathTo({ page: 'symbols', project })} current={route.page === 'symbols'} text="Symbols" />
            <Tab href={pathTo({ page: 'intake', project })} current={route.page === 'intake'} text="Intake" />
            <Tab href={pathTo({ page: 'settings', project })} current={route.page === 'settings'} text="Set up" />
          </nav>
        </>
      )}
      <span class="top-bar-end">
        <button type="button" class="icon-button" onClick={onHelp} aria-label="Keys" title="Keys (?)">
          <kbd>?</kbd>
        </button>
        <ThemeButton />
        <LogoutButton />
      </span>
    </header>
  )
}

function isUnderGroups(route: Route): boolean {
  return route.page === 'groups' || route.page === 'group' || route.page === 'report'
}

function Tab(props: { readonly href: string; readonly current: boolean; readonly text: string }): JSX.Element {
  return (
    <a class="tab" href={props.href} aria-current={props.current ? 'page' : undefined}>
      {props.text}
    </a>
  )
}

function ProjectSwitcher({ current }: { readonly current: string }): JSX.Element {
  const { projects } = useSession()
  const known = projects.some((project) => project.slug === current)
  return (
    <select
      class="project-switcher"
      aria-label="Project"
      value={current}
      onChange={(event) => navigate(pathTo({ page: 'groups', project: event.currentTarget.value }))}
    >
      {known ? null : <option value={current}>{current}</option>}
      {projects.map((project) => (
        <option key={project.slug} value={project.slug}>
          {project.name}
        </option>
      ))}
    </select>
  )
}

const themeCycle: Readonly<Record<Theme, { next: Theme; icon: 'auto' | 'sun' | 'moon'; words: string }>> = {
  auto: { next: 'light', icon: 'auto', words: 'Colours follow the system' },
  light: { next: 'dark', icon: 'sun', words: 'Light colours' },
  dark: { next: 'auto', icon: 'moon', words: 'Dark colours' },
}

export function ThemeButton(): JSX.Element {
  const [theme, setTheme] = useState(chosenTheme)
  const { next, icon, words } = themeCycle[theme]
  const change = () => {
    chooseTheme(next)
    setTheme(next)
  }
  return (
    <button type="button" class="icon-button" onClick={change} aria-label={words} title={words}>
      <Icon name={icon} />
    </button>
  )
}

function LogoutButton(): JSX.Element {
  const { me } = useSession()
  const leave = async () => {
    await apiSend<void>('DELETE', '/session').catch(() => undefined) // Gone or refused: either way the login page is next.
    forgetAll()
    location.assign('/login')
  }
  return (
    <button type="button" class="icon-button" onClick={() => void leave()} aria-label={`Log out ${me.name}`} title={`Log out ${me.name}`}>
      <Icon name="exit" />
    </button>
  )
}
