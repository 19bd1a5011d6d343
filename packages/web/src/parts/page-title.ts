import { useEffect } from 'preact/hooks'

export function usePageTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts.filter((part) => part !== undefined && part !== ''), 'Crashkeep'].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
