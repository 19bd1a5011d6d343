import type { Me, Project } from '@crashkeep/server/api-types'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

export interface Session {
  readonly me: Me
  readonly projects: readonly Project[]
  reloadProjects(): void
}

export const SessionContext: ReturnType<typeof createContext<Session | undefined>> = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('useSession outside of the session')
  return session
}

export function useProject(slug: string): Project | undefined {
  return useSession().projects.find((project) => project.slug === slug)
}
