export type Theme = 'auto' | 'light' | 'dark'

const key = 'crashkeep-theme'

export function chosenTheme(): Theme {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'auto'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'auto') localStorage.removeItem(key)
    else localStorage.setItem(key, theme)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  dispatchEvent(new Event(themeChanged))
}

/** Told to what draws on a canvas, which style sheets do not reach. */
export const themeChanged = 'crashkeep-theme'
