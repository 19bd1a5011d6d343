const key = 'crashkeep-project'

export function lastProject(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function rememberProject(slug: string): void {
  try {
    localStorage.setItem(key, slug)
  } catch {
    // Only a convenience.
  }
}
