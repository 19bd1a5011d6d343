/** Every address of the pages; `parseRoute` and `pathTo` are each other's inverse. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'login' }
  | { readonly page: 'groups'; readonly project: string }
  | { readonly page: 'group'; readonly project: string; readonly id: string }
  | { readonly page: 'report'; readonly project: string; readonly id: string }
  | { readonly page: 'symbols'; readonly project: string }
  | { readonly page: 'intake'; readonly project: string }
  | { readonly page: 'settings'; readonly project: string }
  | { readonly page: 'not-found'; readonly path: string }

const notFound = (path: string): Route => ({ page: 'not-found', path })

export function parseRoute(path: string): Route {
  const parts = decodedParts(path)
  if (parts === undefined) return notFound(path)
  const [first, project, section, id, ...rest] = parts
  if (first === undefined) return { page: 'home' }
  if (first === 'login' && project === undefined) return { page: 'login' }
  if (first !== 'p' || project === undefined || rest.length > 0) return notFound(path)
  if (section === undefined) return { page: 'groups', project }
  if (id === undefined) {
    if (section === 'symbols') return { page: 'symbols', project }
    if (section === 'intake') return { page: 'intake', project }
    if (section === 'settings') return { page: 'settings', project }
    return notFound(path)
  }
  if (section === 'g') return { page: 'group', project, id }
  if (section === 'r') return { page: 'report', project, id }
  return notFound(path)
}

export function pathTo(route: Route): string {
  switch (route.page) {
    case 'home':
      return '/'
    case 'login':
      return '/login'
    case 'not-found':
      return route.path
    case 'groups':
      return `/p/${encodeURIComponent(route.project)}`
    case 'group':
      return `/p/${encodeURIComponent(route.project)}/g/${encodeURIComponent(route.id)}`
    case 'report':
      return `/p/${encodeURIComponent(route.project)}/r/${encodeURIComponent(route.id)}`
    case 'symbols':
    case 'intake':
    case 'settings':
      return `/p/${encodeURIComponent(route.project)}/${route.page}`
  }
}

/** Where to go after the login: a path of ours, never another site. */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/'
  return parseRoute(next.split(/[?#]/)[0] ?? '/').page === 'not-found' ? '/' : next
}

function decodedParts(path: string): string[] | undefined {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent)
  } catch {
    return undefined
  }
}
