/** The command line of the monitor, as the documents of Electron up to 5 give it. */
export interface MonitorArguments {
  readonly reporterUrl: string
  readonly applicationName: string
  readonly crashesDirectory: string
}

/** Electron's words and order of checks. */
export function parseMonitorArguments(args: readonly string[]): MonitorArguments | { readonly error: string } {
  const switches = new Map<string, string>()
  for (const argument of args) {
    const [, name, value] = /^--([a-z-]+)=(.*)$/s.exec(argument) ?? []
    if (name !== undefined && value !== undefined) switches.set(name, value)
  }
  const applicationName = switches.get('application-name') ?? ''
  const crashesDirectory = switches.get('crashes-directory') ?? ''
  if (applicationName === '') return { error: "Application's name must be specified with --application-name" }
  if (crashesDirectory === '') return { error: 'Crashes directory path must be specified with --crashes-directory' }
  return { reporterUrl: switches.get('reporter-url') ?? '', applicationName, crashesDirectory }
}
