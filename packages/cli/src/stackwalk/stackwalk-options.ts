import type { LogLevel } from './log.ts'

/** The flags of `crashkeep stackwalk`, as commander names them. */
export interface StackwalkOptions {
  json?: true
  human?: true
  cyborg?: string
  machine?: true
  dump?: true
  brief?: true
  pretty?: true
  outputFile?: string
  logFile?: string
  verbose: LogLevel
  features: string
  interactive: boolean
  color: boolean
  evilJson?: string
  recoverFunctionArgs?: true
  useLocalDebuginfo?: true
  symbolsPath?: string[]
  symbolsUrl?: string[]
  symbolsCache?: string
  symbolsTmp?: string
  symbolsDownloadTimeoutSecs: number
}

/** What holds for the flags that are not given. */
export const stackwalkDefaults: Pick<StackwalkOptions, 'verbose' | 'features' | 'symbolsDownloadTimeoutSecs' | 'interactive' | 'color'> = {
  verbose: 'error',
  features: 'stable-basic',
  symbolsDownloadTimeoutSecs: 1000,
  interactive: true,
  color: true,
}
