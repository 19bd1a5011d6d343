/** What `--import @crashkeep/reporter/register` does, in the program and in everything that it starts. */
import { isAbsolute } from 'node:path'
import { crashProcess } from './crash-process.ts'
import type { CrashReporter } from './crash-reporter.ts'
import { inheritedVariable, markChildren, readInherited } from './inherited-settings.ts'
import { makeNodeOptionsAbsolute } from './node-options.ts'
import { crashReporter } from './reporter.ts'
import { processReporter } from './this-process.ts'
import { keepThreadsStarting } from './threads-elsewhere.ts'

declare global {
  namespace NodeJS {
    interface Process {
      /** After `--import @crashkeep/reporter/register`. */
      crashReporter: CrashReporter
      /** Crashes this process, for a try. */
      crash(): never
    }
  }
}

/** `register`: the address of the module that Node.js was told to import. */
export function registerProcess(register: string): void {
  if (!('crashReporter' in process)) {
    Object.defineProperty(process, 'crashReporter', { value: crashReporter, enumerable: true, configurable: true })
    Object.defineProperty(process, 'crash', { value: crashProcess, enumerable: true, configurable: true })
  }
  const wasNamed = makeAbsolute(process.execArgv, register)
  if (makeNodeOptionsAbsolute() || wasNamed) keepThreadsStarting()
  const { child, settings } = readInherited(process.env[inheritedVariable])
  // Made before the mark: it looks whether this process is a child itself.
  const reporter = processReporter()
  if (settings !== undefined) reporter.inherit(settings)
  else if (!child) markChildren()
}

/** `fork` and cluster pass these on to children that may look from another folder. Whether there was a name that means nothing there. */
function makeAbsolute(execArgv: string[], register: string): boolean {
  let wasNamed = false
  for (const [i, argument] of execArgv.entries()) {
    const [, option = '', specifier = ''] = /^(--(?:import|require)=)(.*)$/s.exec(argument) ?? ['', '', argument]
    const isOption = option !== '' || /^--(import|require)$|^-r$/.test(execArgv[i - 1] ?? '')
    if (!isOption || !isOurs(specifier)) continue
    execArgv[i] = `${option}${register}`
    wasNamed ||= !isAbsolute(specifier)
  }
  return wasNamed
}

function isOurs(specifier: string): boolean {
  return specifier === '@crashkeep/reporter/register' || (/^\.{0,2}[\\/]/.test(specifier) && /[\\/]register\.(js|cjs|ts)$/.test(specifier))
}
