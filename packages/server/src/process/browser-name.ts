/** Order matters: all of them claim to be Chrome or Safari, too. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\bYaBrowser\/(\d+)/, 'Yandex'],
  [/\bVivaldi\/(\d+)/, 'Vivaldi'],
  [/\bElectron\/(\d+)/, 'Electron'],
  [/\bFxiOS\/(\d+)/, 'Firefox'],
  [/\bCriOS\/(\d+)/, 'Chrome'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/; wv\).*\bChrome\/(\d+)/, 'WebView'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//, 'Safari'],
  [/\bEpiphany\/(\d+)/, 'Epiphany'],
]
const maxUserAgent = 1000

/** `Chrome 156`: name and major version, as people tell browsers apart. null: another program. */
export function browserName(userAgent: string | null): string | null {
  const text = (userAgent ?? '').slice(0, maxUserAgent)
  for (const [pattern, name] of browsers) {
    const version = pattern.exec(text)?.[1]
    if (version !== undefined) return `${name} ${version.slice(0, 6)}`
  }
  return null
}
