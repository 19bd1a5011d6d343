import { appendFileSync, writeFileSync } from 'node:fs'

export const logLevels = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

export type Log = (level: Exclude<LogLevel, 'off'>, message: string) => void

/** Lines up to a level, to a file or to standard error. The file is made also when nothing is said. */
export function openLog(level: LogLevel, file: string | undefined): Log {
  if (file !== undefined) writeFileSync(file, '')
  return (lineLevel, message) => {
    if (logLevels.indexOf(lineLevel) > logLevels.indexOf(level)) return
    const line = `${lineLevel.toUpperCase().padStart(5)} ${message}\n`
    if (file === undefined) process.stderr.write(line)
    else appendFileSync(file, line)
  }
}
