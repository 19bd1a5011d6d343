import { useEffect, useState } from 'preact/hooks'

export interface Place {
  readonly path: string
  readonly search: string
}

const listeners = new Set<() => void>()

function here(): Place {
  return { path: location.pathname, search: location.search }
}

function announce(): void {
  for (const listener of listeners) listener()
}

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to)
  else history.replaceState(null, '', to)
  announce()
  if (how === 'push') scrollTo(0, 0)
}

export function useLocation(): Place {
  const [place, setPlace] = useState(here)
  useEffect(() => {
    const update = () => setPlace(here())
    listeners.add(update)
    addEventListener('popstate', update)
    update()
    return () => {
      listeners.delete(update)
      removeEventListener('popstate', update)
    }
  }, [])
  return place
}

/** One listener for every link of the pages: plain clicks on own addresses stay in the page, all others are the browser's. */
export function interceptLinks(root: Document): () => void {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return
    if (link.pathname.startsWith('/api/') || (link.hash !== '' && link.pathname === location.pathname)) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  }
  root.addEventListener('click', onClick)
  return () => root.removeEventListener('click', onClick)
}

/** The present query with some values changed; an empty value removes its key. */
export function withSearch(search: string, changes: Readonly<Record<string, string>>): string {
  const params = new URLSearchParams(search)
  for (const [key, value] of Object.entries(changes)) {
    if (value === '') params.delete(key)
    else params.set(key, value)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
